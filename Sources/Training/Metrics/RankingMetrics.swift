import Foundation
import Layers
import Tensor

/// Area under the receiver operating characteristic: the share of pairs of a positive and a negative
/// that the scores put in the right order, ties counting half (Fawcett 2006),
///
///     AUC = (sum of the ranks of the positives - P (P + 1) / 2) / (P N)
///
/// with the mean rank where scores are equal. Of two classes, the second is positive and the score is
/// the difference of the logits. Of several classes each against the rest, scored by its log
/// probability, and of several labels each by its logit; the result is their unweighted mean.
package struct ROCAUC: Metric {
  package static let name = "rocAUC"
  package static let note =
    "Area under the ROC curve: of two classes, the mean of each class against the rest, or the mean "
    + "over labels."
  package static let citation = "Fawcett, An introduction to ROC analysis, 2006"
  package static let heading = "ROC-AUC"
  package static let isCostly = true

  private var ranking = Ranking()

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) { ranking.add(batch) }

  package var value: Double {
    get throws {
      try ranking.mean { ascending in
        // Twice the rank of each positive, so that mean ranks of ties stay whole numbers.
        var (twiceRanks, positives, seen) = (0.0, 0, 0)
        for tie in ascending {
          twiceRanks += Double(tie.positives) * Double(2 * seen + tie.count + 1)
          positives += tie.positives
          seen += tie.count
        }
        let (p, n) = (Double(positives), Double(seen - positives))
        return (twiceRanks / 2 - p * (p + 1) / 2) / (p * n)
      }
    }
  }
}

/// Average precision, the area below the steps of the precision-recall curve:
///
///     AP = sum over thresholds n of (R_n - R_(n-1)) P_n
///
/// with a threshold at each score that occurs. Classes and labels are scored and averaged as in
/// ``ROCAUC``.
package struct AveragePrecision: Metric {
  package static let name = "averagePrecision"
  package static let note =
    "Area below the steps of the precision-recall curve: of two classes, the mean of each class "
    + "against the rest, or the mean over labels."
  package static let heading = "average precision"
  package static let isCostly = true

  private var ranking = Ranking()

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) { ranking.add(batch) }

  package var value: Double {
    get throws {
      try ranking.mean { ascending in
        let positives = ascending.reduce(0) { $0 + $1.positives }
        var (right, taken, area) = (0, 0, 0.0)
        for tie in ascending.reversed() where tie.count > 0 {
          right += tie.positives
          taken += tie.count
          area += Double(tie.positives) * (Double(right) / Double(taken))
        }
        return area / Double(positives)
      }
    }
  }
}

/// The scores of all counted rows, a list for each question of yes or no.
private struct Ranking {
  /// Equal scores.
  struct Tie {
    var count = 0
    var positives = 0
  }

  /// "class" or "label", for errors.
  private var unit = "class"
  private var questions: [[(score: Double, isPositive: Bool)]] = []

  mutating func add<S: Scalar>(_ batch: Predictions<S>) {
    let (logits, labels, columns) = (batch.logits, batch.labels, batch.logits.columns)
    let isBinary = batch.task == .single && columns == 2
    if questions.isEmpty {
      questions = Array(repeating: [], count: isBinary ? 1 : columns)
      unit = batch.task == .single ? "class" : "label"
    }
    for row in 0..<logits.rows where batch.counts[row] != 0 {
      if isBinary {
        questions[0].append((Double(logits[row, 1]) - Double(logits[row, 0]), labels[row, 1] > 0))
        continue
      }
      // Probabilities of different rows are compared, so that the row's own constant counts.
      let shift = batch.task == .single ? logSumExp(logits, row) : 0
      for column in 0..<columns {
        questions[column].append((Double(logits[row, column]) - shift, labels[row, column] > 0))
      }
    }
  }

  /// The mean over the questions of a figure of their scores, in rising order, equal ones together.
  func mean(_ figure: ([Tie]) -> Double) throws -> Double {
    guard !questions.isEmpty else { throw UndefinedMetric(reason: "no node counts") }
    var sum = 0.0
    for (number, question) in questions.enumerated() {
      let positives = question.count { $0.isPositive }
      guard positives > 0, positives < question.count else {
        let called = questions.count == 1 ? "class 1" : "\(unit) \(number)"
        throw UndefinedMetric(
          reason: "\(positives == 0 ? "no node" : "every node") is of \(called)")
      }
      sum += figure(Self.ties(question))
    }
    return sum / Double(questions.count)
  }

  private static func ties(_ question: [(score: Double, isPositive: Bool)]) -> [Tie] {
    var ties: [Tie] = []
    var last = -Double.infinity
    for (score, isPositive) in question.sorted(by: { $0.score < $1.score }) {
      if ties.isEmpty || score != last { ties.append(Tie()) }
      last = score
      ties[ties.count - 1].count += 1
      ties[ties.count - 1].positives += isPositive ? 1 : 0
    }
    return ties
  }
}

/// log(sum of exp(z)) over the numbers z of a row, without overflow.
private func logSumExp<S: Scalar>(_ z: Matrix<S>, _ row: Int) -> Double {
  let largest = (0..<z.columns).reduce(-Double.infinity) { max($0, Double(z[row, $1])) }
  return largest + log((0..<z.columns).reduce(0) { $0 + exp(Double(z[row, $1]) - largest) })
}
