import CKernels
import Tensor

// Operations over the edges of a graph, each beside its backward pass. n nodes, m edges; edge e
// leads from source j to destination i; N(i) are the edges into i. "Per edge" matrices have one row
// an edge, in the order of edge numbers.

extension CSRGraph {
  /// Calls `body` with runs of nodes, cut so that each is worth sharing among threads when a node
  /// costs about its edges times `width` numbers.
  public func forEachRun(width: Int, _ body: (Range<Int>) -> Void) {
    Parallel.ranges(nodeCount, of: runLength(width: width), body)
  }

  /// As ``forEachRun(width:_:)``, for work of its own on each column, which may be cut too: where
  /// members are apart, whole members in blocks of columns, whose rows stay in the cache while
  /// neighbours gather them.
  func forEachTile(width: Int, _ body: (_ nodes: Range<Int>, _ columns: Range<Int>) -> Void) {
    if membersAreApart, memberCount > 1 {
      forEachMemberTile(width: width, body)
    } else {
      forEachRun(width: width) { body($0, 0..<width) }
    }
  }

  /// Calls `body` with the nodes of each member, or all nodes where members are not apart, and each
  /// block of columns.
  func forEachMemberTile(
    width: Int, _ body: (_ nodes: Range<Int>, _ columns: Range<Int>) -> Void
  ) {
    let members = membersAreApart ? memberCount : 1
    let blocks = Swift.max(width / 64, 1)
    Parallel.pieces(members * blocks) { piece in
      let (member, block) = piece.quotientAndRemainder(dividingBy: blocks)
      body(
        membersAreApart ? nodes(ofMember: member) : 0..<nodeCount,
        block * 64..<(block == blocks - 1 ? width : (block + 1) * 64))
    }
  }

  /// As ``forEachRun(width:_:)``, adding up what `body` returns in the order of the runs.
  public func sumOverRuns(width: Int, _ body: (Range<Int>) -> Double) -> Double {
    Parallel.sum(nodeCount, of: runLength(width: width), body)
  }

  /// The number of nodes in a run; a function of sizes only.
  func runLength(width: Int) -> Int {
    Graph.runLength(rows: nodeCount, entries: edgeCount, width: width)
  }
}

/// How many sparse rows are worth sharing among threads where an entry costs `width` numbers; a
/// function of sizes only.
func runLength(rows: Int, entries: Int, width: Int) -> Int {
  let perRow = (entries / max(rows, 1) + 1) * max(width, 1)
  return min(1_024, max(16, 262_144 / perRow))
}

/// Weighted sums over neighbours: out[i, :] = sum over e in N(i) of w[e] x[source(e), :].
///
/// - Parameters:
///   - x: n x d.
///   - weights: m numbers; without them all are 1.
/// - Returns: n x d.
public func spmm<S>(_ graph: CSRGraph, _ x: Matrix<S>, weights: Matrix<S>? = nil) -> Matrix<S> {
  precondition(x.rows == graph.nodeCount, "spmm needs one row a node")
  precondition(weights.map { $0.count == graph.edgeCount } ?? true, "spmm needs a weight an edge")
  var out = Matrix<S>(uninitialized: x.rows, x.columns)
  let target = out.mutablePointer
  let (input, w) = (x.pointer, weights?.pointer)
  let width = x.columns
  graph.forEachRun(width: width) { r in
    S.kernels.spmmRows(
      r.lowerBound, r.upperBound, graph.inStart, graph.source, w, input, width, 1, 0, target)
  }
  return out
}

/// The backward pass of ``spmm(_:_:weights:)`` to x:
/// dx[j, :] = sum over edges e out of j of w[e] dOut[destination(e), :].
public func spmmBackward<S>(
  _ graph: CSRGraph, dOutput: Matrix<S>, weights: Matrix<S>? = nil
) -> Matrix<S> {
  precondition(dOutput.rows == graph.nodeCount, "spmm needs one row a node")
  precondition(weights.map { $0.count == graph.edgeCount } ?? true, "spmm needs a weight an edge")
  var dx = Matrix<S>(uninitialized: dOutput.rows, dOutput.columns)
  let target = dx.mutablePointer
  let (gradient, w) = (dOutput.pointer, weights?.pointer)
  let width = dOutput.columns
  graph.forEachRun(width: width) { r in
    if let w {
      S.kernels.spmmIndexedRows(
        r.lowerBound, r.upperBound, graph.outStart, graph.destination, graph.outEdge, w, gradient,
        width, 1, 0, target)
    } else {
      S.kernels.spmmRows(
        r.lowerBound, r.upperBound, graph.outStart, graph.destination, nil, gradient, width, 1, 0,
        target)
    }
  }
  return dx
}

