import Graph
import Tensor

/// One graph ready to train on, whose nodes are then split into parts.
///
/// Every part is the whole graph with all features; parts differ in the nodes that count in losses
/// and metrics. So training sees the structure and the features of the nodes to validate and to
/// test on, and never their labels (transductive).
public struct TransductiveDataset<S: Scalar>: Sendable {
  /// The data as read.
  public let source: NodeDataset<S>
  /// The graph, with self loops where they were asked for.
  public let graph: CSRGraph
  /// The features, normalised where that was asked for.
  public let features: NodeFeatures<S>
  private let labels: Matrix<S>
  private let selfLoops: Bool

  /// A graph ready to train on.
  ///
  /// - Parameters:
  ///   - selfLoops: Whether every node gets an edge to itself.
  ///   - normalizesRows: Whether each node's features are divided by their sum
  ///     (``CSRMatrix/rowNormalized()``).
  public init(_ source: NodeDataset<S>, selfLoops: Bool, normalizesRows: Bool) {
    self.source = source
    graph = selfLoops ? source.graph.withSelfLoops() : source.graph
    features = NodeFeatures(normalizesRows ? source.features.rowNormalized() : source.features)
    labels = source.labels
    self.selfLoops = selfLoops
  }

  private init(_ data: TransductiveDataset, on graph: CSRGraph) {
    (source, features, labels) = (data.source, data.features, data.labels)
    selfLoops = data.selfLoops
    self.graph = selfLoops ? graph.withSelfLoops() : graph
  }

  /// The same nodes on another graph, to which self loops are added where this one got them.
  public func on(_ graph: CSRGraph) -> TransductiveDataset {
    precondition(graph.nodeCount == source.nodeCount, "a graph of other nodes")
    return TransductiveDataset(self, on: graph)
  }

  /// The three parts of a split. They share graph, features and labels.
  public func parts(_ split: NodeSplit) -> GraphDataset<S> {
    precondition(split.nodeCount == graph.nodeCount, "a split of another graph")
    func part(_ part: NodeSplit.Part) -> [GraphSample<S>] {
      [GraphSample(graph: graph, features: features, labels: labels, known: split.mask(part))]
    }
    return GraphDataset(
      name: source.name, source: source.source, isSynthetic: source.isSynthetic,
      train: part(.training), valid: part(.validation), test: part(.test))
  }
}

extension NodeFeatures {
  /// Features in the form that takes less time: dense where more than a quarter of the numbers are
  /// stored (Amazon Photo and Computers), sparse otherwise.
  package init(_ x: CSRMatrix<S>) {
    self = 4 * x.count > x.rows * x.columns ? .dense(x.filled()) : .sparse(x)
  }
}
