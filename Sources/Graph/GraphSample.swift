import Tensor

/// One graph of a data set: its structure, node features and node labels.
public struct GraphSample<S: Scalar>: Sendable {
  /// The structure; n nodes.
  public var graph: CSRGraph
  /// Node features, n x f.
  public var features: NodeFeatures<S>
  /// Node labels, n x c, each 0 or 1 (multi-label), or one-hot rows (single label).
  public var labels: Matrix<S>
  /// Which nodes count in losses and metrics; n entries. Nodes whose label is unknown stay in the
  /// graph and count nowhere else.
  public var known: [Bool]

  /// A sample from its parts; all have one row a node.
  public init(graph: CSRGraph, features: NodeFeatures<S>, labels: Matrix<S>, known: [Bool]) {
    precondition(features.rows == graph.nodeCount && labels.rows == graph.nodeCount)
    precondition(known.count == graph.nodeCount)
    self.graph = graph
    self.features = features
    self.labels = labels
    self.known = known
  }

  /// A sample of dense features.
  public init(graph: CSRGraph, features: Matrix<S>, labels: Matrix<S>, known: [Bool]) {
    self.init(graph: graph, features: .dense(features), labels: labels, known: known)
  }

  /// Whether every node whose labels are known has exactly one.
  public var hasOneLabelPerNode: Bool {
    (0..<graph.nodeCount).allSatisfy { node in
      !known[node] || labels.row(node).elements.reduce(0, +) == 1
    }
  }
}
