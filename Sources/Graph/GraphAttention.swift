import Tensor

/// What the backward pass of graph attention needs of the forward pass.
public struct AttentionState<S: Scalar> {
  /// Projected features, n x (heads d).
  let x: Matrix<S>
  /// a_source . x of each node and head, n x heads.
  let sourceScores: Matrix<S>
  /// a_destination . x of each node and head, n x heads.
  let destinationScores: Matrix<S>
  /// The attention of each edge and head before dropout, m x heads.
  public let alpha: Matrix<S>
  /// The same after dropout.
  let alphaUsed: Matrix<S>
}

/// The options of graph attention that have no parameters.
public struct AttentionOptions<S: Scalar>: Sendable {
  /// The number of attention heads, h.
  public var heads: Int
  /// Whether heads are averaged (the output layer) instead of concatenated.
  public var averagesHeads: Bool
  /// The slope of the LeakyReLU below zero.
  public var negativeSlope: S
  /// Dropout of attention weights: its probability and random numbers; nil for none.
  public var dropout: (probability: S, stream: RandomStream)?

  /// All options.
  public init(
    heads: Int, averagesHeads: Bool, negativeSlope: S,
    dropout: (probability: S, stream: RandomStream)? = nil
  ) {
    self.heads = heads
    self.averagesHeads = averagesHeads
    self.negativeSlope = negativeSlope
    self.dropout = dropout
  }
}

/// Graph attention over projected features (Velickovic et al., ICLR 2018), for heads h of width d:
///
///     s[e, h]     = LeakyReLU(aSource[h] . x[source(e), h] + aDestination[h] . x[destination(e), h])
///     alpha[e, h] = softmax of s[:, h] over the edges into the destination
///     out[i, h]  += sum over e into i of alpha[e, h] x[source(e), h]
///
/// - Parameters:
///   - x: Projected features, n x (h d), heads side by side.
///   - aSource: 1 x (h d).
///   - aDestination: 1 x (h d).
///   - output: What the sums are added to (a residual), n x (h d), or n x d where heads are averaged.
///     nil stands for zeros.
/// - Returns: n x (h d), or n x d where heads are averaged, and what the backward pass needs.
public func graphAttention<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, aSource: Matrix<S>, aDestination: Matrix<S>,
  options: AttentionOptions<S>, addingTo output: consuming Matrix<S>? = nil
) -> (output: Matrix<S>, state: AttentionState<S>) {
  let heads = options.heads
  let d = x.columns / heads
  precondition(x.rows == graph.nodeCount && x.columns == heads * d, "x is n x (heads d)")
  precondition(aSource.count == heads * d && aDestination.count == heads * d, "a is 1 x (heads d)")

  let sourceScores = headDots(x, aSource, heads: heads)
  let destinationScores = headDots(x, aDestination, heads: heads)
  var alpha = Matrix<S>(uninitialized: graph.edgeCount, heads)
  let weights = alpha.mutablePointer
  let (from, to) = (sourceScores.pointer, destinationScores.pointer)
  graph.forEachRun(width: 4 * heads) { r in
    S.kernels.gatAttentionRows(
      r.lowerBound, r.upperBound, graph.inStart, graph.source, heads, options.negativeSlope, from,
      to, weights)
    S.kernels.edgeSoftmaxRows(
      r.lowerBound, r.upperBound, graph.inStart, heads, weights, weights)
  }

  var alphaUsed = alpha
  if let (probability, stream) = options.dropout {
    alphaUsed = dropout(alpha, probability: probability, stream: stream)
  }
  let accumulates = output != nil
  var out = (consume output) ?? Matrix(uninitialized: x.rows, options.averagesHeads ? d : heads * d)
  precondition(
    out.rows == x.rows && out.columns == (options.averagesHeads ? d : heads * d),
    "the residual has the shape of the output")
  let target = out.mutablePointer
  let (used, input) = (alphaUsed.pointer, x.pointer)
  graph.forEachRun(width: heads * d) { r in
    S.kernels.gatAggregateRows(
      r.lowerBound, r.upperBound, graph.inStart, graph.source, heads, d,
      options.averagesHeads ? 1 : 0, used, input, accumulates ? 1 : 0, target)
  }
  let state = AttentionState(
    x: x, sourceScores: sourceScores, destinationScores: destinationScores, alpha: alpha,
    alphaUsed: alphaUsed)
  return (out, state)
}

