import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph

/// Four nodes in the layout of the GNN benchmark: edges 0 - 1 (once each way), 1 -> 2 (one way),
/// a loop at 2, an explicit 0 from 0 to 3; node 3 is isolated.
private func tinyBenchmark() -> [String: [UInt8]] {
  [
    "adj_data.npy": npyFloats([1, 0, 1, 1, 1]),
    "adj_indices.npy": npyIntegers([1, 3, 0, 2, 2]),
    "adj_indptr.npy": npyIntegers([0, 2, 4, 5, 5]),
    "adj_shape.npy": npyIntegers([4, 4]),
    "attr_data.npy": npyFloats([0.5, 1, 2]),
    "attr_indices.npy": npyIntegers([2, 0, 1]),
    "attr_indptr.npy": npyIntegers([0, 2, 2, 2, 3]),
    "attr_shape.npy": npyIntegers([4, 3]),
    "labels.npy": npyIntegers([1, 0, 1, 2]),
  ]
}

private func tinyHeterophilous() -> [String: [UInt8]] {
  [
    "node_features.npy": npyDoubles(3, 2, [0, 1.5, 0, 0, -2, 0]),
    "node_labels.npy": npyIntegers([0, 1, 0]),
    "edges.npy": npyIntegers(2, 2, [0, 2, 2, 1]),
    "train_masks.npy": npy("|b1", "(2, 3)", data: [1, 0, 0, 0, 1, 0]),
    "val_masks.npy": npy("|b1", "(2, 3)", data: [0, 1, 0, 0, 0, 1]),
    "test_masks.npy": npy("|b1", "(2, 3)", data: [0, 0, 1, 1, 0, 0]),
  ]
}

