import Tensor

/// The mean squared error of two matrices of one shape, n x d, and its gradient:
///
///     loss = 1 / (n d) sum of (a - b)^2,   da = 2 (a - b) / (n d),   db = -da
///
/// 0 for empty matrices.
func meanSquaredError<S>(_ a: Matrix<S>, _ b: Matrix<S>) -> (loss: Double, da: Matrix<S>) {
  let share = 1 / Double(max(a.count, 1))
  var gap = a
  gap.add(b, scale: -1)
  let loss = share * gap.sumOfSquares
  gap.multiply(by: S(2 * share))
  return (loss, gap)
}
