import Graph
import Tensor

/// Graphs in the npz layout of Shchur et al., "Pitfalls of graph neural network evaluation" (2018):
/// Amazon Photo and Computers, Coauthor CS and Physics; also the synthetic graphs of known homophily
/// (syn-cora) of Zhu et al., "Beyond homophily in graph neural networks", NeurIPS 2020.
///
/// The archive holds two sparse matrices in compressed rows, `adj_` and `attr_` (in later files of the
/// same authors `adj_matrix.` and `attr_matrix.`) followed by `data`, `indices`, `indptr` and `shape`,
/// and the classes, `labels`. Features may also be one dense array, `attr_matrix`. Every entry of the
/// adjacency matrix that is not 0 is an edge, taken both ways; it is 1, since edges are not weighted
/// yet. Names of nodes, features and classes are not read.
public enum GNNBenchmark {
  /// Reads a data set; `files` is the npz archive.
  ///
  /// - Throws: ``DataError``: missing for an array that is not there, malformed for one whose
  ///   contents are wrong or do not fit the others.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let adjacencyName = try files.contains("adj_matrix.indptr.npy") ? "adj_matrix." : "adj_"
    let attributeName = try files.contains("attr_matrix.indptr.npy") ? "attr_matrix." : "attr_"
    let isDense = try files.contains("attr_matrix.npy")
    let adjacencyRows = try files.layout("\(adjacencyName)indptr.npy").shape[0] - 1
    let attributes =
      isDense ? ("attr_matrix", adjacencyRows) : ("\(attributeName)indptr", adjacencyRows + 1)
    for (part, count) in [("labels", adjacencyRows), attributes] {
      try files.layout("\(part).npy").require(
        rows: count, as: "the adjacency matrix has \(adjacencyRows)")
    }
    let adjacency: CSRMatrix<Float> = try sparse(adjacencyName, from: files)
    guard adjacency.rows == adjacency.columns else {
      throw DataError.malformed(
        files.location(of: "\(adjacencyName)shape.npy"),
        "the adjacency matrix is \(adjacency.rows) x \(adjacency.columns); a square one was expected"
      )
    }
    var ends: (first: [Int32], second: [Int32]) = ([], [])
    for i in 0..<adjacency.rows {
      for e in Int(adjacency.rowStart[i])..<Int(adjacency.rowStart[i + 1])
      where adjacency.value[e] != 0 {
        guard adjacency.value[e] == 1 else {
          throw DataError.malformed(
            files.location(of: "\(adjacencyName)data.npy"),
            "the edge from node \(i) to node \(adjacency.column[e]) has the weight "
              + "\(adjacency.value[e]), and edges cannot be weighted yet; put 1 in its place to go on with "
              + "the bare graph")
        }
        ends.first.append(Int32(i))
        ends.second.append(adjacency.column[e])
      }
    }
    let graph = try DataError.locating(files.location(of: "\(adjacencyName)*.npy")) {
      try CSRGraph(undirected: adjacency.rows, first: ends.first, second: ends.second)
    }
    let features: CSRMatrix<S> = try DataError.locating(
      files.location(of: isDense ? "attr_matrix.npy" : "\(attributeName)shape.npy")
    ) {
      isDense
        ? try CSRMatrix(nonZerosOf: files.array("attr_matrix.npy").matrix())
        : try sparse(attributeName, from: files).requiringUsedColumns()
    }
    return try NodeDataset(
      name: name, source: files.location, graph: graph, features: features,
      classes: files.array("labels.npy").integers())
  }

  private static func sparse<S: Scalar>(
    _ prefix: String, from files: FileBundle
  ) throws -> CSRMatrix<S> {
    let shapeLayout = try files.layout("\(prefix)shape.npy")
    guard shapeLayout.shape == [2] else {
      throw DataError.malformed(
        shapeLayout.location,
        "the array has the shape \(shapeLayout.shapeText); the numbers of rows and columns were "
          + "expected")
    }
    let shape = try files.array("\(prefix)shape.npy").integers()
    let startLayout = try files.layout("\(prefix)indptr.npy")
    guard (0..<Int(Int32.max)).contains(shape[0]) else {
      throw DataError.malformed(shapeLayout.location, "a matrix cannot have \(shape[0]) rows")
    }
    try startLayout.require(
      rows: shape[0] + 1,
      as: "the matrix has \(shape[0]), and one more was "
        + "expected")
    // Numbers that are all equal take a thousandth of their size in the archive: all counts come
    // before the numbers.
    let start = try files.array("\(prefix)indptr.npy").indices()
    let entries = Int(start[start.count - 1])
    for part in ["indices", "data"] {
      try files.layout("\(prefix)\(part).npy").require(
        rows: entries, as: "the matrix has \(entries) entries by its row starts")
    }
    let (column, value) = try (
      files.array("\(prefix)indices.npy").indices(),
      files.array("\(prefix)data.npy").numbers(of: S.self)
    )
    return try DataError.locating(files.location(of: "\(prefix)*.npy")) {
      try CSRMatrix(
        rows: shape[0], columns: shape[1], rowStart: start, column: column, value: value)
    }
  }
}
