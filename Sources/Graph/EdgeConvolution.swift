import Tensor

// EdgeConv (Wang et al., ACM TOG 2019) without a tensor of edges. n nodes, m edges j -> i, N(i) the
// edges into i; d and c the widths of input and output.

/// What EdgeConv learns.
public struct EdgeConvolutionWeights<S: Scalar> {
  /// W, 2 d x c: the first d rows act on x_j - x_i, the others on x_i.
  public var weight: Matrix<S>
  /// 1 x c.
  public var gamma: Matrix<S>
  /// 1 x c.
  public var beta: Matrix<S>

  /// Weights from their parts.
  public init(weight: Matrix<S>, gamma: Matrix<S>, beta: Matrix<S>) {
    (self.weight, self.gamma, self.beta) = (weight, gamma, beta)
  }
}

/// A forward pass of ``edgeConvolution(_:_:_:slope:epsilon:running:)`` with what its backward pass
/// needs: no array of it has a row an edge.
public struct EdgeConvolutionPass<S: Scalar> {
  /// n x c.
  public let output: Matrix<S>
  /// Mean and biased variance of each channel over all m edges, in training.
  public let statistics: ColumnStatistics?
  fileprivate let graph: CSRGraph
  /// x about `pivot`.
  fileprivate let x: Matrix<S>
  fileprivate let pivot: Matrix<S>?
  /// [W1 | W2 - W1], d x 2 c, each channel times the sign of its gamma.
  fileprivate let map: Matrix<S>
  fileprivate let signs: [S]
  fileprivate let normalization: NormalizedLeakyReLU<S>
  /// [u | v], n x 2 c.
  fileprivate let uv: Matrix<S>
  /// u_j + v_i at the winner, n x c.
  fileprivate let winners: Matrix<S>
  /// The sum of u over N(i), n x c.
  fileprivate let sums: Matrix<S>
  /// The winner's place in N(i), n x c.
  fileprivate let slots: Slots
}

/// Places in rows of edges: bytes, or four bytes each where some row has more than 256.
private struct Slots {
  let bytes: [UInt8]
  let isWide: Bool
}

