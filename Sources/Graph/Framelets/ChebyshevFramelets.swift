import Tensor

/// Framelet operators by Chebyshev polynomials p_r of the masks: with T = (2 s_l / pi) L - I, whose
/// spectrum is in [-1, 1], g_r(s_l L) ~ c_0 / 2 + sum over k of c_k T_k(T).
///
/// L is never more than its edges: each level keeps one number an edge, and everything else is thin.
struct ChebyshevFramelets<S: Scalar>: FrameletOperators {
  private let graph: CSRGraph
  /// The entries of T for each edge, by level.
  private let weights: [Matrix<S>]
  /// The coefficients of each mask, c_0 halved.
  private let coefficients: [[Double]]

  init(
    laplacian: NormalizedLaplacian, terms: Int, quadrature: ChebyshevQuadrature,
    options: FrameletOptions, largestEigenvalue: Double
  ) {
    graph = laplacian.graph
    weights = (1...options.levels).map { level in
      let scale = options.scale(ofLevel: level, largestEigenvalue: largestEigenvalue)
      return laplacian.edgeWeights(scale: 2 * scale / .pi, shift: -1)
    }
    coefficients = ChebyshevSeries.all(
      terms: terms, quadrature: quadrature, of: options.bank.masks
    ).map { [$0.coefficients[0] / 2] + $0.coefficients.dropFirst() }
  }

  /// The operators of a batch from those of its graphs.
  init(joining parts: [ChebyshevFramelets], graph: CSRGraph) {
    self.graph = graph
    weights = parts[0].weights.indices.map { level in .stacked(parts.map { $0.weights[level] }) }
    coefficients = parts[0].coefficients
  }

  func decompose(_ x: Matrix<S>) -> [Matrix<S>] {
    var low = x
    var highs = coefficients.dropFirst().map { _ in [Matrix<S>]() }
    for level in weights.indices {
      let parts = evaluate(coefficients, at: level, x: low)
      low = parts[0]
      for r in highs.indices { highs[r].append(parts[r + 1]) }
    }
    return [low] + highs.flatMap { $0 }
  }

  func apply(_ band: FrameletBand, to x: Matrix<S>) -> Matrix<S> {
    var low = x
    for level in 0..<band.level - 1 { low = evaluate([coefficients[0]], at: level, x: low)[0] }
    return evaluate([coefficients[band.mask]], at: band.level - 1, x: low)[0]
  }

  /// The transpose of ``decompose(_:)``, from the last level to the first: what level l owes to the
  /// low pass below it is p_0 times what comes from above plus p_r times each high pass.
  func reconstruct(_ parts: [Matrix<S>]) -> Matrix<S> {
    var sum = parts[0]
    for level in weights.indices.reversed() {
      let highs = (1..<coefficients.count).map { r in
        parts[1 + (r - 1) * weights.count + level]
      }
      sum = combine([sum] + highs, at: level)
    }
    return sum
  }

  /// sum over k of c_k T_k(T) x for several lists of coefficients c, by
  /// T_(k+1) = 2 T T_k - T_(k-1).
  ///
  /// With signs s_k = +, +, -, -, +, ... the vectors u_k = s_k T_k x obey
  /// u_(k+1) = u_(k-1) + 2 s_(k+1) s_k T u_k, which the sparse product adds in place.
  private func evaluate(
    _ lists: [[Double]], at level: Int, x: Matrix<S>
  ) -> [Matrix<S>] {
    var results = lists.map { list -> Matrix<S> in
      var result = x
      result.multiply(by: S(list[0]))
      return result
    }
    guard lists[0].count > 1 else { return results }
    var previous = x
    var current = spmm(graph, x, weights: weights[level])
    for k in 1..<lists[0].count {
      let sign: Double = k & 2 == 0 ? 1 : -1
      for r in lists.indices { results[r].add(current, scale: S(sign * lists[r][k])) }
      if k + 1 < lists[0].count {
        addProduct(level, current, scale: k & 1 == 0 ? 2 : -2, to: &previous)
        swap(&previous, &current)
      }
    }
    return results
  }

  /// sum over r of p_r(T) y_r, by Clenshaw's recurrence
  /// b_k = sum over r of c_(r,k) y_r + 2 T b_(k+1) - b_(k+2): as many sparse products as one y needs.
  private func combine(_ parts: [Matrix<S>], at level: Int) -> Matrix<S> {
    let terms = coefficients[0].count
    var (next, afterNext) = (
      Matrix<S>(zeros: parts[0].rows, parts[0].columns),
      Matrix<S>(zeros: parts[0].rows, parts[0].columns)
    )
    for k in stride(from: terms - 1, through: 0, by: -1) {
      // b_(k+2) is not needed again: its memory takes b_k.
      afterNext.multiply(by: -1)
      for (list, part) in zip(coefficients, parts) { afterNext.add(part, scale: S(list[k])) }
      if k < terms - 1 { addProduct(level, next, scale: k == 0 ? 1 : 2, to: &afterNext) }
      swap(&next, &afterNext)
    }
    return next
  }

  /// target += scale T x.
  private func addProduct(
    _ level: Int, _ x: Matrix<S>, scale: S, to target: inout Matrix<S>
  ) {
    let out = target.mutablePointer
    let (input, w, width) = (x.pointer, weights[level].pointer, x.columns)
    graph.forEachRun(width: width) { r in
      S.kernels.spmmRows(
        r.lowerBound, r.upperBound, graph.inStart, graph.source, w, input, width, scale, 1, out)
    }
  }
}
