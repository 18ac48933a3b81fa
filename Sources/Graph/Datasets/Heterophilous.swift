import Tensor

/// Graphs in the npz layout of Platonov et al., "A critical look at the evaluation of GNNs under
/// heterophily", ICLR 2023: Chameleon and Squirrel (also without their duplicated nodes), Actor,
/// Texas, Cornell, Wisconsin.
///
/// The archive holds `node_features` (n x f), `node_labels` (n), `edges` (m x 2, taken both ways),
/// and `train_masks`, `val_masks`, `test_masks` (splits x n).
public enum Heterophilous {
  /// Reads a data set with its splits; `files` is the npz archive.
  ///
  /// - Throws: ``DataError``: missing for an array that is not there, malformed for one whose
  ///   contents are wrong or do not fit the others, and for masks that overlap or are empty.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let featureArray = try files.array("node_features.npy")
    let features = try DataError.locating(featureArray.location) {
      try CSRMatrix(nonZerosOf: featureArray.matrix(of: S.self))
    }
    let edgeArray = try files.array("edges.npy")
    let ends = try edgeArray.pairs()
    let graph = try DataError.locating(edgeArray.location) {
      try CSRGraph(undirected: features.rows, first: ends.first, second: ends.second)
    }
    let data = try NodeDataset(
      name: name, source: files.location, graph: graph, features: features,
      classes: files.array("node_labels.npy").integers())
    let masks = try ["train", "val", "test"].map {
      try files.array("\($0)_masks.npy").booleanRows()
    }
    guard masks.allSatisfy({ $0.count == masks[0].count }) else {
      throw DataError.malformed(
        files.location,
        "there are \(masks.map { String($0.count) }.joined(separator: ", ")) training, validation "
          + "and test masks; as many of each were expected")
    }
    return try data.with(
      splits: masks[0].indices.map { k in
        try NodeSplit(
          name: "masks \(k)", trainingMask: masks[0][k], validationMask: masks[1][k],
          testMask: masks[2][k], known: data.known, location: files.location)
      })
  }
}