/// EdgeConv with batch normalisation over all edges:
///
///     z(i, j) = W1 (x_j - x_i) + W2 x_i  (without bias; W1 and W2 are the two halves of W)
///     y_i = max over j in N(i) of leaky(gamma (z(i, j) - mu) / sqrt(sigma^2 + epsilon) + beta)
///
/// with mean mu and variance sigma^2 over the m edges in training, and running ones in evaluation.
///
/// Nothing of size m x c is made. With u = x W1 and v = x (W2 - W1), z(i, j) = u_j + v_i, and with in-
/// and out-degrees n_i and d_j and S_i = sum over N(i) of u_j
///
///     sum z   = sum_j d_j u_j + sum_i n_i v_i
///     sum z^2 = sum_j d_j u_j^2 + sum_i (n_i v_i^2 + 2 v_i S_i)
///
/// What follows z is monotone in each channel, so the maximum is at the largest u_j where gamma >= 0
/// and at the smallest where gamma < 0; channels of the latter kind are computed with the sign of z
/// turned. In training x is shifted by its column means first, which changes mu alone, and sums are
/// in double precision: statistics hold where x or z is many deviations away from 0. Of equal
/// candidates the first of the row takes the gradient. A node without edges into it gets 0.
///
/// - Parameters:
///   - x: n x d.
///   - slope: Of leaky below 0; at least 0.
///   - running: mu and sigma^2 in evaluation; nil in training, which needs at least two edges.
public func edgeConvolution<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, _ weights: EdgeConvolutionWeights<S>, slope: S, epsilon: S,
  running: ColumnStatistics? = nil
) -> EdgeConvolutionPass<S> {
  let (d, c) = (x.columns, weights.gamma.columns)
  precondition(x.rows == graph.nodeCount, "an EdgeConv needs one row a node")
  precondition(
    weights.weight.rows == 2 * d && weights.weight.columns == c && weights.beta.columns == c,
    "the weights of an EdgeConv of \(d) and \(c) columns are \(2 * d) x \(c)")
  precondition(slope >= 0, "a maximum passes a LeakyReLU of a slope of at least 0 alone")
  precondition(running != nil || graph.edgeCount > 1, "statistics need at least two edges")
  let signs: [S] = weights.gamma.elements.map { $0 < 0 ? -1 : 1 }
  let map = splitMap(weights.weight, signs)
  var shifted = x
  var pivot: Matrix<S>?
  if running == nil {
    let share = 1 / S(max(x.rows, 1))
    let mean = x.columnSums().mapped { $0 * share }
    shifted.addToRows(mean.mapped { -$0 })
    pivot = mean
  }
  let uv = Matrix<S>.product(shifted, map)
  var (winners, sums) = (
    Matrix<S>(uninitialized: x.rows, c), Matrix<S>(uninitialized: x.rows, c)
  )
  let isWide = (0..<graph.nodeCount).contains { graph.inDegree($0) > 256 }
  let (z, s, input) = (winners.mutablePointer, sums.mutablePointer, uv.pointer)
  let slots = [UInt8](unsafeUninitializedCapacity: x.rows * c * (isWide ? 4 : 1)) { memory, count in
    let places = memory.baseAddress
    graph.forEachTile(width: c) { r, tile in
      let first = tile.lowerBound
      S.kernels.edgeConvRows(
        r.lowerBound, r.upperBound, graph.inStart, graph.source, isWide ? 1 : 0, tile.count, c,
        input + first, z + first, s + first, places.map { $0 + first * (isWide ? 4 : 1) })
    }
    count = x.rows * c * (isWide ? 4 : 1)
  }
  let turned: ColumnStatistics
  var statistics: ColumnStatistics?
  if let running {
    turned = ColumnStatistics(
      mean: zip(running.mean, signs).map { $0 * Double($1) }, variance: running.variance,
      count: running.count)
  } else {
    let (sum, squares) = columnSums(rows: x.rows, of: 512, columns: c) { r, first, second in
      S.kernels.edgeConvMoments(
        r.lowerBound, r.upperBound, graph.inStart, graph.outStart, c, input, s, first, second)
    }
    turned = ColumnStatistics(sums: sum, squares: squares, count: graph.edgeCount)
    statistics = ColumnStatistics(
      mean: shiftedMeans(turned.mean, signs, pivot: pivot, weights.weight),
      variance: turned.variance, count: turned.count)
  }
  let normalization = NormalizedLeakyReLU(
    turned, gamma: weights.gamma.mapped { abs($0) }, beta: weights.beta, slope: slope,
    epsilon: epsilon)
  var output = normalization.output(winners)
  clearUnreached(graph, &output)
  return EdgeConvolutionPass(
    output: output, statistics: statistics, graph: graph, x: shifted, pivot: pivot, map: map,
    signs: signs, normalization: normalization, uv: uv, winners: winners, sums: sums,
    slots: Slots(bytes: slots, isWide: isWide))
}

