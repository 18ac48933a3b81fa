import Tensor

/// Several graphs of a data set as one block-diagonal graph, with features, labels and mask stacked
/// in the same order.
public struct GraphBatch<S: Scalar> {
  /// The block-diagonal graph.
  public let graph: CSRGraph
  /// Node features, n x f.
  public let features: NodeFeatures<S>
  /// The labels of the targets, t x c: one row a node, or one row a graph.
  public let labels: Matrix<S>
  /// 1 for targets that count in losses and metrics, 0 for those with unknown labels; t entries.
  public let counts: [UInt8]
  /// Which graphs of the data set's part these are, in order.
  public let members: [Int]
  /// Whether it is other than its graphs in the data set, by an augmentation.
  public let isAugmented: Bool
  /// What tells this batch from all others, of the same members too.
  public let identity: BatchIdentity

  /// The graphs `members` of `samples`.
  public init(_ samples: [GraphSample<S>], members: [Int]) {
    let parts = members.map { samples[$0] }
    if parts.count == 1 {
      (graph, features, labels) = (parts[0].graph, parts[0].features, parts[0].labels)
    } else {
      graph = CSRGraph(batching: parts.map { $0.graph })
      features = .stacked(parts.map { $0.features })
      labels = .stacked(parts.map { $0.labels })
    }
    counts = parts.flatMap { $0.known.map { $0 ? 1 : 0 } }
    self.members = members
    isAugmented = false
    identity = BatchIdentity()
  }

  /// The same batch with other features, and another graph and other targets where they are given:
  /// what an augmentation returns.
  ///
  /// Members, their number and that of the targets stay as they are.
  public init(
    augmenting batch: GraphBatch, graph: CSRGraph? = nil, features: NodeFeatures<S>,
    labels: Matrix<S>? = nil, counts: [UInt8]? = nil
  ) {
    self.graph = graph ?? batch.graph
    self.features = features
    self.labels = labels ?? batch.labels
    self.counts = counts ?? batch.counts
    members = batch.members
    isAugmented = true
    identity = BatchIdentity()
    precondition(
      self.graph.memberCount == batch.graph.memberCount && features.rows == self.graph.nodeCount
        && self.labels.rows == self.counts.count && self.labels.rows == batch.labels.rows,
      "an augmented batch has the graphs and targets of the batch that it is made from")
  }

  /// All of `samples` in runs of `batchSize`, in the given order.
  public static func batches(
    _ samples: [GraphSample<S>], order: [Int]? = nil, batchSize: Int
  ) -> [[Int]] {
    let order = order ?? Array(samples.indices)
    return stride(from: 0, to: order.count, by: batchSize).map {
      Array(order[$0..<min(order.count, $0 + batchSize)])
    }
  }
}

/// A mark of one batch that stays its own as long as somebody holds it.
public final class BatchIdentity: Sendable {
  /// A new mark.
  public init() {}
}

/// A random change of training batches (scales, shifts, dropped edges, ...).
///
/// The result is a function of the batch, the seed and the step alone, drawn from a ``RandomStream``
/// of these: a training that goes on after a stop sees the same batches, and a student sees those of
/// its teacher.
public protocol BatchAugmentation<S>: Sendable {
  /// The precision.
  associatedtype S: Scalar
  /// The batch of a step; see ``GraphBatch/init(augmenting:graph:features:labels:counts:)``.
  func augmented(_ batch: GraphBatch<S>, seed: UInt64, step: Int) -> GraphBatch<S>
}

/// The batches of an evaluation: all graphs in their order, put together once, at the first use, and
/// kept with the constants that networks make of their graphs.
public final class EvaluationBatches<S: Scalar> {
  /// The graphs.
  public let samples: [GraphSample<S>]
  private let batchSize: Int
  /// The batches in order.
  public private(set) lazy var batches = GraphBatch.batches(samples, batchSize: batchSize).map {
    GraphBatch(samples, members: $0)
  }

  /// Batches of at most `batchSize` graphs.
  public init(_ samples: [GraphSample<S>], batchSize: Int) {
    self.samples = samples
    self.batchSize = batchSize
  }
}