@Suite struct DatasetNodeNPZTests {
  @Test(arguments: [false, true])
  func benchmarkLayout(stored: Bool) throws {
    let data: NodeDataset<Double> = try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("tiny.npz")
      try writeZip(tinyBenchmark(), to: url, stored: stored)
      return try GNNBenchmark.load("tiny", from: Archive(path: url.path))
    }
    #expect(NodeCounts(of: data) == NodeCounts(4, 2, 3, 3))
    #expect(data.graph.inStart == [0, 1, 3, 4, 4])
    #expect(data.graph.source == [1, 0, 2, 1])
    #expect(data.features.rowStart == [0, 2, 2, 2, 3])
    #expect(data.features.column == [2, 0, 1])
    #expect(data.features.value == [0.5, 1, 2])
    #expect(data.classes == [1, 0, 1, 2])
    #expect(data.labels == Matrix(4, 3, [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]))
    #expect(data.edgeHomophily == 0)
    #expect(data.name == "tiny" && data.source.hasSuffix("tiny.npz"))
    #expect(try data.converted(to: Float.self).features.value == [0.5, 1, 2])
  }

  @Test(arguments: [
    ("adj_indices.npy", npyIntegers([1, 3, 0, 2, 4]), "adj_*.npy", "column 4"),
    ("adj_indices.npy", npyIntegers([1, 3, 0, 2, 1 << 40]), "adj_indices.npy", "32 bits"),
    ("adj_shape.npy", npyIntegers([4, 5]), "adj_shape.npy", "4 x 5"),
    ("adj_shape.npy", npyIntegers([4]), "adj_shape.npy", "rows and columns"),
    ("adj_indptr.npy", npyIntegers([0, 2, 1, 5, 5]), "adj_*.npy", "row 1"),
    ("attr_data.npy", npyFloats([1, .nan, 2]), "attr_*.npy", "nan"),
    ("attr_data.npy", npyFloats([1]), "attr_data.npy", "1 rows, but the matrix has 3 entries"),
    ("attr_shape.npy", npyIntegers([-1, 3]), "attr_shape.npy", "-1 rows"),
    ("labels.npy", npyIntegers([1, 0, 1]), "labels.npy", "3 rows, but the adjacency matrix has 4"),
    ("labels.npy", npyIntegers([1, 0, 1, -2]), "memory", "class of node 3 is -2"),
    ("labels.npy", npyIntegers([1, 0, 1, 1 << 40]), "memory", "only 4 nodes"),
    ("labels.npy", npyIntegers([1, 0, 1, Int64.max]), "memory", "only 4 nodes"),
    ("labels.npy", npyIntegers([-1, -1, -1, -1]), "memory", "no node's class is known"),
  ])
  func badBenchmarkArrays(file: String, bytes: [UInt8], place: String, fragment: String) {
    var files = tinyBenchmark()
    files[file] = bytes
    expectDataError(.malformed, place, fragment) {
      _ = try GNNBenchmark.load("tiny", from: MemoryBundle(files: files), as: Float.self)
    }
  }

  @Test func missingArraysAndEmptyGraphs() {
    var files = tinyBenchmark()
    files["attr_indices.npy"] = nil
    expectDataError(.missing, "attr_indices.npy") {
      _ = try GNNBenchmark.load("tiny", from: MemoryBundle(files: files), as: Float.self)
    }
    for prefix in ["adj", "attr"] {
      files["\(prefix)_data.npy"] = npyFloats([])
      files["\(prefix)_indices.npy"] = npyIntegers([])
      files["\(prefix)_indptr.npy"] = npyIntegers([0])
      files["\(prefix)_shape.npy"] = npyIntegers([0, 0])
    }
    files["labels.npy"] = npyIntegers([])
    expectDataError(.malformed, "graph has no nodes") {
      _ = try GNNBenchmark.load("tiny", from: MemoryBundle(files: files), as: Float.self)
    }
  }

  @Test func heterophilousLayout() throws {
    let data = try Heterophilous.load(
      "tiny", from: MemoryBundle(files: tinyHeterophilous()), as: Float.self)
    #expect(NodeCounts(of: data) == NodeCounts(3, 2, 2, 2))
    #expect(data.graph.source == [2, 2, 0, 1])
    #expect(data.features.value == [1.5, -2] && data.features.column == [1, 0])
    #expect(data.edgeHomophily == 0.5)
    #expect(data.splits.map(\.training) == [[0], [1]])
    #expect(data.splits.map(\.validation) == [[1], [2]])
    #expect(data.splits.map(\.test) == [[2], [0]])
  }

  @Test(arguments: [
    ("val_masks.npy", npy("|b1", "(2, 3)", data: [1, 1, 0, 0, 0, 1]), "overlap"),
    ("test_masks.npy", npy("|b1", "(2, 3)", data: [0, 0, 1, 0, 0, 0]), "test part has no nodes"),
    ("test_masks.npy", npy("|b1", "(1, 3)", data: [0, 0, 1]), "2, 2, 1"),
    ("test_masks.npy", npy("|i1", "(2, 3)", data: [0, 0, 2, 1, 0, 0]), "row 0, column 2"),
    ("test_masks.npy", npy("|b1", "(2, 2)", data: [0, 0, 1, 0]), "the shape (2, 2)"),
    ("edges.npy", npyIntegers(1, 2, [0, 3]), "node 3"),
    ("edges.npy", npyIntegers(1, 2, [0, -1]), "node -1"),
    ("edges.npy", npyIntegers(1, 3, [0, 1, 2]), "pairs"),
    ("node_features.npy", npyDoubles(3, 1, [0, 1, .infinity]), "inf"),
  ])
  func badHeterophilousArrays(file: String, bytes: [UInt8], fragment: String) {
    var files = tinyHeterophilous()
    files[file] = bytes
    expectDataError(.malformed, fragment) {
      _ = try Heterophilous.load("tiny", from: MemoryBundle(files: files), as: Float.self)
    }
  }

  @Test(
    .enabled(if: nodeDataFolder != nil, "needs gnn-benchmark/ in $GRAPH_DISTILL_DATA"),
    arguments: [
      ("gnn-benchmark/amazon_electronics_photo", NodeCounts(7_650, 119_081, 745, 8)),
      ("gnn-benchmark/amazon_electronics_computers", NodeCounts(13_752, 245_861, 767, 10)),
      ("gnn-benchmark/ms_academic_cs", NodeCounts(18_333, 81_894, 6_805, 15)),
      ("gnn-benchmark/ms_academic_phy", NodeCounts(34_493, 247_962, 8_415, 5)),
      ("syn-cora/h0.00-r1", NodeCounts(1_490, 2_968, 1_433, 5)),
      ("syn-cora/h1.00-r1", NodeCounts(1_490, 2_965, 1_433, 5)),
    ])
  func realBenchmarks(file: String, counts: NodeCounts) throws {
    let path = try #require(nodeDataFolder) + "/\(file).npz"
    let data: NodeDataset<Float> = try GNNBenchmark.load(file, from: Archive(path: path))
    #expect(NodeCounts(of: data) == counts)
    #expect(data.known.allSatisfy { $0 })
    if file.hasPrefix("syn-cora") {
      #expect(data.edgeHomophily == (file.contains("h1.00") ? 1 : 0))
    } else {
      let split = try data.randomPerClass(seed: 0)
      #expect(split.training.count == 20 * counts.classes)
      #expect(split.validation.count == 30 * counts.classes)
      #expect(split.test.count == counts.nodes - 50 * counts.classes)
    }
  }

  @Test(
    .enabled(if: nodeDataFolder != nil, "needs heterophilous/ in $GRAPH_DISTILL_DATA"),
    arguments: [
      ("chameleon", NodeCounts(2_277, 31_371, 2_325, 5)),
      ("squirrel", NodeCounts(5_201, 198_353, 2_089, 5)),
      ("actor", NodeCounts(7_600, 26_659, 932, 5)), ("texas", NodeCounts(183, 279, 1_703, 5)),
      ("cornell", NodeCounts(183, 277, 1_703, 5)),
      ("wisconsin", NodeCounts(251, 450, 1_703, 5)),
    ])
  func realHeterophilous(name: String, counts: NodeCounts) throws {
    let path = try #require(nodeDataFolder) + "/heterophilous/\(name).npz"
    let data: NodeDataset<Float> = try Heterophilous.load(name, from: Archive(path: path))
    #expect(NodeCounts(of: data) == counts)
    #expect(data.splits.count == 10)
  }
}