/// The backward pass of ``edgeConvolution(_:_:_:slope:epsilon:running:)``.
///
/// With g the gradient behind leaky at the winners, zhat there, A = sum g / m, B = sum g zhat / m (both
/// 0 in evaluation), sigma with its epsilon, G_j the sum of g over the winners that come from j, and
/// R_j the sum of v_i over the edges out of j:
///
///     du_j = gamma / sigma (G_j - d_j A - B (d_j u_j + R_j - d_j mu) / sigma)
///     dv_i = gamma / sigma (g_i - n_i A - B (S_i + n_i v_i - n_i mu) / sigma)
///     dgamma = sum g zhat,   dbeta = sum g
///     dW1 = x^T du - x^T dv,   dW2 = x^T dv,   dx = du W1^T + dv (W2 - W1)^T
///
/// - Returns: The gradients of the weights, and that of x where it is wanted.
public func edgeConvolutionBackward<S>(
  _ pass: EdgeConvolutionPass<S>, dOutput: Matrix<S>, needsInputGradient: Bool
) -> (weights: EdgeConvolutionWeights<S>, dx: Matrix<S>?) {
  let (graph, c, d) = (pass.graph, pass.winners.columns, pass.x.columns)
  precondition(
    dOutput.rows == graph.nodeCount && dOutput.columns == c,
    "the gradient of an EdgeConv has the shape of its output")
  var dOutput = dOutput
  clearUnreached(graph, &dOutput)
  let normalization = pass.normalization
  let (kept, sums, dots) = normalization.sums(
    input: pass.winners, dOutput: dOutput, keepsGradient: true)
  guard let gradient = kept else { preconditionFailure("the gradient was wanted") }
  let (share, slope) = normalization.shares(
    pass.statistics == nil ? nil : (sums, dots), count: graph.edgeCount)
  // A - B mu / sigma, of the turned and shifted channels.
  let mean = Matrix<S>(
    1, c,
    (0..<c).map { S(Double(share[0, $0]) - Double(slope[0, $0]) * normalization.mean[$0]) })

  var duv = Matrix<S>(uninitialized: graph.nodeCount, 2 * c)
  let (g, target) = (gradient.pointer, duv.mutablePointer)
  let isWide = pass.slots.isWide
  pass.slots.bytes.withUnsafeBufferPointer { places in
    guard let places = places.baseAddress else { return }
    graph.forEachMemberTile(width: c) { r, tile in
      let first = tile.lowerBound
      S.kernels.edgeConvScatterRows(
        r.lowerBound, r.upperBound, graph.inStart, graph.source, isWide ? 1 : 0, tile.count, c,
        places + first * (isWide ? 4 : 1), g + first, target + first)
    }
  }
  let (scale, a, b) = (normalization.scale.pointer, mean.pointer, slope.pointer)
  let (uv, s) = (pass.uv.pointer, pass.sums.pointer)
  graph.forEachTile(width: c) { r, tile in
    let first = tile.lowerBound
    S.kernels.edgeConvGradientRows(
      r.lowerBound, r.upperBound, graph.inStart, graph.outStart, graph.destination, tile.count, c,
      scale + first, a + first, b + first, uv + first, s + first, g + first, target + first)
  }
  withExtendedLifetime((normalization, mean, slope, gradient)) {}

  let dMap = Matrix<S>.product(pass.x, duv, transposing: .left)
  var dWeight = Matrix<S>(uninitialized: 2 * d, c)
  let to = dWeight.mutablePointer
  // Where x was not shifted nothing is missing; where it was, in training, both sums are equal and
  // that of dv is 0, so the shift changes nothing.
  for r in 0..<d {
    for k in 0..<c {
      let (du, dv) = (dMap.pointer[r * 2 * c + k], dMap.pointer[r * 2 * c + c + k])
      to[r * c + k] = pass.signs[k] * (du - dv)
      to[(d + r) * c + k] = pass.signs[k] * dv
    }
  }
  let weights = EdgeConvolutionWeights(
    weight: dWeight, gamma: Matrix(1, c, zip(dots, pass.signs).map { S($0 * Double($1)) }),
    beta: Matrix(1, c, sums.map { S($0) }))
  return (
    weights,
    needsInputGradient ? Matrix<S>.product(duv, pass.map, transposing: .right) : nil
  )
}

/// [W1 | W2 - W1] with the sign of each channel.
private func splitMap<S>(_ weight: Matrix<S>, _ signs: [S]) -> Matrix<S> {
  let (d, c) = (weight.rows / 2, weight.columns)
  var map = Matrix<S>(uninitialized: d, 2 * c)
  let (source, target) = (weight.pointer, map.mutablePointer)
  for r in 0..<d {
    for k in 0..<c {
      let (own, other) = (source[r * c + k], source[(d + r) * c + k])
      target[r * 2 * c + k] = signs[k] * own
      target[r * 2 * c + c + k] = signs[k] * (other - own)
    }
  }
  return map
}

/// The means of z from those of z of shifted x with turned signs: z grows by W2 of the shift.
private func shiftedMeans<S>(
  _ means: [Double], _ signs: [S], pivot: Matrix<S>?, _ weight: Matrix<S>
) -> [Double] {
  let (d, c) = (weight.rows / 2, weight.columns)
  var result = zip(means, signs).map { $0 * Double($1) }
  guard let pivot else { return result }
  for r in 0..<d {
    for k in 0..<c {
      result[k] += Double(pivot.pointer[r]) * Double(weight.pointer[(d + r) * c + k])
    }
  }
  return result
}

/// Rows of nodes without edges into them become 0.
private func clearUnreached<S>(_ graph: CSRGraph, _ x: inout Matrix<S>) {
  guard graph.hasZeroInDegree else { return }
  let (target, width) = (x.mutablePointer, x.columns)
  for i in 0..<graph.nodeCount where graph.inDegree(i) == 0 {
    (target + i * width).update(repeating: 0, count: width)
  }
}