/// A x for the edge weights A of a normalisation: ``spmm(_:_:weights:)`` with constants of the graph.
public func normalizedProduct<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, _ normalization: GraphNormalization
) -> Matrix<S> {
  spmm(graph, x, weights: graph.edgeWeights(normalization))
}

/// The backward pass of ``normalizedProduct(_:_:_:)``: A^T dOut. Its weights are kept in the order in
/// which they are read.
public func normalizedProductBackward<S>(
  _ graph: CSRGraph, dOutput: Matrix<S>, _ normalization: GraphNormalization
) -> Matrix<S> {
  precondition(dOutput.rows == graph.nodeCount, "a product needs one row a node")
  let weights: Matrix<S>? = graph.edgeWeightsBySource(normalization)
  var dx = Matrix<S>(uninitialized: dOutput.rows, dOutput.columns)
  let target = dx.mutablePointer
  let (gradient, w) = (dOutput.pointer, weights?.pointer)
  let width = dOutput.columns
  graph.forEachRun(width: width) { r in
    S.kernels.spmmRows(
      r.lowerBound, r.upperBound, graph.outStart, graph.destination, w, gradient, width, 1, 0,
      target)
  }
  withExtendedLifetime(weights) {}
  return dx
}

/// The backward pass of ``spmm(_:_:weights:)`` to the weights:
/// dw[e] = dOut[destination(e), :] . x[source(e), :], m x 1.
public func spmmBackwardToWeights<S>(
  _ graph: CSRGraph, dOutput: Matrix<S>, input x: Matrix<S>
) -> Matrix<S> {
  precondition(
    x.rows == graph.nodeCount && dOutput.rows == x.rows && dOutput.columns == x.columns,
    "spmm needs one row a node")
  var dw = Matrix<S>(uninitialized: graph.edgeCount, 1)
  let target = dw.mutablePointer
  let (gradient, input) = (dOutput.pointer, x.pointer)
  let width = x.columns
  graph.forEachRun(width: width) { r in
    S.kernels.sddmmRows(
      r.lowerBound, r.upperBound, graph.inStart, graph.source, gradient, input, width, 1, target)
  }
  return dw
}

/// Softmax over the edges into each node, for each column on its own:
/// p[e, h] = exp(s[e, h]) / sum over e' in N(destination(e)) of exp(s[e', h]).
///
/// The maximum is taken out first, so no finite score overflows. m x h in and out.
public func edgeSoftmax<S>(_ graph: CSRGraph, scores: Matrix<S>) -> Matrix<S> {
  precondition(scores.rows == graph.edgeCount, "edge softmax needs one row an edge")
  var p = Matrix<S>(uninitialized: scores.rows, scores.columns)
  let target = p.mutablePointer
  let s = scores.pointer
  let heads = scores.columns
  graph.forEachRun(width: heads) { r in
    S.kernels.edgeSoftmaxRows(r.lowerBound, r.upperBound, graph.inStart, heads, s, target)
  }
  return p
}

/// ds[e, h] = p[e, h] (dp[e, h] - sum over e' in N(destination(e)) of p[e', h] dp[e', h]), from the
/// output p of ``edgeSoftmax(_:scores:)``.
public func edgeSoftmaxBackward<S>(
  _ graph: CSRGraph, output p: Matrix<S>, dOutput: Matrix<S>
) -> Matrix<S> {
  precondition(
    p.rows == graph.edgeCount && dOutput.rows == p.rows && dOutput.columns == p.columns,
    "edge softmax needs one row an edge")
  var ds = Matrix<S>(uninitialized: p.rows, p.columns)
  let target = ds.mutablePointer
  let (output, gradient) = (p.pointer, dOutput.pointer)
  let heads = p.columns
  graph.forEachRun(width: heads) { r in
    S.kernels.edgeSoftmaxBackwardRows(
      r.lowerBound, r.upperBound, graph.inStart, heads, output, gradient, target)
  }
  return ds
}

/// What is compared between the features a and b of the two ends of an edge.
public enum EdgeSimilarity: Int32, Sendable {
  /// The Manhattan distance, sum |a - b|.
  case l1 = 0
  /// The squared Euclidean distance, sum (a - b)^2.
  case squaredL2 = 1
  /// The inner product, sum a b.
  case dot = 2
}

