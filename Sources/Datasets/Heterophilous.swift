import Graph
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
    // All counts are compared before the numbers are read: those that are all equal take a
    // thousandth of their size in the archive.
    let labels = try files.layout("node_labels.npy")
    try labels.requireList(of: "classes")
    let count = labels.shape[0]
    try files.layout("node_features.npy").require(
      rows: count, as: "node_labels.npy has \(count) nodes")
    let parts = ["train", "val", "test"]
    let maskShapes = try parts.map { part in
      let mask = try files.layout("\(part)_masks.npy")
      guard mask.shape.count == 2, mask.shape[0] > 0, mask.shape[1] == count else {
        throw DataError.malformed(
          mask.location,
          "the array has the shape \(mask.shapeText); at least one mask of the \(count) nodes was "
            + "expected, one a row")
      }
      return mask.shape
    }
    guard maskShapes.allSatisfy({ $0 == maskShapes[0] }) else {
      throw DataError.malformed(
        files.location,
        "there are \(maskShapes.map { String($0[0]) }.joined(separator: ", ")) training, validation "
          + "and test masks; as many of each were expected")
    }
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
    let masks = try parts.map { try files.array("\($0)_masks.npy").booleanRows() }
    return try data.with(
      splits: masks[0].indices.map { k in
        try NodeSplit(
          name: "masks \(k)", trainingMask: masks[0][k], validationMask: masks[1][k],
          testMask: masks[2][k], known: data.known, location: files.location)
      })
  }
}
