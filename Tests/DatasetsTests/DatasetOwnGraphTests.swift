import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// Graphs that users bring: plain arrays, and tables in text.
@Suite struct DatasetOwnGraphTests {
  /// Four nodes; edges 0 - 1 (both ways), 1 -> 2 (one way), a loop at 3.
  private static func arrays() -> [String: [UInt8]] {
    [
      "x.npy": npyDoubles(4, 2, [0, 1.5, 1, 0, 0, 0, -2, 3]),
      "edge_index.npy": npyIntegers(2, 4, [0, 1, 1, 3, 1, 0, 2, 3]),
      "y.npy": npyIntegers([1, 0, -1, 1]),
      "train_mask.npy": npy("|b1", "(4, 2)", data: [1, 0, 0, 1, 0, 0, 0, 0]),
      "val_mask.npy": npy("|b1", "(4, 2)", data: [0, 1, 1, 0, 0, 0, 0, 0]),
      "test_mask.npy": npy("|b1", "(4, 2)", data: [0, 0, 0, 0, 0, 0, 1, 1]),
    ]
  }

  private static let nodes = """
    id,label,height,weight
    a,1,0,1.5
    b,0,1,0
    c 3,,0,0
    d,1,-2,3

    """
  private static let edges = "source,target\na,b\nb,a\r\nb,c 3\nd,d\n"
  private static let split = "id,part\nd,test\na,train\nb,valid\n"

