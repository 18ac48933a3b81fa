import Layers
import Tensor

/// Which nodes of a batch an objective looks at: all, or a random sample where all pairs of nodes
/// would be too many.
public struct NodeSample: Sendable, Equatable {
  /// The number of nodes in the batch.
  public let nodeCount: Int
  /// The chosen nodes, ascending; nil for all.
  public let indices: [Int]?

  /// The number of chosen nodes.
  public var count: Int { indices?.count ?? nodeCount }

  /// All nodes of a batch.
  public static func all(_ nodeCount: Int) -> NodeSample {
    NodeSample(nodeCount: nodeCount, indices: nil)
  }

  /// `limit` nodes chosen without replacement, each set equally likely; all where there are no more
  /// than that, or where `limit` is nil.
  ///
  /// The choice is a function of seed, name and step alone.
  public static func random(
    of nodeCount: Int, atMost limit: Int?, for name: String, _ context: ForwardContext
  ) -> NodeSample {
    guard let limit, limit < nodeCount else { return .all(nodeCount) }
    var generator = RandomStream(
      seed: context.seed, purpose: "sampled nodes of \(name)", step: context.step
    ).generator()
    return NodeSample(
      nodeCount: nodeCount, indices: generator.permutation(nodeCount).prefix(limit).sorted())
  }

  /// The rows of `features`, nodeCount x d, that belong to the chosen nodes: count x d.
  public func rows<S>(of features: Matrix<S>) -> Matrix<S> {
    precondition(features.rows == nodeCount, "one row a node")
    return indices.map { features.gatheredRows($0) } ?? features
  }

  /// The backward pass of ``rows(of:)``: count x d to nodeCount x d, 0 for nodes not chosen.
  public func rowsBackward<S>(_ dOutput: Matrix<S>) -> Matrix<S> {
    precondition(dOutput.rows == count, "one row a chosen node")
    return indices.map { dOutput.scatteredRows($0, into: nodeCount) } ?? dOutput
  }
}
