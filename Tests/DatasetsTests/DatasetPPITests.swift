import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// The folder of real data sets, if there is one.
private let realDataFolder = realData(holding: "ppi/ppi.zip")

@Suite struct DatasetPPITests {
  @Test func tinyDataSet() throws {
    let data = try PPI.load(from: MemoryBundle(files: tinyPPI()))
    #expect((data.train.count, data.valid.count, data.test.count) == (2, 1, 1))
    #expect(!data.isSynthetic)
    #expect(data.source == "memory")
    #expect((data.nodeCount, data.edgeCount) == (9, 13))
    #expect((data.featureCount, data.labelCount) == (2, 3))
    #expect(data.labelledShare == 8.0 / 9)
    #expect(DatasetDescriptor.Counts(of: data) == tinyCounts)
    let (first, second) = (data.train[0], data.train[1])
    #expect(first.graph.inStart == [0, 2, 3, 4])
    #expect(first.graph.source == [0, 1, 0, 1])
    #expect(first.features == .dense(Matrix(3, 2, [0, 0.5, 1, 1.5, 2, 2.5])))
    #expect(second.graph.inStart == [0, 2, 3])
    #expect(second.graph.source == [1, 0, 1])
    #expect(second.features == .dense(Matrix(2, 2, [3, 3.5, 4, 4.5])))
    #expect(second.labels == Matrix(2, 3, [1, 1, 1, 0, 1, 1]))
    #expect(second.known == [true, true])
    #expect(data.test[0].known == [true, false])
    let double = try data.converted(to: Double.self)
    #expect(double.train[1].features == .dense(Matrix(2, 2, [3, 3.5, 4, 4.5])))
    #expect(double.test[0].known == [true, false])
    #expect(double.source == data.source)
  }

  @Test func undirectedAndRepeatedLinks() throws {
    var files = tinyPPI()
    files["valid_graph.json"] = Array(
      """
      {"directed": false, "multigraph": true, "nodes": [{"id": 0}, {"id": 1}], "links": [
      {"source": 0, "target": 0}, {"source": 0, "target": 1}, {"source": 1, "target": 0, "key": 1}]}
      """.utf8)
    let graph = try PPI.load(from: MemoryBundle(files: files)).valid[0].graph
    #expect(graph.edgeCount == 3)
    #expect(graph.source == [0, 1, 0])
    #expect(graph.inStart == [0, 2, 3])
  }

  @Test(arguments: [
    ("train_graph.json", nil, DataError.Kind.missing, "no file train_graph.json"),
    ("test_feats.npy", nil, .missing, "no file test_feats.npy"),
    ("valid_labels.npy", nil, .missing, "no file valid_labels.npy"),
    ("train_graph_id.npy", nil, .missing, "no file train_graph_id.npy"),
    ("train_graph_id.npy", npyIntegers([1, 1, 1, 2]), .malformed, "has 4 nodes"),
    (
      "train_graph_id.npy", npyIntegers([1, 1, 2, 1, 2]), .malformed, "graph 1 comes back at node 3"
    ),
    (
      "train_graph_id.npy", npyIntegers([1, 1, 2, 2, 2]), .malformed, "link 3 (counted from 0) goes"
    ),
    ("train_graph_id.npy", npyIntegers([1, 1, 1, 3, 3]), .malformed, "also in the split train"),
    (
      "train_graph_id.npy", npy("<f8", "(5,)", data: [UInt8](repeating: 0, count: 40)), .malformed,
      "float64"
    ),
    ("valid_graph_id.npy", npyIntegers(1, 2, [3, 3]), .malformed, "shape (1, 2)"),
    (
      "valid_feats.npy", npyDoubles(2, 2, [1, 2, .nan, 4]), .malformed,
      "valid_feats.npy: the feature in row 1, column 0 (counted from 0) is nan"
    ),
    ("valid_feats.npy", npyDoubles(2, 2, [1, .infinity, 3, 4]), .malformed, "row 0, column 1"),
    ("valid_feats.npy", npyDoubles(2, 2, [1, 1e300, 3, 4]), .malformed, "row 0, column 1"),
    ("valid_feats.npy", npyDoubles(1, 2, [1, 2]), .malformed, "1 rows"),
    ("valid_feats.npy", npyDoubles(2, 1, [1, 2]), .malformed, "nodes have 1 features"),
    ("valid_feats.npy", npyIntegers([1, 2]), .malformed, "one dimension"),
    (
      "train_labels.npy", npyIntegers(5, 3, [0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 2, 0, 1, 1]),
      .malformed, "the label in row 3, column 2 (counted from 0) is 2"
    ),
    ("test_labels.npy", npyDoubles(2, 3, [0, 1, 0.5, 0, 1, 1]), .malformed, "row 0, column 2"),
    ("test_labels.npy", npyDoubles(2, 2, [0, 1, 1, 1]), .malformed, "nodes have 2 labels"),
    ("test_label_known_mask.npy", npyIntegers([1]), .malformed, "1 rows"),
    ("test_label_known_mask.npy", npyIntegers([1, 5]), .malformed, "element 1 is 5"),
    ("test_graph.json", Array(#"{"nodes": [], "links": []}"#.utf8), .malformed, "0 nodes"),
    ("test_graph.json", Array(#"{"nodes": ["#.utf8), .malformed, "truncated"),
  ])
  func badInput(file: String, contents: [UInt8]?, kind: DataError.Kind, fragment: String) {
    var files = tinyPPI()
    files[file] = contents
    expectDataError(kind, fragment) { _ = try PPI.load(from: MemoryBundle(files: files)) }
  }

  @Test func emptySplit() {
    var files = tinyPPI()
    files["test_graph.json"] = Array(#"{"nodes": [], "links": []}"#.utf8)
    files["test_graph_id.npy"] = npyIntegers([])
    expectDataError(.malformed, "test_graph.json", "there are no nodes") {
      _ = try PPI.load(from: MemoryBundle(files: files))
    }
  }

  @Test func damagedMemberNamesTheArchive() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("ppi.zip")
      var files = tinyPPI()
      files["train_labels.npy"] = npyIntegers([1, 2])
      try writeZip(files, to: url)
      expectDataError(.malformed, url.path, "train_labels.npy") {
        _ = try PPI.load(from: Archive(path: url.path))
      }
    }
  }

  @Test(.enabled(if: realDataFolder != nil, "needs ppi/ppi.zip in $GRAPH_DISTILL_DATA"))
  func realData() throws {
    let folder = try #require(realDataFolder)
    let data = try PPI.load(from: Archive(path: folder + "/ppi/ppi.zip"))
    #expect(DatasetDescriptor.Counts(of: data) == PPI.descriptor.counts)
    #expect((data.train.count, data.valid.count, data.test.count) == (20, 2, 2))
    #expect((data.featureCount, data.labelCount) == (50, 121))
    #expect(data.train.map(\.graph.nodeCount).min() == 591)
    #expect(data.train.map(\.graph.nodeCount).max() == 3480)
    #expect(data.test.map(\.graph.nodeCount) == [3224, 2300])
    #expect(data.train[0].features.filled.elements.min() == -0.4349539)
    if data.labelledShare < 1 { #expect(abs(data.labelledShare - 0.9565) < 5e-5) }
    for sample in data.samples {
      let graph = sample.graph
      let loops = (0..<graph.nodeCount).reduce(0) { total, i in
        total
          + graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])].filter { $0 == i }.count
      }
      #expect(loops == graph.nodeCount)
    }
  }
}
