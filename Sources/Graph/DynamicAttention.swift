import Tensor

/// What the backward pass of dynamic attention needs of the forward pass.
public struct DynamicAttentionState<S: Scalar> {
  /// What nodes are as the sources of edges, n x (heads d).
  let source: Matrix<S>
  /// What they are as the destinations.
  let destination: Matrix<S>
  /// The attention of each edge and head before dropout, m x heads.
  public let alpha: Matrix<S>
  /// The same after dropout.
  let alphaUsed: Matrix<S>
}

/// Attention with the nonlinearity inside the scores (Brody, Alon & Yahav, How attentive are graph
/// attention networks?, ICLR 2022), for heads h of width d, so that which neighbour is attended to most
/// may differ from node to node:
///
///     s[e, h]     = a[h] . LeakyReLU(x[source(e), h] + y[destination(e), h])
///     alpha[e, h] = softmax of s[:, h] over the edges into the destination
///     out[i, h]  += sum over e into i of alpha[e, h] x[source(e), h]
///
/// - Parameters:
///   - x: Features of nodes as sources, n x (h d), heads side by side.
///   - y: Features of nodes as destinations, n x (h d); may be x.
///   - a: 1 x (h d).
///   - output: What the sums are added to (a residual), n x (h d), or n x d where heads are averaged.
///     nil stands for zeros.
/// - Returns: n x (h d), or n x d where heads are averaged, and what the backward pass needs.
public func dynamicAttention<S>(
  _ graph: CSRGraph, source x: Matrix<S>, destination y: Matrix<S>, a: Matrix<S>,
  options: AttentionOptions<S>, addingTo output: consuming Matrix<S>? = nil
) -> (output: Matrix<S>, state: DynamicAttentionState<S>) {
  let heads = options.heads
  let d = x.columns / heads
  precondition(
    x.rows == graph.nodeCount && x.columns == heads * d && y.rows == x.rows
      && y.columns == x.columns, "x and y are n x (heads d)")
  precondition(a.count == heads * d, "a is 1 x (heads d)")

  var scores = Matrix<S>(uninitialized: graph.edgeCount, heads)
  do {
    let target = scores.mutablePointer
    let (from, to, vector) = (x.pointer, y.pointer, a.pointer)
    graph.forEachRun(width: heads * d) { r in
      S.kernels.dynamicScoresRows(
        r.lowerBound, r.upperBound, graph.inStart, graph.source, heads, d, options.negativeSlope,
        from, to, vector, target)
    }
  }
  let alpha = edgeSoftmax(graph, scores: scores)
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
  return (
    out, DynamicAttentionState(source: x, destination: y, alpha: alpha, alphaUsed: alphaUsed)
  )
}

/// The backward pass of ``dynamicAttention(_:source:destination:a:options:addingTo:)``.
///
/// With g[i, h] the gradient of out[i, h] (a share 1/h of it where heads are averaged), and u[e, h] the
/// sum inside the LeakyReLU:
///
///     dalpha[e, h] = g[destination(e), h] . x[source(e), h]          (times the dropout mask)
///     ds[e, h]     = alpha (dalpha - sum over the destination's edges of alpha dalpha)
///     du[e, h]     = ds[e, h] a[h] LeakyReLU'(u[e, h])
///     dx[j, h]     = sum over edges out of j of alpha[e, h] g[destination(e), h] + du[e, h]
///     dy[i, h]     = sum over edges into i of du[e, h]
///     da[h]        = sum over all edges of ds[e, h] LeakyReLU(u[e, h])
///
/// - Returns: dx and dy, n x (h d), and da, 1 x (h d). Where x and y are one matrix its gradient is the
///   sum of both; that of the residual is dOutput itself.
public func dynamicAttentionBackward<S>(
  _ graph: CSRGraph, state: DynamicAttentionState<S>, a: Matrix<S>, options: AttentionOptions<S>,
  dOutput: Matrix<S>
) -> (dSource: Matrix<S>, dDestination: Matrix<S>, da: Matrix<S>) {
  let heads = options.heads
  let d = state.source.columns / heads
  let n = graph.nodeCount
  precondition(
    dOutput.rows == n && dOutput.columns == (options.averagesHeads ? d : heads * d),
    "the gradient has the shape of the output")
  let (from, to, vector) = (state.source.pointer, state.destination.pointer, a.pointer)
  let slope = options.negativeSlope
  var dSource = Matrix<S>(uninitialized: n, heads * d)
  var dAlpha = Matrix<S>(uninitialized: graph.edgeCount, heads)
  do {
    let (used, gradient) = (state.alphaUsed.pointer, dOutput.pointer)
    let (target, share) = (dSource.mutablePointer, dAlpha.mutablePointer)
    graph.forEachRun(width: 2 * heads * d) { r in
      S.kernels.gatAggregateBackwardRows(
        r.lowerBound, r.upperBound, graph.outStart, graph.destination, graph.outEdge, heads, d,
        options.averagesHeads ? 1 : 0, used, from, gradient, target, share)
    }
  }
  if let (probability, stream) = options.dropout {
    dAlpha = dropout(dAlpha, probability: probability, stream: stream)
  }
  let dScores = edgeSoftmaxBackward(graph, output: state.alpha, dOutput: dAlpha)
  let ds = dScores.pointer
  var dDestination = Matrix<S>(uninitialized: n, heads * d)
  let run = 256
  let runs = max((n + run - 1) / run, 1)
  var shares = Matrix<S>(zeros: runs, heads * d)
  do {
    let (target, share) = (dDestination.mutablePointer, shares.mutablePointer)
    Parallel.ranges(n, of: run) { r in
      S.kernels.dynamicScoresBackwardInRows(
        r.lowerBound, r.upperBound, graph.inStart, graph.source, heads, d, slope, from, to, vector,
        ds, target, share + r.lowerBound / run * heads * d)
    }
  }
  do {
    let target = dSource.mutablePointer
    graph.forEachRun(width: 2 * heads * d) { r in
      S.kernels.dynamicScoresBackwardOutRows(
        r.lowerBound, r.upperBound, graph.outStart, graph.destination, graph.outEdge, heads, d,
        slope, from, to, vector, ds, target)
    }
  }
  withExtendedLifetime((dScores, state, a)) {}
  return (dSource, dDestination, shares.columnSums())
}
