/// Rows of mean 0 and variance 1, as layer normalisation makes them (Ba, Kiros & Hinton 2016), with
/// what their backward pass needs.
public struct StandardizedRows<S: Scalar> {
  /// y[r, :] = (x[r, :] - mean) / sqrt(variance + epsilon), with the mean and the (biased) variance of
  /// row r, in the shape of x.
  public let output: Matrix<S>
  /// 1 / sqrt(variance + epsilon) of each row.
  private let inverseDeviations: Matrix<S>

  /// Standardises the rows of x.
  public init(_ x: Matrix<S>, epsilon: S = 1e-5) {
    var y = Matrix<S>(uninitialized: x.rows, x.columns)
    var inverse = Matrix<S>(uninitialized: x.rows, 1)
    let (source, target, deviations, width) = (
      x.pointer, y.mutablePointer, inverse.mutablePointer, x.columns
    )
    x.forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.standardizeRows(
        r.count, width, epsilon, source + first, target + first, deviations + r.lowerBound)
    }
    (output, inverseDeviations) = (y, inverse)
  }

  /// dx[r, :] = (dy[r, :] - mean of dy[r, :] - y[r, :] mean of (y[r, :] dy[r, :])) / deviation.
  public func backward(_ dOutput: Matrix<S>) -> Matrix<S> {
    precondition(
      dOutput.rows == output.rows && dOutput.columns == output.columns,
      "a gradient has the shape of its output")
    var dx = Matrix<S>(uninitialized: output.rows, output.columns)
    let (y, dy, target, inverse) = (
      output.pointer, dOutput.pointer, dx.mutablePointer, inverseDeviations.pointer
    )
    let width = output.columns
    output.forEachRowRun { r in
      let first = r.lowerBound * width
      S.kernels.standardizeRowsBackward(
        r.count, width, y + first, inverse + r.lowerBound, dy + first, target + first)
    }
    return dx
  }
}
