// Batch normalisation with the LeakyReLU behind it, in one pass over memory each way.

/// The mean and the biased variance of each column, in double precision.
public struct ColumnStatistics: Sendable {
  /// One a column.
  public let mean: [Double]
  /// One a column; biased.
  public let variance: [Double]
  /// How many numbers each is over.
  public let count: Int

  /// Statistics that are known.
  public init(mean: [Double], variance: [Double], count: Int) {
    (self.mean, self.variance, self.count) = (mean, variance, count)
  }

  /// Statistics from sums and sums of squares of what differs from `pivot`.
  public init(sums: [Double], squares: [Double], count: Int, pivot: [Double]? = nil) {
    let share = 1 / Double(max(count, 1))
    let shift = sums.map { $0 * share }
    variance = zip(squares, shift).map {
      let variance = $0 * share - $1 * $1
      // A NaN stays one.
      return variance < 0 ? 0 : variance
    }
    mean = pivot.map { zip($0, shift).map { $0 + $1 } } ?? shift
    self.count = count
  }

  /// The statistics of the rows of x. Sums are of differences from the first row, in double precision:
  /// they hold where a mean is many deviations away from 0.
  public init<S>(of x: Matrix<S>) {
    let pivot = x.rows > 0 ? x.row(0) : Matrix<S>(zeros: 1, x.columns)
    let (source, first, width) = (x.pointer, pivot.pointer, x.columns)
    let (sums, squares) = columnSums(rows: x.rows, of: 512, columns: width) { r, sums, squares in
      S.kernels.columnMoments(
        r.count, width, source + r.lowerBound * width, first, sums, squares)
    }
    self.init(
      sums: sums, squares: squares, count: x.rows, pivot: pivot.elements.map { Double($0) })
  }
}

/// Two sums a column over all rows: `body` writes those of a run of rows, and runs are added in order.
public func columnSums(
  rows: Int, of run: Int, columns: Int,
  _ body: (
    _ rows: Range<Int>, _ first: UnsafeMutablePointer<Double>,
    _ second: UnsafeMutablePointer<Double>
  ) -> Void
) -> (first: [Double], second: [Double]) {
  let runs = (rows + run - 1) / run
  var total = [Double](repeating: 0, count: 2 * columns)
  withUnsafeTemporaryAllocation(of: Double.self, capacity: max(runs * 2 * columns, 1)) { partial in
    let target = partial.baseAddress!
    Parallel.ranges(rows, of: run) { r in
      let own = target + r.lowerBound / run * 2 * columns
      body(r, own, own + columns)
    }
    for r in 0..<runs { for c in 0..<2 * columns { total[c] += target[r * 2 * columns + c] } }
  }
  return (Array(total[..<columns]), Array(total[columns...]))
}

/// The map of each column c that batch normalisation and a LeakyReLU make:
///
///     y_c = leaky(gamma_c xhat_c + beta_c),   xhat_c = (x_c - m_c) / sqrt(v_c + epsilon)
///
/// with leaky(t) = t where t > 0 and slope t elsewhere. Backward, from x alone and with
/// g = leaky'(.) dY:
///
///     dgamma = column sums of g xhat,   dbeta = column sums of g
///     dx = gamma / sqrt(v + epsilon) (g - mean of g - xhat mean of (g xhat))    in training,
///
/// and without the two means where m and v are constants. Sums are in double precision, and the mean
/// is taken out in two parts, so that a column may be many deviations away from 0.
public struct NormalizedLeakyReLU<S: Scalar> {
  /// m.
  public let mean: [Double]
  private let high: Matrix<S>
  private let low: Matrix<S>
  private let slope: S
  /// 1 / sqrt(v + epsilon).
  public let inverse: Matrix<S>
  /// gamma / sqrt(v + epsilon).
  public let scale: Matrix<S>
  private let beta: Matrix<S>

