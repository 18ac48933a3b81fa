// Operations on the columns of a matrix and their backward passes. Vectors of one number a column
// are 1 x columns.

extension Matrix {
  /// The inner product of each column with the same column of `other`, 1 x columns.
  public func columnDots(_ other: Matrix) -> Matrix {
    precondition(rows == other.rows && columns == other.columns, "dots need equal shapes")
    let run = 512
    let runs = (rows + run - 1) / run
    var partial = Matrix(uninitialized: max(runs, 1), columns)
    let (a, b, target, width) = (pointer, other.pointer, partial.mutablePointer, columns)
    Parallel.ranges(rows, of: run) { r in
      let first = r.lowerBound * width
      S.kernels.columnDots(
        r.count, width, a + first, b + first, target + r.lowerBound / run * width)
    }
    var result = Matrix(zeros: 1, columns)
    let sums = result.mutablePointer
    for r in 0..<runs { S.kernels.axpy(width, 1, target + r * width, sums) }
    withExtendedLifetime(partial) {}
    return result
  }

  /// out[r, c] = scale[c] self[r, c] + otherScale[c] other[r, c] + offset[c]; what is not given
  /// adds nothing.
  public func mixedColumns(
    scale: Matrix, adding other: (matrix: Matrix, scale: Matrix)? = nil, offset: Matrix? = nil
  ) -> Matrix {
    precondition(
      scale.count == columns && offset?.count ?? columns == columns
        && other?.scale.count ?? columns == columns, "one number a column")
    precondition(
      other.map { $0.matrix.rows == rows && $0.matrix.columns == columns } ?? true,
      "mixed columns need equal shapes")
    var result = Matrix(uninitialized: rows, columns)
    let (x, target, width) = (pointer, result.mutablePointer, columns)
    let (a, b, c, z) = (
      scale.pointer, other?.scale.pointer, offset?.pointer, other?.matrix.pointer
    )
    forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.mixColumns(
        r.count, width, a, x + first, b, z.map { $0 + first }, c, target + first)
    }
    return result
  }

  /// The elements mapped one by one, for short vectors only: a loop over whole matrices belongs
  /// into a kernel.
  public func mapped(_ body: (S) -> S) -> Matrix { Matrix(rows, columns, elements.map(body)) }
}

/// Columns of Euclidean length 1, with what their backward pass needs.
public struct NormalizedColumns<S: Scalar> {
  /// y[:, c] = x[:, c] / |x[:, c]|, in the shape of x; a column of norm up to 1e-12 becomes 0.
  public let output: Matrix<S>
  /// 1 / |x[:, c]|, or 0 for a column without a direction.
  private let inverseNorms: Matrix<S>

  /// Normalises the columns of x.
  public init(_ x: Matrix<S>) {
    inverseNorms = x.columnDots(x).mapped {
      // Not a number, if the square is not.
      let norm = $0.squareRoot()
      return norm <= 1e-12 ? 0 : 1 / norm
    }
    output = x.mixedColumns(scale: inverseNorms)
  }

  /// dx[:, c] = (dy[:, c] - y[:, c] (y[:, c] . dy[:, c])) / |x[:, c]|; 0 for a column without a
  /// direction.
  public func backward(_ dOutput: Matrix<S>) -> Matrix<S> {
    let radial = output.columnDots(dOutput).multipliedElementwise(by: inverseNorms)
    return dOutput.mixedColumns(
      scale: inverseNorms, adding: (output, radial.mapped { -$0 }))
  }
}

/// Columns of mean 0 and variance 1, as batch normalisation makes them in training (Ioffe &
/// Szegedy, ICML 2015), with what their backward pass needs.
public struct StandardizedColumns<S: Scalar> {
  /// y[:, c] = (x[:, c] - mean) / sqrt(variance + epsilon), with the mean and the (biased) variance
  /// of column c over the rows of x.
  public let output: Matrix<S>
  /// The mean of each column.
  public let mean: Matrix<S>
  /// The (biased) variance of each column.
  public let variance: Matrix<S>
  /// 1 / sqrt(variance + epsilon) of each column.
  private let inverseDeviations: Matrix<S>

  /// Standardises the columns of x.
  ///
  /// - Parameter centrings: How often the mean of what is left is taken out. In Float the mean of a
  ///   column that is far from 0 compared with its deviation is off by a share of that deviation;
  ///   the second time takes this out.
  public init(_ x: Matrix<S>, epsilon: S = 1e-5, centrings: Int = 1) {
    let share = 1 / S(max(x.rows, 1))
    var centred = x
    var total = Matrix<S>(zeros: 1, x.columns)
    for _ in 0..<centrings {
      let mean = centred.columnSums().mapped { $0 * share }
      centred.addToRows(mean.mapped { -$0 })
      total.add(mean)
    }
    mean = total
    variance = centred.columnDots(centred).mapped { $0 * share }
    inverseDeviations = variance.mapped { 1 / ($0 + epsilon).squareRoot() }
    output = centred.mixedColumns(scale: inverseDeviations)
  }

  /// dx[:, c] = (dy[:, c] - mean of dy[:, c] - y[:, c] mean of (y[:, c] dy[:, c])) / deviation.
  public func backward(_ dOutput: Matrix<S>) -> Matrix<S> {
    let share = 1 / S(max(output.rows, 1))
    let slope = output.columnDots(dOutput).multipliedElementwise(by: inverseDeviations)
    let offset = dOutput.columnSums().multipliedElementwise(by: inverseDeviations)
    return dOutput.mixedColumns(
      scale: inverseDeviations, adding: (output, slope.mapped { -$0 * share }),
      offset: offset.mapped { -$0 * share })
  }
}
