import Tensor

/// Random changes of point clouds in training, as published for DGCNN: each axis of a cloud is scaled
/// by a number of U[1/s, s] and shifted by one of U[-t, t], and its points are put into random order:
///
///     x_ia <- f_a x_p(i)a + d_a,   p a permutation of the cloud's points
///
/// Numbers are drawn from the stream of (seed, step), cloud after cloud as they stand in the batch.
///
/// Source: Wang et al., Dynamic graph CNN for learning on point clouds, ACM TOG 2019, and its code.
public struct CloudAugmentation<S: Scalar>: BatchAugmentation {
  /// The largest factor s of an axis, 1 or more.
  public let scale: Double
  /// The largest shift t of an axis.
  public let shift: Double
  /// Whether the order of points changes.
  public let shuffle: Bool

  /// Changes of the given strength.
  public init(scale: Double = 1.5, shift: Double = 0.2, shuffle: Bool = true) {
    precondition(scale >= 1 && shift >= 0, "axes are scaled by 1/s to s, and shifted by -t to t")
    self.scale = scale
    self.shift = shift
    self.shuffle = shuffle
  }

  /// The changed batch, whose graphs have no edges and one target each.
  public func augmented(_ batch: GraphBatch<S>, seed: UInt64, step: Int) -> GraphBatch<S> {
    precondition(
      batch.graph.edgeCount == 0 && batch.labels.rows == batch.graph.memberCount,
      "clouds are graphs without edges and with a label each")
    var random = RandomStream(seed: seed, purpose: "cloud augmentation", step: step).generator()
    let x = batch.features.filled
    let width = x.columns
    var result = Matrix<S>(uninitialized: x.rows, width)
    let (source, target) = (x.pointer, result.mutablePointer)
    for member in 0..<batch.graph.memberCount {
      let nodes = batch.graph.nodes(ofMember: member)
      let factors = (0..<width).map { _ in
        S(1 / scale + (scale - 1 / scale) * random.uniform())
      }
      let shifts = (0..<width).map { _ in S(shift * (2 * random.uniform() - 1)) }
      let order = shuffle ? random.permutation(nodes.count) : Array(0..<nodes.count)
      for (place, from) in order.enumerated() {
        let (row, origin) = ((nodes.lowerBound + place) * width, (nodes.lowerBound + from) * width)
        for axis in 0..<width {
          target[row + axis] = factors[axis] * source[origin + axis] + shifts[axis]
        }
      }
    }
    return GraphBatch(augmenting: batch, features: .dense(result))
  }
}