/// The backward pass of ``graphAttention(_:_:aSource:aDestination:options:addingTo:)``.
///
/// With g[i, h] the gradient of out[i, h] (a share 1/h of it where heads are averaged):
///
///     dalpha[e, h] = g[destination(e), h] . x[source(e), h]          (times the dropout mask)
///     ds[e, h]     = alpha (dalpha - sum over the destination's edges of alpha dalpha) LeakyReLU'
///     dSource[j]   = sum of ds over edges out of j,   dDestination[i] = sum of ds over edges into i
///     dx[j, h]     = sum over edges out of j of alpha[e, h] g[destination(e), h]
///                    + dSource[j, h] aSource[h] + dDestination[j, h] aDestination[h]
///     daSource[h]  = sum over j of dSource[j, h] x[j, h],  daDestination likewise
///
/// - Returns: dx, n x (h d), daSource and daDestination, 1 x (h d). The gradient of the residual is
///   dOutput itself.
public func graphAttentionBackward<S>(
  _ graph: CSRGraph, state: AttentionState<S>, aSource: Matrix<S>, aDestination: Matrix<S>,
  options: AttentionOptions<S>, dOutput: Matrix<S>
) -> (dx: Matrix<S>, daSource: Matrix<S>, daDestination: Matrix<S>) {
  let heads = options.heads
  let d = state.x.columns / heads
  let n = graph.nodeCount
  precondition(
    dOutput.rows == n && dOutput.columns == (options.averagesHeads ? d : heads * d),
    "the gradient has the shape of the output")
  var dx = Matrix<S>(uninitialized: n, heads * d)
  var dScores = Matrix<S>(uninitialized: graph.edgeCount, heads)
  let dInput = dx.mutablePointer
  let input = state.x.pointer
  do {
    let (used, gradient) = (state.alphaUsed.pointer, dOutput.pointer)
    let dAlpha = dScores.mutablePointer
    graph.forEachRun(width: 2 * heads * d) { r in
      S.kernels.gatAggregateBackwardRows(
        r.lowerBound, r.upperBound, graph.outStart, graph.destination, graph.outEdge, heads, d,
        options.averagesHeads ? 1 : 0, used, input, gradient, dInput, dAlpha)
    }
  }
  if let (probability, stream) = options.dropout {
    dScores = dropout(dScores, probability: probability, stream: stream)
  }
  var dDestination = Matrix<S>(uninitialized: n, heads)
  let (ds, dTo) = (dScores.mutablePointer, dDestination.mutablePointer)
  let (from, to) = (state.sourceScores.pointer, state.destinationScores.pointer)
  let alpha = state.alpha.pointer
  graph.forEachRun(width: 8 * heads) { r in
    S.kernels.gatAttentionBackwardRows(
      r.lowerBound, r.upperBound, graph.inStart, graph.source, heads, options.negativeSlope, from,
      to, alpha, ds, dTo)
  }
  let run = 256
  let runs = max((n + run - 1) / run, 1)
  var shares = Matrix<S>(zeros: 2 * runs, heads * d)
  let share = shares.mutablePointer
  let (aFrom, aTo) = (aSource.pointer, aDestination.pointer)
  Parallel.ranges(n, of: run) { r in
    let place = share + 2 * (r.lowerBound / run) * heads * d
    S.kernels.gatScoresBackwardRows(
      r.lowerBound, r.upperBound, graph.outStart, graph.outEdge, heads, d, ds, dTo, aFrom, aTo,
      input, dInput, place, place + heads * d)
  }
  withExtendedLifetime((dScores, dDestination)) {}
  // Row 2k holds the share of run k of daSource, row 2k + 1 that of daDestination.
  let sums = shares.reshaped(runs, 2 * heads * d).columnSums()
  let both = sums.reshaped(2, heads * d)
  return (dx, both.row(0), both.row(1))
}

/// out[i, h] = x[i, h, :] . a[h, :], n x heads.
private func headDots<S>(_ x: Matrix<S>, _ a: Matrix<S>, heads: Int) -> Matrix<S> {
  var out = Matrix<S>(uninitialized: x.rows, heads)
  let target = out.mutablePointer
  let (input, vector) = (x.pointer, a.pointer)
  let d = x.columns / heads
  Parallel.ranges(x.rows, of: 256) { r in
    S.kernels.headDotsRows(r.lowerBound, r.upperBound, heads, d, input, vector, target)
  }
  return out
}