/// out[e] = similarity of x[destination(e), :] and x[source(e), :], m x 1, for x of n x d.
public func edgeSimilarity<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, _ similarity: EdgeSimilarity
) -> Matrix<S> {
  precondition(x.rows == graph.nodeCount, "edge similarities need one row a node")
  var out = Matrix<S>(uninitialized: graph.edgeCount, 1)
  let target = out.mutablePointer
  let input = x.pointer
  let width = x.columns
  graph.forEachRun(width: width) { r in
    S.kernels.edgeSimilarityRows(
      similarity.rawValue, r.lowerBound, r.upperBound, graph.inStart, graph.source, input, width,
      target)
  }
  return out
}

/// The backward pass of ``edgeSimilarity(_:_:_:)`` to x, n x d:
/// dx[i, :] = sum over all edges e at i, into it or out of it, of dOut[e] times
/// sign(x_i - x_j) (l1), 2 (x_i - x_j) (squared L2) or x_j (dot), where j is the other end.
///
/// The Manhattan distance has the subgradient 0 where coordinates are equal.
public func edgeSimilarityBackward<S>(
  _ graph: CSRGraph, input x: Matrix<S>, dOutput: Matrix<S>, _ similarity: EdgeSimilarity
) -> Matrix<S> {
  precondition(
    x.rows == graph.nodeCount && dOutput.count == graph.edgeCount,
    "edge similarities need one row a node, their gradients one number an edge")
  var dx = Matrix<S>(uninitialized: x.rows, x.columns)
  let target = dx.mutablePointer
  let (input, gradient) = (x.pointer, dOutput.pointer)
  let width = x.columns
  graph.forEachRun(width: 2 * width) { r in
    S.kernels.edgeSimilarityBackwardRows(
      similarity.rawValue, r.lowerBound, r.upperBound, graph.inStart, graph.source, graph.outStart,
      graph.destination, graph.outEdge, gradient, input, width, target)
  }
  return dx
}

/// The logarithm of the softmax over the edges into each node, m x 1: log p[e] = s[e] - log sum over
/// e' in N(destination(e)) of exp(s[e']). Exact where p itself would underflow to 0.
public func edgeLogSoftmax<S>(_ graph: CSRGraph, scores: Matrix<S>) -> Matrix<S> {
  precondition(scores.count == graph.edgeCount, "one score an edge")
  var l = Matrix<S>(uninitialized: graph.edgeCount, 1)
  let target = l.mutablePointer
  let s = scores.pointer
  graph.forEachRun(width: 4) { r in
    S.kernels.edgeLogSoftmaxRows(r.lowerBound, r.upperBound, graph.inStart, s, target)
  }
  return l
}

/// The direction of a Kullback-Leibler divergence between a given distribution p and a learnt one q.
public enum DivergenceDirection: Sendable, CaseIterable {
  /// KL(p || q) = sum of p (log p - log q).
  case forward
  /// KL(q || p) = sum of q (log q - log p).
  case reverse
}

/// The mean over all nodes of the divergence between the given distributions p over each node's
/// in-edges and q = softmax of `scores` over the same edges, with its gradient:
///
///     forward:  loss = 1/n sum over e of p (log p - log q),   ds[e] = (q - p) / n
///     reverse:  loss = 1/n sum over e of q (log q - log p),
///               ds[e] = q (log q - log p - KL_i) / n,  KL_i the divergence at the destination i
///
/// Nodes without in-edges add 0 and count in the mean. Both sides are used as logarithms, so a
/// probability that underflows to 0 does no harm.
///
/// - Parameters:
///   - scores: m x 1, before the softmax.
///   - logProbabilities: log p, m x 1.
public func edgeDivergence<S>(
  _ graph: CSRGraph, scores: Matrix<S>, logProbabilities: Matrix<S>,
  direction: DivergenceDirection
) -> (loss: Double, dScores: Matrix<S>) {
  precondition(
    scores.count == graph.edgeCount && logProbabilities.count == graph.edgeCount,
    "one score and one logarithm an edge")
  guard graph.nodeCount > 0 else { return (0, scores) }
  var dScores = Matrix<S>(uninitialized: graph.edgeCount, 1)
  let target = dScores.mutablePointer
  let (s, p) = (scores.pointer, logProbabilities.pointer)
  let share = 1 / S(graph.nodeCount)
  let total = graph.sumOverRuns(width: 8) { r in
    S.kernels.edgeDivergenceRows(
      r.lowerBound, r.upperBound, graph.inStart, direction == .reverse ? 1 : 0, s, p, share, target)
  }
  return (total / Double(graph.nodeCount), dScores)
}
