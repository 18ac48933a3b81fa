// Operations on all pairs of the rows of two matrices, and their backward passes.

/// The squared Euclidean distances of all pairs, from inner products:
///
///     d[i, j] = |a_i|^2 + |b_j|^2 - 2 a_i . b_j,  held to at least 0
///
/// Near points lose digits: the error is about the rounding of |a_i|^2, not of d. The gradient with
/// respect to the inner products is -2 dOut; that of the squares is the caller's.
///
/// - Parameters:
///   - inner: a_i . b_j, n x m.
///   - squares: |a_i|^2, n numbers.
///   - otherSquares: |b_j|^2, m numbers.
///   - own: The column in which row 0 is compared with itself, row i in column own + i; these
///     distances are exactly 0. nil where no row meets itself.
public func squaredDistances<S>(
  inner: Matrix<S>, squares: Matrix<S>, otherSquares: Matrix<S>, own: Int?
) -> Matrix<S> {
  precondition(
    squares.count == inner.rows && otherSquares.count == inner.columns, "one square a point")
  precondition(own.map { $0 >= 0 && $0 + inner.rows <= inner.columns } ?? true, "own columns fit")
  var d = Matrix<S>(uninitialized: inner.rows, inner.columns)
  let (a, b, products) = (squares.pointer, otherSquares.pointer, inner.pointer)
  let (target, width) = (d.mutablePointer, inner.columns)
  inner.forEachRowRun { r in
    let first = r.lowerBound * width
    S.kernels.squaredDistances(
      r.count, width, own.map { $0 + r.lowerBound } ?? -1, a + r.lowerBound, b, products + first,
      target + first)
  }
  return d
}

/// y = sqrt(x), for x >= 0.
public func squareRoot<S>(_ x: Matrix<S>) -> Matrix<S> {
  let source = x.pointer
  return x.mapRanges { r, target in S.kernels.squareRoot(r.count, source + r.lowerBound, target) }
}

/// dx = dy / (2 y) from the output y of ``squareRoot(_:)``, and 0 where y is 0: the subgradient
/// that makes a distance of 0 pull nowhere.
public func squareRootBackward<S>(output y: Matrix<S>, dOutput: Matrix<S>) -> Matrix<S> {
  let (output, gradient) = (y.pointer, dOutput.pointer)
  return y.mapRanges { r, target in
    S.kernels.squareRootBackward(
      r.count, output + r.lowerBound, gradient + r.lowerBound, target)
  }
}
