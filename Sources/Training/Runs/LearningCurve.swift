import Records

/// How a training came along: the loss of every epoch, and the score of every evaluation.
package struct LearningCurve: Record {
  /// The mean training loss of each epoch; none where a training did not keep its curve.
  package var trainingLoss: [Double] = []
  /// The epochs, from 0, after which the model was evaluated on the validation graphs.
  package var validEpochs: [Int] = []
  /// The validation score of each of them that checkpoints go by.
  package var validScores: [Double] = []

  /// Whether the training kept its curve.
  package var isKept: Bool { !trainingLoss.isEmpty }

  /// Adds the next epoch; `score` is nil where it was not evaluated.
  package mutating func add(loss: Double, score: Double?) {
    if let score {
      validEpochs.append(trainingLoss.count)
      validScores.append(score)
    }
    trainingLoss.append(loss)
  }

  /// The first evaluated epoch, from 0, whose score is at least `score`, or nil.
  package func firstEpoch(reaching score: Double) -> Int? {
    zip(validEpochs, validScores).first { $0.1 >= score }?.0
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let most = 1_000_000
    visitor.field(
      "trainingLoss", &trainingLoss, .list(of: .measurement, count: 0...most),
      "The mean training loss of each epoch.")
    visitor.field(
      "validEpochs", &validEpochs, .list(of: .integer(0...most), count: 0...most),
      "The epochs, from 0, after which the model was evaluated.")
    visitor.field(
      "validScores", &validScores, .list(of: .measurement, count: 0...most),
      "Their validation scores that checkpoints go by.")
  }

  package var inconsistencies: [Inconsistency] {
    guard validEpochs.count != validScores.count else { return [] }
    let message = "found \(validScores.count) values, expected one for each of \"validEpochs\""
    return [Inconsistency(key: "validScores", message: message)]
  }
}
