import Tensor

/// Graphs in the npz layout of Shchur et al., "Pitfalls of graph neural network evaluation" (2018):
/// Amazon Photo and Computers, Coauthor CS and Physics; also the synthetic graphs of known homophily
/// (syn-cora) of Zhu et al., "Beyond homophily in graph neural networks", NeurIPS 2020.
///
/// The archive holds two sparse matrices in compressed rows, `adj_` and `attr_` followed by `data`,
/// `indices`, `indptr` and `shape`, and the classes, `labels`. Every entry of the adjacency matrix
/// that is not 0 is an edge, taken both ways. Names of nodes, features and classes are not read.
public enum GNNBenchmark {
  /// Reads a data set; `files` is the npz archive.
  ///
  /// - Throws: ``DataError``: missing for an array that is not there, malformed for one whose
  ///   contents are wrong or do not fit the others.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let adjacency: CSRMatrix<Float> = try sparse("adj", from: files)
    guard adjacency.rows == adjacency.columns else {
      throw DataError.malformed(
        files.location(of: "adj_shape.npy"),
        "the adjacency matrix is \(adjacency.rows) x \(adjacency.columns); a square one was expected"
      )
    }
    var ends: (first: [Int32], second: [Int32]) = ([], [])
    for i in 0..<adjacency.rows {
      for e in Int(adjacency.rowStart[i])..<Int(adjacency.rowStart[i + 1])
      where adjacency.value[e] != 0 {
        ends.first.append(Int32(i))
        ends.second.append(adjacency.column[e])
      }
    }
    let graph = try CSRGraph(undirected: adjacency.rows, first: ends.first, second: ends.second)
    return try NodeDataset(
      name: name, source: files.location, graph: graph, features: sparse("attr", from: files),
      classes: files.array("labels.npy").integers())
  }

  private static func sparse<S: Scalar>(
    _ prefix: String, from files: FileBundle
  ) throws -> CSRMatrix<S> {
    let shapeArray = try files.array("\(prefix)_shape.npy")
    let shape = try shapeArray.integers()
    guard shape.count == 2 else {
      throw DataError.malformed(
        shapeArray.location, "\(shape.count) numbers; rows and columns were expected")
    }
    let (start, column, value) = try (
      files.array("\(prefix)_indptr.npy").indices(), files.array("\(prefix)_indices.npy").indices(),
      files.array("\(prefix)_data.npy").numbers(of: S.self)
    )
    return try DataError.locating(files.location(of: "\(prefix)_*.npy")) {
      try CSRMatrix(
        rows: shape[0], columns: shape[1], rowStart: start, column: column, value: value)
    }
  }
}
