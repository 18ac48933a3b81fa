import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph

private let edges = "node_id\tnode_id\n0\t2\n2\t0\n1\t1\n2\t3\n"
private let nodes = """
  node_id\tfeature\tlabel
  2\t0,0.5,0\t1
  0\t1,0,-2\t0
  3\t0,0,0\t2

  1\t0,0,1\t0
  """

private func bundle(_ edges: String, _ nodes: String) -> MemoryBundle {
  MemoryBundle(files: [
    GeomGCN.edgeFile: Array(edges.utf8), GeomGCN.nodeFile: Array(nodes.utf8),
  ])
}

@Suite struct DatasetGeomGCNTests {
  @Test(arguments: [false, true])
  func columnsOfNumbers(windows: Bool) throws {
    func ended(_ text: String) -> String {
      windows ? text.replacingOccurrences(of: "\n", with: "\r\n") : text
    }
    let data = try GeomGCN.load("tiny", from: bundle(ended(edges), ended(nodes)), as: Double.self)
    #expect(NodeCounts(of: data) == NodeCounts(4, 2, 3, 3))
    #expect(data.graph.inStart == [0, 1, 1, 3, 4])
    #expect(data.graph.source == [2, 0, 3, 2])
    #expect(data.features.rowStart == [0, 2, 3, 4, 4])
    #expect(data.features.column == [0, 2, 2, 1])
    #expect(data.features.value == [1, -2, 1, 0.5])
    #expect(data.classes == [0, 0, 1, 2])
  }

  @Test func listsOfColumns() throws {
    let nodes = "node_id\tfeature(feature_amount:4)\tlabel\n1\t4,0,4\t1\n0\t\t0\n"
    let data = try GeomGCN.load("tiny", from: bundle("node_id\tnode_id\n", nodes), as: Float.self)
    #expect(NodeCounts(of: data) == NodeCounts(2, 0, 5, 2))
    #expect(data.features.rowStart == [0, 0, 2])
    #expect(data.features.column == [0, 4])
    #expect(data.features.value == [1, 1])
  }

  @Test(arguments: [
    ("node_id\tnode_id\n0\t1\n0 2\n", "line 3", "two nodes"),
    ("node_id\tnode_id\n0\t4\n", "line 2", "'4' is not a node"),
    ("node_id\tnode_id\n\n-1\t0\n", "line 3", "'-1' is not a node"),
    ("node_id\tnode_id\n0\t1.5\n", "line 2", "'1.5' is not a node"),
    ("0\t1\n", "line 1", "headings"), ("", "line 1", "headings"),
  ])
  func badEdges(text: String, line: String, fragment: String) {
    expectDataError(.malformed, "out1_graph_edges.txt", line, fragment) {
      _ = try GeomGCN.load("tiny", from: bundle(text, nodes), as: Float.self)
    }
  }

  @Test(arguments: [
    ("node_id\tfeature\tlabel\n0\t1,0\n", "line 2", "separated by tabs"),
    ("node_id\tfeature\tlabel\n0\t1,0\t1\n1\t1\t0\n", "line 3", "1 features, 2 in the lines"),
    ("node_id\tfeature\tlabel\n0\t1,0\t1\n0\t1,1\t0\n", "line 3", "node 0 is there twice"),
    ("node_id\tfeature\tlabel\n1\t1,0\t1\n", "line 2", "'1' is not a node"),
    ("node_id\tfeature\tlabel\n0\t1,x\t1\n", "line 2", "'x' is not a finite number"),
    ("node_id\tfeature\tlabel\n0\t1,nan\t1\n", "line 2", "'nan' is not a finite number"),
    ("node_id\tfeature\tlabel\n0\t1,0\t-1\n", "line 2", "class is '-1'"),
    ("node_id\tfeature_amount:2\tlabel\n0\t3\t0\n", "line 2", "from 0 to 2"),
    ("node_id\tfeature_amount:2\tlabel\n0\t1,,2\t0\n", "line 2", "''"),
    ("node_id\tfeature_amount:many\tlabel\n0\t3\t0\n", "line 1", "whole number"),
  ])
  func badNodes(text: String, line: String, fragment: String) {
    expectDataError(.malformed, "out1_node_feature_label.txt", line, fragment) {
      _ = try GeomGCN.load("tiny", from: bundle("node_id\tnode_id\n", text), as: Float.self)
    }
  }

