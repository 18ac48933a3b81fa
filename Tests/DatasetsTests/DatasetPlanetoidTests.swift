import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph

/// Seven nodes: 0 to 2 in allx (node 0 to train on, 1 to validate on), 3 to 6 the test's range, of
/// which 4 is left out; test.index lists 6, 3, 5. Edges 0 - 1 (both ways, twice), 1 - 6, 3 - 5 (one
/// way), a loop at 2.
private func tiny() -> [String: [UInt8]] {
  [
    "ind.tiny.allx": pickle(
      pickledSparse(3, 2, start: [0, 1, 1, 3], column: [1, 1, 0], value: [0.5, 1, 2])),
    "ind.tiny.tx": pickle(
      pickledSparse(3, 2, start: [0, 1, 2, 2], column: [0, 1], value: [6, 3])),
    "ind.tiny.ally": pickle(pickledClasses([0, 1, 1], 2)),
    "ind.tiny.ty": pickle(pickledClasses([1, 0, 1], 2)),
    "ind.tiny.y": pickle(pickledClasses([0], 2)),
    "ind.tiny.test.index": Array("6\n3\n5\n".utf8),
    "ind.tiny.graph": pickle(
      pickledGraph([0: [1, 1], 1: [0, 6], 2: [2], 3: [5], 4: [], 5: [], 6: []])),
  ]
}

private func load(_ files: [String: [UInt8]]) throws -> NodeDataset<Double> {
  try Planetoid.load("tiny", from: MemoryBundle(files: files), validation: 1)
}

@Suite struct DatasetPlanetoidTests {
  @Test func tinyDataSet() throws {
    let data = try load(tiny())
    #expect(NodeCounts(of: data) == NodeCounts(7, 3, 2, 2))
    #expect(data.graph.inStart == [0, 1, 3, 3, 4, 4, 5, 6])
    #expect(data.graph.source == [1, 0, 6, 5, 3, 1])
    #expect(data.classes == [0, 1, 1, 0, -1, 1, 1])
    #expect(data.features.rowStart == [0, 1, 1, 3, 4, 4, 4, 5])
    #expect(data.features.column == [1, 1, 0, 1, 0])
    #expect(data.features.value == [0.5, 1, 2, 3, 6])
    #expect(data.splits.count == 1)
    #expect((data.splits[0].training, data.splits[0].validation) == ([0], [1]))
    #expect(data.splits[0].test == [3, 5, 6])
    #expect(data.labels.row(4) == Matrix(1, 2, [0, 0]))
  }

  @Test(arguments: [
    ("test.index", Array("6\n3\n3\n".utf8), "line 3"),
    ("test.index", Array("6\n3\n".utf8), "tx has 3 rows"),
    ("test.index", Array("6\nx\n5\n".utf8), "line 2: 'x'"),
    ("test.index", Array("6\n2\n5\n".utf8), "line 2: '2'"),
    ("test.index", Array("6\n3\n2000000000\n".utf8), "too many numbers"),
    ("allx", pickle(pickledClasses([0], 1)), "an array; a sparse matrix was expected"),
    ("ally", pickle(pickledGraph([:])), "a dictionary; an array was expected"),
    ("graph", pickle(pickled(3)), "a whole number; a dictionary was expected"),
    ("graph", pickle(pickledGraph([0: [7]])), "node 7"),
    ("graph", pickle(pickledGraph([-1: []])), "node -1"),
    ("graph", pickle(pickledDictionary([(pickled(0), pickled(1))])), "a list of nodes at a node"),
    ("ty", pickle(pickledClasses([1, 0], 2)), "classes of 2 nodes, but features of 3"),
    (
      "ty", pickle(pickledArray([3, 2], "i1", [1, 1, 0, 1, 1, 0])), "node 0 is of several classes"
    ),
    ("y", pickle(pickledClasses([1], 2)), "not the first"),
    ("y", pickle(pickledClasses([0, 1, 1], 2)), "not the first"),
    (
      "tx",
      pickle(pickledSparse(3, 2, start: [0, 1, 2, 2], column: [0, 2], value: [6, 3])), "column 2"
    ),
    (
      "tx",
      pickle(pickledSparse(3, 3, start: [0, 1, 2, 2], column: [0, 2], value: [6, 3])), "3 features"
    ),
  ])
  func badFiles(part: String, bytes: [UInt8], fragment: String) {
    var files = tiny()
    files["ind.tiny.\(part)"] = bytes
    expectDataError(.malformed, "ind.tiny.\(part)", fragment) { _ = try load(files) }
  }

  @Test func nodesToTrainOnHaveAClass() {
    var files = tiny()
    files["ind.tiny.ally"] = pickle(pickledClasses([-1, 1, 1], 2))
    files["ind.tiny.y"] = pickle(pickledClasses([-1], 2))
    expectDataError(.malformed, "'public' has node 0", "not known") { _ = try load(files) }
  }

  @Test func filesThatAreNotThere() {
    for file in tiny().keys {
      var files = tiny()
      files[file] = nil
      expectDataError(.missing, file) { _ = try load(files) }
    }
  }

  @Test(
    .enabled(if: nodeDataFolder != nil, "needs planetoid/ in $GRAPH_DISTILL_DATA"),
    arguments: [
      ("cora", NodeCounts(2_708, 5_278, 1_433, 7), 0),
      ("citeseer", NodeCounts(3_327, 4_552, 3_703, 6), 15),
      ("pubmed", NodeCounts(19_717, 44_324, 500, 3), 0),
    ])
  func realData(name: String, counts: NodeCounts, unknown: Int) throws {
    let folder = URL(fileURLWithPath: try #require(nodeDataFolder))
    let data: NodeDataset<Float> = try Planetoid.load(
      name, from: FolderBundle(folder: folder.appendingPathComponent("planetoid")))
    #expect(NodeCounts(of: data) == counts)
    #expect(data.known.filter { !$0 }.count == unknown)
    let split = try #require(data.splits.first)
    #expect(split.training.count == 20 * counts.classes)
    #expect((split.validation.count, split.test.count) == (500, 1_000))
    for label in 0..<counts.classes {
      #expect(split.training.filter { data.classes[$0] == label }.count == 20)
    }
    let splits = try GeomGCN.splits(
      of: name, known: data.known, folder: folder.appendingPathComponent("geom-gcn/splits").path)
    #expect(splits.count == 10)
    if name == "citeseer" {
      for i in 2_312..<3_327 where data.classes[i] < 0 {
        #expect(data.features.rowStart[i] == data.features.rowStart[i + 1])
      }
    }
  }
}
