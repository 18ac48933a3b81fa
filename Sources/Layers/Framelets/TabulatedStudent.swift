import Graph
import Tensor

/// A trained FMLP without its graph: the structure branches of every step are constants of each node
/// and stand in tables, so that a prediction looks rows up and does the products of a small MLP with
/// the node's own features. No message passing, no neighbours.
///
/// The student's weights are copied: training it further changes nothing here. Predictions for all
/// nodes at once have the bits of the network's own; for some of them, those but for the order of
/// sums in products of other sizes.
public struct TabulatedStudent<S: Scalar> {
  /// What a student says of some nodes.
  public struct Prediction {
    /// One row a node.
    public let logits: Matrix<S>
    /// The scores of each step, the hidden ones first; one row a node.
    public let scores: [FMLPScores<S>]
  }

  let layers: [TabulatedLayer<S>]

  /// The number of nodes of the graph.
  public var nodeCount: Int { layers[0].low.rows }
  /// The number of features of a node.
  public var inputWidth: Int { layers[0].features.weight.rows }

  init(layers: [TabulatedLayer<S>]) { self.layers = layers }

  /// The tables of a student for the graph that it was trained on.
  ///
  /// - Throws: ``TabulationError/notAnFMLP`` for other networks, and what the layers' `prepare`
  ///   throws.
  public init(of student: Network<S>, on graph: CSRGraph) throws {
    let steps = student.layers.compactMap { $0 as? FMLPLayer<S> }
    guard steps.count == student.layers.count, student.isChainOfLayers else {
      throw TabulationError.notAnFMLP
    }
    try student.prepare(on: graph)
    layers = steps.map { TabulatedLayer($0, on: graph) }
  }

  /// Logits and scores.
  ///
  /// - Parameters:
  ///   - nodes: Of whom, by their numbers in the graph, in any order; all of them if nil.
  ///   - features: One row for each of them, in the same order.
  public func predict(nodes: [Int]? = nil, features: NodeFeatures<S>) -> Prediction {
    precondition(features.rows == nodes?.count ?? nodeCount, "one row of features a node")
    precondition(features.columns == inputWidth, "\(features.columns) of \(inputWidth) features")
    precondition(
      nodes?.allSatisfy { $0 >= 0 && $0 < nodeCount } ?? true, "a node outside 0 ..< \(nodeCount)")
    var x = features
    var scores: [FMLPScores<S>] = []
    for layer in layers {
      let step = layer.predict(x, nodes: nodes)
      scores.append(step.scores)
      x = .dense(step.output)
    }
    return Prediction(logits: x.filled, scores: scores)
  }
}

/// Why there are no tables of a student.
public enum TabulationError: Error, Equatable, CustomStringConvertible {
  /// Some layer's output is not that of an FMLP step.
  case notAnFMLP
  /// A file does not hold tables that fit together.
  case malformed(String)

  /// The message for a person.
  public var description: String {
    switch self {
    case .notAnFMLP:
      "only networks of FMLP steps alone can be tabulated: other layers look at neighbours or have "
        + "no tables"
    case .malformed(let reason): "no tables of a student: \(reason)"
    }
  }
}
