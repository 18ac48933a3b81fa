import Tensor

/// How predicted labels agree with given ones, counted over nodes and labels.
public struct Confusion: Sendable, Equatable {
  /// Labels that were given and predicted.
  public var truePositives = 0
  /// Labels that were predicted and not given.
  public var falsePositives = 0
  /// Labels that were given and not predicted.
  public var falseNegatives = 0
  /// Labels that were neither.
  public var trueNegatives = 0

  /// No labels yet.
  public init() {}

  /// Counts of multi-label predictions: a label is predicted where its logit is >= `threshold`.
  ///
  /// - Parameters:
  ///   - logits: n x c.
  ///   - labels: n x c of 0 and 1.
  ///   - counts: n bytes; rows with 0 are left out.
  public init<S: Scalar>(
    logits: Matrix<S>, labels: Matrix<S>, counts: [UInt8], threshold: Double
  ) {
    precondition(
      logits.rows == labels.rows && logits.columns == labels.columns
        && counts.count == logits.rows, "logits, labels and the row mask belong to the same nodes")
    var c = [0, 0, 0, 0]
    S.kernels.confusion(
      logits.rows, logits.columns, logits.pointer, labels.pointer, counts, S(threshold), &c)
    withExtendedLifetime((logits, labels)) {}
    (truePositives, falsePositives, falseNegatives, trueNegatives) = (c[0], c[1], c[2], c[3])
  }

  /// Counts of both.
  public static func + (a: Confusion, b: Confusion) -> Confusion {
    var sum = a
    sum.truePositives += b.truePositives
    sum.falsePositives += b.falsePositives
    sum.falseNegatives += b.falseNegatives
    sum.trueNegatives += b.trueNegatives
    return sum
  }

  /// Micro-averaged F1 = 2 TP / (2 TP + FP + FN); 0 where nothing was given or predicted, as in
  /// scikit-learn.
  public var microF1: Double {
    let denominator = 2 * truePositives + falsePositives + falseNegatives
    return denominator == 0 ? 0 : Double(2 * truePositives) / Double(denominator)
  }

  /// The share of labels that are right, (TP + TN) / all; 0 without labels.
  public var accuracy: Double {
    let all = truePositives + falsePositives + falseNegatives + trueNegatives
    return all == 0 ? 0 : Double(truePositives + trueNegatives) / Double(all)
  }
}

/// The number of counted nodes whose largest logit is that of their class (rows of `labels` are
/// one-hot); the first of equal logits is taken.
public func rightNodes<S>(logits: Matrix<S>, labels: Matrix<S>, counts: [UInt8]) -> Int {
  precondition(
    logits.rows == labels.rows && logits.columns == labels.columns && counts.count == logits.rows,
    "logits, labels and the row mask belong to the same nodes")
  return S.kernels.rightRows(
    logits.rows, logits.columns, logits.pointer, labels.pointer, counts)
}