  /// The map for statistics m and v; gamma and beta are 1 x columns.
  public init(
    _ statistics: ColumnStatistics, gamma: Matrix<S>, beta: Matrix<S>, slope: S, epsilon: S
  ) {
    let columns = gamma.columns
    precondition(
      statistics.mean.count == columns && beta.columns == columns, "one number a column")
    mean = statistics.mean
    let rounded = statistics.mean.map { S($0) }
    high = Matrix(1, columns, rounded)
    low = Matrix(1, columns, zip(statistics.mean, rounded).map { S($0 - Double($1)) })
    let inverse = statistics.variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    self.inverse = Matrix(1, columns, inverse.map { S($0) })
    scale = Matrix(1, columns, zip(inverse, gamma.elements).map { S($0 * Double($1)) })
    self.beta = beta
    self.slope = slope
  }

  /// y, in the shape of x.
  public func output(_ x: Matrix<S>) -> Matrix<S> {
    var y = Matrix<S>(uninitialized: x.rows, x.columns)
    let (source, target, width) = (x.pointer, y.mutablePointer, x.columns)
    let (a, b, c, d) = (high.pointer, low.pointer, scale.pointer, beta.pointer)
    x.forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.normalizedLeaky(
        r.count, width, slope, a, b, c, d, source + first, target + first)
    }
    return y
  }

  /// The column sums of g, which are dbeta, and of g xhat, which are dgamma; and g itself where it is
  /// wanted.
  public func sums(
    input x: Matrix<S>, dOutput: Matrix<S>, keepsGradient: Bool = false
  ) -> (gradient: Matrix<S>?, sums: [Double], dots: [Double]) {
    precondition(
      dOutput.rows == x.rows && dOutput.columns == x.columns,
      "a gradient has the shape of its output")
    var gradient = keepsGradient ? Matrix<S>(uninitialized: x.rows, x.columns) : nil
    let kept = gradient?.mutablePointer
    let (source, dy, width) = (x.pointer, dOutput.pointer, x.columns)
    let (a, b, c, d) = (high.pointer, low.pointer, scale.pointer, beta.pointer)
    let unit = inverse.pointer
    let (sums, dots) = columnSums(rows: x.rows, of: 512, columns: width) { r, sums, dots in
      let first = r.lowerBound * width
      S.kernels.normalizedLeakySums(
        r.count, width, slope, a, b, c, d, unit, source + first, dy + first,
        kept.map { $0 + first }, sums, dots)
    }
    return (gradient, sums, dots)
  }

  /// dx.
  ///
  /// - Parameter means: The sums of g and of g xhat where m and v are those of x; nil where they are
  ///   constants.
  public func inputGradient(
    input x: Matrix<S>, dOutput: Matrix<S>, means: (sums: [Double], dots: [Double])?
  ) -> Matrix<S> {
    var dx = Matrix<S>(uninitialized: x.rows, x.columns)
    let (source, dy, width) = (x.pointer, dOutput.pointer, x.columns)
    let (mean, dot) = shares(means, count: x.rows)
    let (a, b, c, d) = (high.pointer, low.pointer, scale.pointer, beta.pointer)
    let (m, s, target) = (mean.pointer, dot.pointer, dx.mutablePointer)
    x.forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.normalizedLeakyBackward(
        r.count, width, slope, a, b, c, d, m, s, source + first, dy + first, target + first)
    }
    withExtendedLifetime((mean, dot)) {}
    return dx
  }

  /// mean of g, and mean of (g xhat) / sqrt(v + epsilon), over `count` numbers; 0 where m and v are
  /// constants.
  public func shares(_ means: (sums: [Double], dots: [Double])?, count: Int) -> (
    mean: Matrix<S>, slope: Matrix<S>
  ) {
    let columns = scale.columns
    guard let means else { return (Matrix(zeros: 1, columns), Matrix(zeros: 1, columns)) }
    let share = 1 / Double(max(count, 1))
    return (
      Matrix(1, columns, means.sums.map { S($0 * share) }),
      Matrix(1, columns, zip(means.dots, inverse.elements).map { S($0 * share * Double($1)) })
    )
  }
}
