import Tensor

/// One graph of a data set: its structure, its node features, and targets: one for each node, or one
/// for the whole graph.
public struct GraphSample<S: Scalar>: Sendable {
  /// The structure; n nodes.
  public var graph: CSRGraph
  /// Node features, n x f.
  public var features: NodeFeatures<S>
  /// The labels of the targets, t x c, each 0 or 1 (multi-label), or one-hot rows (single label). A
  /// target is what a network has a row of logits for: t = n for nodes, t = 1 for the graph.
  public var labels: Matrix<S>
  /// Which targets count in losses and metrics; t entries. Nodes whose label is unknown stay in the
  /// graph and count nowhere else.
  public var known: [Bool]

  /// A sample from its parts; features have one row a node, labels one row a node or one row in all.
  public init(graph: CSRGraph, features: NodeFeatures<S>, labels: Matrix<S>, known: [Bool]) {
    precondition(features.rows == graph.nodeCount, "features have one row a node")
    precondition(
      labels.rows == graph.nodeCount || labels.rows == 1,
      "labels have one row a node, or one row for the graph")
    precondition(known.count == labels.rows, "every target is known or not")
    self.graph = graph
    self.features = features
    self.labels = labels
    self.known = known
  }

  /// A sample of dense features.
  public init(graph: CSRGraph, features: Matrix<S>, labels: Matrix<S>, known: [Bool]) {
    self.init(graph: graph, features: .dense(features), labels: labels, known: known)
  }

  /// Whether every node (or graph) whose labels are known has exactly one.
  public var hasOneLabelPerNode: Bool {
    known.indices.allSatisfy { !known[$0] || labels.row($0).elements.reduce(0, +) == 1 }
  }
}
