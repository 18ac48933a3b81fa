import Graph
import Tensor

/// A graph as plain arrays in an npz archive, named as in PyTorch Geometric's `Data`, so that one line
/// of Python saves what a data set there holds:
///
///     numpy.savez("mine.npz", **{key: value.numpy() for key, value in data if value is not None})
///
/// - `x`: features, n x f; without it, every node has the one feature 1.
/// - `edge_index`: 2 x m, sources above destinations, counted from 0. Edges are taken both ways.
/// - `y`: classes from 0, n or n x 1; -1 where a class is not known.
/// - `train_mask`, `val_mask`, `test_mask` (optional, all three or none): n for one split, or
///   n x splits.
/// - `edge_weight` (optional): all 1, since edges are not weighted yet. `edge_attr` is refused.
public enum ArrayGraph {
  /// Reads a data set with its splits; `files` is the npz archive.
  ///
  /// - Throws: ``DataError``: missing for an array that is not there, malformed for one whose contents
  ///   are wrong or do not fit the others, and for masks that overlap or are empty.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let classes = try classes(files)
    let count = classes.count
    let graph = try graph(files, nodes: count)
    let data = try NodeDataset(
      name: name, source: files.location, graph: graph,
      features: features(files, nodes: count) as CSRMatrix<S>, classes: classes)
    return try data.with(splits: splits(files, known: data.known))
  }

  private static func classes(_ files: FileBundle) throws -> [Int] {
    let layout = try files.layout("y.npy")
    guard layout.shape.count == 1 || layout.shape[1] == 1 else {
      throw DataError.malformed(
        layout.location,
        "the array has the shape \(layout.shapeText); one class a node was expected")
    }
    let array = try files.array("y.npy")
    guard layout.shape.count == 2 else { return try array.integers() }
    return try array.integerRows().flatMap { $0 }
  }

  private static func features<S: Scalar>(
    _ files: FileBundle, nodes count: Int
  ) throws -> CSRMatrix<S> {
    guard try files.contains("x.npy") else {
      return try CSRMatrix(nonZerosOf: Matrix(repeating: 1, count, 1))
    }
    try files.layout("x.npy").require(rows: count, as: "y.npy has \(count) nodes")
    let array = try files.array("x.npy")
    return try DataError.locating(array.location) { try CSRMatrix(nonZerosOf: array.matrix()) }
  }

  private static func graph(_ files: FileBundle, nodes count: Int) throws -> CSRGraph {
    let layout = try files.layout("edge_index.npy")
    guard layout.shape.count == 2, layout.shape[0] == 2 else {
      throw DataError.malformed(
        layout.location,
        "the array has the shape \(layout.shapeText); 2 x edges was expected, sources above "
          + "destinations")
    }
    let ends = try files.array("edge_index.npy").integerRows()
    for (row, nodes) in ends.enumerated() {
      if let edge = nodes.firstIndex(where: { !(0..<count).contains($0) }) {
        throw DataError.malformed(
          layout.location,
          "the \(row == 0 ? "source" : "destination") of edge \(edge) (counted from 0) is "
            + "\(nodes[edge]); y.npy has the nodes 0 to \(count - 1)")
      }
    }
    try requireNoWeights(files, edges: ends[0].count)
    return try DataError.locating(layout.location) {
      try CSRGraph(
        undirected: count, first: ends[0].map(Int32.init), second: ends[1].map(Int32.init))
    }
  }

  private static func requireNoWeights(_ files: FileBundle, edges: Int) throws {
    if try files.contains("edge_attr.npy") {
      throw DataError.malformed(
        files.location(of: "edge_attr.npy"),
        "edges cannot have features or weights yet; save the archive without edge_attr to go on with the "
          + "bare graph")
    }
    let name = "edge_weight.npy"
    guard try files.contains(name) else { return }
    try files.layout(name).require(rows: edges, as: "edge_index.npy has \(edges) edges")
    let weights = try files.array(name)
    let numbers = try weights.numbers(of: Double.self)
    if let edge = numbers.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
      throw DataError.malformed(
        weights.location,
        "the weight of edge \(edge) (counted from 0) is \(numbers[edge]); a finite number of at least 0 was "
          + "expected")
    }
    if let edge = numbers.firstIndex(where: { $0 != 1 }) {
      throw DataError.malformed(
        weights.location,
        "edge \(edge) (counted from 0) has a weight other than 1, and edges cannot be weighted yet; "
          + "save the archive without edge_weight to go on with the bare graph")
    }
  }

  private static func splits(_ files: FileBundle, known: [Bool]) throws -> [NodeSplit] {
    let names = ["train_mask", "val_mask", "test_mask"]
    let there = try names.filter { try files.contains("\($0).npy") }
    guard !there.isEmpty else { return [] }
    guard there.count == names.count else {
      let absent = names.filter { !there.contains($0) }.joined(separator: ", ")
      throw DataError.malformed(
        files.location, "there is \(there.joined(separator: ", ")) but no \(absent)")
    }
    // masks[part][split][node]
    let masks = try names.map { name in
      let layout = try files.layout("\(name).npy")
      try layout.require(rows: known.count, as: "y.npy has \(known.count) nodes")
      let array = try files.array("\(name).npy")
      if layout.shape.count == 1 { return [try array.booleans()] }
      let rows = try array.booleanRows()
      return (0..<layout.shape[1]).map { split in rows.map { $0[split] } }
    }
    guard Set(masks.map(\.count)).count == 1 else {
      throw DataError.malformed(
        files.location,
        "there are \(masks.map { String($0.count) }.joined(separator: ", ")) training, validation and "
          + "test masks; as many of each were expected")
    }
    return try masks[0].indices.map { split in
      try NodeSplit(
        name: "masks \(split)", trainingMask: masks[0][split], validationMask: masks[1][split],
        testMask: masks[2][split], known: known, location: files.location)
    }
  }
}
