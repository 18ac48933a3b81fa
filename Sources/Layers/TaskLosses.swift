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

/// How classes and nodes count in a cross-entropy besides their labels.
public struct CrossEntropyWeighting: Sendable, Equatable {
  /// A weight for each class; nil for 1.
  public var classes: [Double]?
  /// The focusing exponent f of the focal loss; 0 for none.
  public var focus = 0.0

  /// A weighting from its parts.
  public init(classes: [Double]? = nil, focus: Double = 0) {
    self.classes = classes
    self.focus = focus
  }

  /// Whether it is plain cross-entropy.
  public var isPlain: Bool { classes == nil && focus == 0 }

  /// Weights under which every class counts as much as any other, as scikit-learn's "balanced": with
  /// n nodes, n_c of them of class c, and C classes
  ///
  ///     w_c = n / (C n_c)
  ///
  /// - Returns: nil where some class has no node.
  public static func balanced(classSizes: [Int]) -> [Double]? {
    guard classSizes.allSatisfy({ $0 > 0 }) else { return nil }
    let n = classSizes.reduce(0, +)
    return classSizes.map { Double(n) / Double(classSizes.count * $0) }
  }
}

/// Softmax cross-entropy with weights w of classes, which is PyTorch's `CrossEntropyLoss` with a
/// `weight`, and with a focusing exponent f, which makes it the focal loss of many classes (Lin et al.,
/// Focal loss for dense object detection, ICCV 2017): nodes whose class is nearly certain count less.
/// With p_i = softmax(x_i), targets q (one-hot rows, or smoothed ones) and the labels' classes y_i,
///
///     loss  = 1 / W sum over counted rows i of sum over c of w_c q_ic (1 - p_ic)^f (-log p_ic)
///     W     = sum over counted rows i of w_(y_i)
///     dx_ij = (a_ij - p_ij sum over c of a_ic) / W,  0 in other rows
///     a_ic  = w_c q_ic (f p_ic (1 - p_ic)^(f - 1) log p_ic - (1 - p_ic)^f)
///
/// Without weights W is the number of counted rows. Where W is 0 the loss and its gradient are 0.
///
/// - Parameters:
///   - logits: n x c.
///   - target: n x c; rows add up to 1.
///   - labels: n x c, one-hot.
///   - counts: n bytes; rows with 0 are left out.
public func weightedCrossEntropy<S>(
  logits: Matrix<S>, target: Matrix<S>, labels: Matrix<S>, counts: [UInt8],
  _ weighting: CrossEntropyWeighting
) -> LossValue<S> {
  let (rows, width) = (logits.rows, logits.columns)
  precondition(
    target.rows == rows && target.columns == width && labels.rows == rows
      && labels.columns == width && counts.count == rows,
    "logits, targets, labels and the row mask belong to the same rows")
  precondition(weighting.classes?.count ?? width == width, "every class has a weight")
  let classes = Matrix<S>(
    1, width, weighting.classes.map { $0.map { S($0) } } ?? Array(repeating: 1, count: width))
  let total = counts.indices.reduce(0.0) { sum, row in
    counts[row] == 0
      ? sum
      : sum + (0..<width).reduce(0.0) { $0 + Double(classes[0, $1]) * Double(labels[row, $1]) }
  }
  let share = total > 0 ? 1 / total : 0
  var gradient = Matrix<S>(uninitialized: rows, width)
  let dx = gradient.mutablePointer
  let (x, q, w) = (logits.pointer, target.pointer, classes.pointer)
  let sum = counts.withUnsafeBufferPointer { mask in
    let mask = mask.baseAddress
    return Parallel.sum(rows, of: 256) { r in
      let first = r.lowerBound * width
      return S.kernels.focalCrossEntropy(
        r.count, width, x + first, q + first, w, weighting.focus,
        mask.map { $0 + r.lowerBound }, share, dx + first)
    }
  }
  withExtendedLifetime(classes) {}
  return LossValue(loss: sum * share, dLogits: gradient)
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

/// The classes that label smoothing gives probability to.
public enum SmoothedClasses: String, Sendable, CaseIterable {
  /// All c of them, the true one too: (1 - amount) q + amount / c (Szegedy et al., Rethinking the
  /// Inception architecture for computer vision, CVPR 2016).
  case all
  /// The c - 1 other ones: (1 - amount) q + amount (1 - q) / (c - 1), so that the true one keeps
  /// 1 - amount, as DGCNN's code has it (Wang et al., Dynamic graph CNN, ACM TOG 2019). The loss is at
  /// least
  ///
  ///     -(1 - amount) log(1 - amount) - amount log(amount / (c - 1))
  case others
}

/// Label smoothing of rows q of c class probabilities. With one class there is nothing to smooth.
public func smoothed<S>(
  _ target: Matrix<S>, amount: S, over classes: SmoothedClasses = .all
) -> Matrix<S> {
  let c = target.columns
  guard c > 1 else { return target }
  let (share, kept): (S, S) =
    switch classes {
    case .all: (amount / S(c), 1 - amount)
    case .others: (amount / S(c - 1), 1 - amount - amount / S(c - 1))
    }
  var result = Matrix(repeating: share, target.rows, c)
  result.add(target, scale: kept)
  return result
}