  @Test func noNodesNoTextNoFile() {
    expectDataError(.malformed, "graph has no nodes") {
      _ = try GeomGCN.load(
        "tiny", from: bundle("node_id\tnode_id\n", "node_id\tfeature\tlabel\n"), as: Float.self)
    }
    expectDataError(.malformed, "UTF-8") {
      let files = MemoryBundle(files: [GeomGCN.nodeFile: [0xff, 0xfe]])
      _ = try GeomGCN.load("tiny", from: files, as: Float.self)
    }
    expectDataError(.missing, "out1_node_feature_label.txt") {
      _ = try GeomGCN.load("tiny", from: MemoryBundle(files: [:]), as: Float.self)
    }
  }

  @Test func splitsOfTheFolder() throws {
    try withTemporaryFolder { folder in
      func write(_ k: Int, _ masks: [[UInt8]]) throws {
        var files: [String: [UInt8]] = [:]
        for (part, mask) in zip(["train", "val", "test"], masks) {
          files["\(part)_mask.npy"] = npy("|u1", "(\(mask.count),)", data: mask)
        }
        try writeZip(files, to: folder.appendingPathComponent("tiny_split_0.6_0.2_\(k).npz"))
      }
      try write(0, [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]])
      let known = [true, true, true, false]
      let splits = try GeomGCN.splits(of: "tiny", known: known, folder: folder.path, count: 1)
      #expect(splits.map(\.training) == [[0]])
      #expect(splits[0].name == "geom-gcn 0")
      expectDataError(.missing, "tiny_split_0.6_0.2_1.npz") {
        _ = try GeomGCN.splits(of: "tiny", known: known, folder: folder.path, count: 2)
      }
      try write(0, [[1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]])
      expectDataError(.malformed, "tiny_split_0.6_0.2_0.npz", "overlap: both have node 0") {
        _ = try GeomGCN.splits(of: "tiny", known: known, folder: folder.path, count: 1)
      }
      try write(0, [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
      expectDataError(.malformed, "validation part has no nodes") {
        _ = try GeomGCN.splits(of: "tiny", known: known, folder: folder.path, count: 1)
      }
    }
  }

  @Test(
    .enabled(if: nodeDataFolder != nil, "needs geom-gcn/ in $GRAPH_DISTILL_DATA"),
    arguments: [
      ("texas", NodeCounts(183, 279, 1_703, 5), [87, 59, 37]),
      ("cornell", NodeCounts(183, 277, 1_703, 5), [87, 59, 37]),
      ("wisconsin", NodeCounts(251, 450, 1_703, 5), [120, 80, 51]),
      ("film", NodeCounts(7_600, 26_659, 932, 5), [3_648, 2_432, 1_520]),
    ])
  func realData(name: String, counts: NodeCounts, parts: [Int]) throws {
    let folder = try #require(nodeDataFolder) + "/geom-gcn/"
    let data: NodeDataset<Float> = try GeomGCN.load(
      name, from: FolderBundle(folder: URL(fileURLWithPath: folder + name)))
    #expect(NodeCounts(of: data) == counts)
    let splits = try GeomGCN.splits(of: name, known: data.known, folder: folder + "splits")
    #expect(splits.count == 10)
    #expect(NodeSplit.Part.allCases.map { splits[0].nodes($0).count } == parts)
    #expect(try data.with(splits: splits).splits == splits)

    // The same data that others publish in another layout. (They disagree about Cornell: the text
    // files give its nodes the features and classes of Texas.)
    guard name != "cornell" else { return }
    let other: NodeDataset<Float> = try Heterophilous.load(
      name, from: Archive(path: folder + "../heterophilous/\(name == "film" ? "actor" : name).npz"))
    #expect(other.graph.source == data.graph.source)
    #expect(other.features == data.features)
    #expect(other.classes == data.classes)
    #expect(other.splits.map(\.training) == splits.map(\.training))
    #expect(other.splits.map(\.test) == splits.map(\.test))
  }
}