  private func readArrays(_ changes: [String: [UInt8]?] = [:]) throws -> NodeDataset<Double> {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("mine.npz")
      var files = Self.arrays()
      for (name, content) in changes { files[name] = content }
      try writeZip(files, to: url, stored: false)
      return try ArrayLayout().load("mine", at: url.path)
    }
  }

  private func readTables(_ changes: [String: String?] = [:]) throws -> NodeDataset<Double> {
    try withTemporaryFolder { folder in
      var files = ["nodes.csv": Self.nodes, "edges.csv": Self.edges, "split.csv": Self.split]
      for (name, content) in changes { files[name] = content }
      for (name, content) in files {
        try Data(content.utf8).write(to: folder.appendingPathComponent(name))
      }
      return try CSVLayout().load("mine", at: folder.path)
    }
  }

  private func message(_ body: () throws -> NodeDataset<Double>) -> String {
    do {
      _ = try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func check(_ data: NodeDataset<Double>) {
    #expect(NodeCounts(of: data) == NodeCounts(4, 2, 2, 2))
    #expect(data.graph.inStart == [0, 1, 3, 4, 4])
    #expect(data.graph.source == [1, 0, 2, 1])
    #expect(data.features.rowStart == [0, 1, 2, 2, 4])
    #expect(data.features.column == [1, 0, 0, 1])
    #expect(data.features.value == [1.5, 1, -2, 3])
    #expect(data.classes == [1, 0, -1, 1])
  }

  @Test func arraysAsPyTorchGeometricNamesThem() throws {
    let data = try readArrays()
    check(data)
    #expect(data.splits.count == 2)
    #expect(data.splits[0].training == [0] && data.splits[0].validation == [1])
    #expect(data.splits[1].training == [1] && data.splits[1].validation == [0])
    #expect(data.splits.allSatisfy { $0.test == [3] })
    // Classes as a column, one mask of each, and no features.
    let bare = try readArrays([
      "x.npy": nil, "y.npy": npyIntegers(4, 1, [1, 0, -1, 1]),
      "train_mask.npy": npy("|b1", "(4,)", data: [1, 0, 0, 0]),
      "val_mask.npy": npy("|b1", "(4,)", data: [0, 1, 0, 0]),
      "test_mask.npy": npy("|b1", "(4,)", data: [0, 0, 0, 1]),
      "edge_weight.npy": npyFloats([1, 1, 1, 1]),
    ])
    #expect(bare.features.columns == 1 && bare.features.value == [1, 1, 1, 1])
    #expect(bare.classes == [1, 0, -1, 1] && bare.splits.map(\.test) == [[3]])
    let free = try readArrays(["train_mask.npy": nil, "val_mask.npy": nil, "test_mask.npy": nil])
    #expect(free.splits.isEmpty)
    // Columns first, as numpy saves a transposed array.
    let turned = npy(
      "<i8", "(2, 4)", fortran: true,
      data: littleEndian([0, 1, 1, 0, 1, 2, 3, 3] as [Int64]))
    check(try readArrays(["edge_index.npy": turned]))
  }

  @Test(
    arguments: [
      ("edge_index.npy", npyIntegers(4, 2, [0, 1, 1, 0, 1, 2, 3, 3]), "2 x edges was expected"),
      ("edge_index.npy", npyIntegers(2, 1, [0, 4]), "destination of edge 0 (counted from 0) is 4"),
      ("edge_index.npy", npyIntegers(2, 1, [-1, 0]), "source of edge 0 (counted from 0) is -1"),
      ("edge_index.npy", nil, "edge_index.npy"),
      ("y.npy", npyIntegers(2, 2, [0, 1, 0, 1]), "one class a node was expected"),
      ("y.npy", npyIntegers([0, 1, 0]), "y.npy has the nodes 0 to 2"),
      ("y.npy", npyFloats([0, 1, 0, 1]), "integers were expected"),
      ("x.npy", npyDoubles(4, 1, [0, .nan, 0, 0]), "finite"),
      ("val_mask.npy", nil, "but no val_mask"),
      ("val_mask.npy", npy("|b1", "(4,)", data: [0, 1, 0, 0]), "2, 1, 2 training, validation"),
      ("val_mask.npy", npy("|b1", "(4, 2)", data: [1, 1, 0, 0, 0, 0, 0, 0]), "overlap"),
      ("train_mask.npy", npy("|b1", "(4, 2)", data: [1, 0, 0, 0, 0, 0, 0, 0]), "has no nodes"),
      ("edge_weight.npy", npyFloats([1, 1, 0.5, 1]), "edge 2 (counted from 0) has a weight"),
      ("edge_weight.npy", npyFloats([1]), "4 edges"),
    ] as [(String, [UInt8]?, String)])
  func arraysThatAreWrong(_ name: String, _ content: [UInt8]?, _ expected: String) {
    let message = message { try readArrays([name: content]) }
    #expect(message.contains(expected), "\(message)")
  }

  @Test func tablesInText() throws {
    let data = try readTables()
    check(data)
    #expect(data.splits.count == 1)
    #expect(data.splits[0].training == [0] && data.splits[0].validation == [1])
    #expect(data.splits[0].test == [3])
    #expect(try readTables(["split.csv": nil]).splits.isEmpty)
    check(
      try readTables([
        "edges.csv": "source, target, weight\na, b, 1\nb, a, 1.0\nb, c 3, 1\nd, d, 1\n"
      ]))
  }

  @Test(
    arguments: [
      ("nodes.csv", "id,label\na,0\n", "line 1"),
      ("nodes.csv", "", "the file is empty"),
      ("nodes.csv", "id,label,f\na,0,1\na,1,0\n", "line 3: the id 'a' stands in an earlier line"),
      ("nodes.csv", "id,label,f\na,0\n", "line 2: there are 2 fields, but 3 headings"),
      ("nodes.csv", "id,label,f\na,x,1\n", "line 2: the label 'x' is not a class"),
      ("nodes.csv", "id,label,f\na,-1,1\n", "line 2: the label '-1' is not a class"),
      ("nodes.csv", "id,label,f\na,0,nan\n", "line 2: the feature f is 'nan'"),
      ("nodes.csv", "id,label,f\na,0,1e400\n", "line 2: the feature f is '1e400'"),
      ("nodes.csv", "id,label,f\n,0,1\n", "line 2: the id is empty"),
      ("edges.csv", "from,to\na,b\n", "source,target,(optional) weight was expected"),
      ("edges.csv", "source,target\na,e\n", "line 2: there is no node 'e' in nodes.csv"),
      ("edges.csv", "source,target,weight\na,b,2\n", "line 2: the weight is '2'"),
      ("split.csv", "id,part\na,train\na,test\n", "line 3: the node 'a' has a part already"),
      ("split.csv", "id,part\na,dev\n", "line 2: 'dev' is no part"),
      ("split.csv", "id,part\nc 3,train\n", "line 2: the node 'c 3' has no label"),
      ("split.csv", "id,part\na,train\nb,valid\n", "its test part has no nodes"),
      ("edges.csv", nil, "edges.csv"),
    ] as [(String, String?, String)])
  func tablesThatAreWrong(_ name: String, _ content: String?, _ expected: String) {
    let message = message { try readTables([name: content]) }
    #expect(message.contains(expected), "\(message)")
  }

  /// A layout of the wrong kind is refused with what it wants; a path without anything is missing.
  @Test func theLayoutHasToFit() throws {
    try withTemporaryFolder { folder in
      let absent = folder.appendingPathComponent("none").path
      let error = #expect(throws: DataError.self) {
        try CSVLayout().load("mine", at: absent) as NodeDataset<Double>
      }
      #expect(error?.isMissing == true && error?.location == absent)
      #expect(
        message { try ArrayLayout().load("mine", at: folder.path) }.contains(
          "this is a folder with nothing; the layout npz is one of a file"))
      let file = folder.appendingPathComponent("mine.npz")
      try writeZip(Self.arrays(), to: file, stored: true)
      #expect(
        message { try CSVLayout().load("mine", at: file.path) }.contains(
          "this is a file; the layout csv is one of a folder"))
      let other = message { try HeterophilousLayout().load("mine", at: file.path) }
      #expect(other.contains("node_labels.npy") && other.contains("node_features"))
    }
  }
}
