// Operations on the rows of a matrix and their backward passes.

extension Matrix {
  /// Cuts the rows into runs that are worth sharing among threads; a function of sizes only.
  func forEachRowRun(_ body: (Range<Int>) -> Void) {
    Parallel.ranges(rows, of: max(16, Parallel.serialLimit / max(columns, 1)), body)
  }

  /// Puts `part` in the place of the rows from `first` on.
  public mutating func replaceRows(from first: Int, with part: Matrix) {
    precondition(
      part.columns == columns && first >= 0 && first + part.rows <= rows,
      "\(part.rows) x \(part.columns) at row \(first) of \(rows) x \(columns)")
    (mutablePointer + first * columns).update(from: part.pointer, count: part.count)
  }

  /// The rows of the given numbers, in that order: out[k, :] = self[indices[k], :].
  public func gatheredRows(_ indices: [Int]) -> Matrix {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "a row outside 0 ..< \(rows)")
    var result = Matrix(uninitialized: indices.count, columns)
    let target = result.mutablePointer
    for (k, row) in indices.enumerated() {
      (target + k * columns).update(from: pointer + row * columns, count: columns)
    }
    return result
  }

  /// The backward pass of ``gatheredRows(_:)``: a matrix of `rows` rows in which row indices[k] is
  /// the sum of self[k, :] over the k that name it, added in their order, and all others are 0.
  public func scatteredRows(_ indices: [Int], into rows: Int) -> Matrix {
    precondition(indices.count == self.rows, "one index a row")
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "a row outside 0 ..< \(rows)")
    var result = Matrix(zeros: rows, columns)
    let target = result.mutablePointer
    for (k, row) in indices.enumerated() {
      S.kernels.axpy(columns, 1, pointer + k * columns, target + row * columns)
    }
    return result
  }

  /// The sum of all elements, in double precision.
  public var sum: Double {
    let source = pointer
    return Parallel.sum(count, of: 32_768) { S.kernels.sum($0.count, source + $0.lowerBound) }
  }

  /// The sum of each row, rows x 1.
  public func rowSums() -> Matrix {
    var result = Matrix(uninitialized: rows, 1)
    let (source, target, width) = (pointer, result.mutablePointer, columns)
    forEachRowRun { r in
      S.kernels.rowSums(
        r.count, width, source + r.lowerBound * width, target + r.lowerBound)
    }
    return result
  }

  /// The sum of the squares of each row, rows x 1. Its backward pass is
  /// dx[r, :] = 2 dOut[r] x[r, :], which ``scaledRows(by:scale:)`` gives.
  public func rowSquares() -> Matrix {
    var result = Matrix(uninitialized: rows, 1)
    let (source, target, width) = (pointer, result.mutablePointer, columns)
    forEachRowRun { r in
      S.kernels.rowSquares(
        r.count, width, source + r.lowerBound * width, target + r.lowerBound)
    }
    return result
  }

  /// out[r, :] = scale factors[r] self[r, :], for `factors` of rows x 1.
  public func scaledRows(by factors: Matrix, scale: S = 1) -> Matrix {
    var result = Matrix(uninitialized: rows, columns)
    result.setScaledRows(of: self, by: factors, scale: scale, accumulating: false)
    return result
  }

  /// self[r, :] += scale factors[r] other[r, :], for `factors` of rows x 1.
  public mutating func addScaledRows(of other: Matrix, by factors: Matrix, scale: S = 1) {
    setScaledRows(of: other, by: factors, scale: scale, accumulating: true)
  }

  private mutating func setScaledRows(
    of other: Matrix, by factors: Matrix, scale: S, accumulating: Bool
  ) {
    precondition(other.rows == rows && other.columns == columns, "scaled rows need equal shapes")
    precondition(factors.count == rows, "one factor a row")
    let (source, weights, target) = (other.pointer, factors.pointer, mutablePointer)
    let width = columns
    forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.scaleRows(
        r.count, width, scale, weights + r.lowerBound, source + first, accumulating ? 1 : 0,
        target + first)
    }
  }
}

/// Rows of Euclidean length 1, with what their backward pass needs.
public struct NormalizedRows<S: Scalar> {
  /// y[r, :] = x[r, :] / |x[r, :]|, in the shape of x; a row of norm up to 1e-12 becomes 0.
  public let output: Matrix<S>
  /// 1 / |x[r, :]|, or 0 for a row without a direction.
  private let inverseNorms: Matrix<S>

  /// Normalises the rows of x.
  public init(_ x: Matrix<S>) {
    var y = Matrix<S>(uninitialized: x.rows, x.columns)
    var inverse = Matrix<S>(uninitialized: x.rows, 1)
    let (source, target, norms, width) = (
      x.pointer, y.mutablePointer, inverse.mutablePointer, x.columns
    )
    x.forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.normalizeRows(
        r.count, width, source + first, target + first, norms + r.lowerBound)
    }
    (output, inverseNorms) = (y, inverse)
  }

  /// dx[r, :] = (dy[r, :] - y[r, :] (y[r, :] . dy[r, :])) / |x[r, :]|; 0 for a row without a
  /// direction.
  public func backward(_ dOutput: Matrix<S>) -> Matrix<S> {
    precondition(
      dOutput.rows == output.rows && dOutput.columns == output.columns,
      "a gradient has the shape of its output")
    var dx = Matrix<S>(uninitialized: output.rows, output.columns)
    let (y, dy, target, inverse) = (
      output.pointer, dOutput.pointer, dx.mutablePointer, inverseNorms.pointer
    )
    let width = output.columns
    output.forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.normalizeRowsBackward(
        r.count, width, y + first, inverse + r.lowerBound, dy + first, target + first)
    }
    return dx
  }
}
