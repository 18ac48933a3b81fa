import Tensor

/// Several graphs of a data set as one block-diagonal graph, with features, labels and mask stacked
/// in the same order.
public struct GraphBatch<S: Scalar> {
  /// The block-diagonal graph.
  public let graph: CSRGraph
  /// Node features, n x f.
  public let features: NodeFeatures<S>
  /// Node labels, n x c.
  public let labels: Matrix<S>
  /// 1 for nodes that count in losses and metrics, 0 for those with unknown labels.
  public let counts: [UInt8]
  /// Which graphs of the data set's part these are, in order.
  public let members: [Int]

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
