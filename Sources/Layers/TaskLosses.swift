import Tensor

/// The value of a loss and its gradient with respect to the logits.
public struct LossValue<S: Scalar> {
  /// The loss.
  public let loss: Double
  /// The gradient, in the shape of the logits.
  public let dLogits: Matrix<S>
}

/// Binary cross-entropy with logits, the mean over all labels of the rows that count:
///
///     loss = 1 / (k c) sum over counted rows i and labels j of log(1 + exp(x_ij)) - y_ij x_ij
///     dx_ij = (sigmoid(x_ij) - y_ij) / (k c),  0 in other rows
///
/// with k counted rows and c labels, computed so that no logit overflows. Without a counted row the
/// loss and its gradient are 0.
///
/// - Parameters:
///   - logits: n x c.
///   - labels: n x c, each in [0, 1].
///   - counts: n bytes; rows with 0 are left out.
public func binaryCrossEntropy<S>(
  logits: Matrix<S>, labels: Matrix<S>, counts: [UInt8]
) -> LossValue<S> {
  meanOverRows(logits, labels, counts, perRow: logits.columns, kernel: S.kernels.bce)
}

/// Softmax cross-entropy against rows of class probabilities, the mean over the rows that count:
///
///     loss = 1 / k sum over counted rows i of sum over c of q_ic (log sum_c' exp(x_ic') - x_ic)
///     dx_i = (softmax(x_i) - q_i) / k,  0 in other rows
///
/// - Parameters:
///   - logits: n x c.
///   - target: n x c; rows add up to 1 (one-hot rows, or smoothed ones).
///   - counts: n bytes; rows with 0 are left out.
public func crossEntropy<S>(
  logits: Matrix<S>, target: Matrix<S>, counts: [UInt8]
) -> LossValue<S> {
  meanOverRows(logits, target, counts, perRow: 1, kernel: S.kernels.crossEntropy)
}

/// The loss of ``binaryCrossEntropy(logits:labels:counts:)`` without its gradient.
public func binaryCrossEntropyLoss<S>(
  logits: Matrix<S>, labels: Matrix<S>, counts: [UInt8]
) -> Double {
  meanLoss(logits, labels, counts, perRow: logits.columns, into: nil, kernel: S.kernels.bce)
}

/// The loss of ``crossEntropy(logits:target:counts:)`` without its gradient.
public func crossEntropyLoss<S>(
  logits: Matrix<S>, target: Matrix<S>, counts: [UInt8]
) -> Double {
  meanLoss(logits, target, counts, perRow: 1, into: nil, kernel: S.kernels.crossEntropy)
}

private typealias RowLoss<S: Scalar> = (
  Int, Int, UnsafePointer<S>?, UnsafePointer<S>?, UnsafePointer<UInt8>?, S,
  UnsafeMutablePointer<S>?
) -> Double

private func meanOverRows<S: Scalar>(
  _ logits: Matrix<S>, _ target: Matrix<S>, _ counts: [UInt8], perRow: Int, kernel: RowLoss<S>
) -> LossValue<S> {
  var gradient = Matrix<S>(uninitialized: logits.rows, logits.columns)
  let loss = meanLoss(
    logits, target, counts, perRow: perRow, into: gradient.mutablePointer, kernel: kernel)
  return LossValue(loss: loss, dLogits: gradient)
}

private func meanLoss<S: Scalar>(
  _ logits: Matrix<S>, _ target: Matrix<S>, _ counts: [UInt8], perRow: Int,
  into dx: UnsafeMutablePointer<S>?, kernel: RowLoss<S>
) -> Double {
  precondition(
    logits.rows == target.rows && logits.columns == target.columns && counts.count == logits.rows,
    "logits, targets and the row mask belong to the same rows")
  let counted = counts.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } * perRow
  let share = counted == 0 ? 0 : 1 / Double(counted)
  let (x, y) = (logits.pointer, target.pointer)
  let width = logits.columns
  let total = counts.withUnsafeBufferPointer { mask in
    let mask = mask.baseAddress
    return Parallel.sum(logits.rows, of: 256) { r in
      let first = r.lowerBound * width
      return kernel(
        r.count, width, x + first, y + first, mask.map { $0 + r.lowerBound }, S(share),
        dx.map { $0 + first })
    }
  }
  return total * share
}

/// Label smoothing: (1 - amount) q + amount / c for rows q of c class probabilities.
public func smoothed<S>(_ target: Matrix<S>, amount: S) -> Matrix<S> {
  var result = Matrix(
    repeating: amount / S(max(target.columns, 1)), target.rows, target.columns)
  result.add(target, scale: 1 - amount)
  return result
}
