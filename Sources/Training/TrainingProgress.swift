import Layers

/// Where the training of a model stands, besides its weights and the optimiser's state: with these
/// it goes on from a checkpoint to the same bits as if it had never stopped.
package struct TrainingProgress: Equatable {
  /// The epoch that is being trained, from 0; all epochs before it are complete.
  package var epoch = 0
  /// Batches of that epoch that are done.
  package var batch = 0
  /// Sums over those batches.
  package var sums = LossSums()
  /// Steps of the optimiser since the beginning.
  package var step = 0
  /// Wall time of the complete epochs, without evaluations, in seconds.
  package var seconds = 0.0
  /// The same of the epoch that is being trained.
  package var epochSeconds = 0.0
  /// The mean total loss of the last complete epoch.
  package var lastLoss = 0.0
  /// Which epoch's weights are kept, and why.
  package var selection = Selection()
  /// How long the validation score has not risen; nil before the first evaluation.
  package var stagnation: Stagnation?
  /// What a schedule with a plateau has seen; nil before its first value, and of other schedules.
  package var plateau: Plateau?
  /// Losses and scores of the complete epochs; nil in a training that was begun without.
  package var curve: LearningCurve? = LearningCurve()

  /// A score for comparisons: what is not a number is the worst of all, and a record of progress
  /// can hold whatever comes of it.
  package static func ranked(_ score: Double) -> Double {
    let largest = Double.greatestFiniteMagnitude
    return score.isNaN ? -largest : min(max(score, -largest), largest)
  }

  /// What is wrong with the progress of a training of these settings, or nil: a checkpoint is not
  /// gone on from where it could not have come from.
  ///
  /// - Parameters:
  ///   - batches: Batches of an epoch.
  ///   - steps: Steps of the optimiser in a batch.
  package func problem(for training: TrainingConfig, batches: Int, steps: Int) -> String? {
    func outside(_ name: String, _ value: Int, _ range: ClosedRange<Int>) -> String? {
      range.contains(value)
        ? nil : "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)"
    }
    if let problem = outside("epoch", epoch, 0...training.epochs) { return problem }
    // No epoch is begun after the last; a batch more would have ended the epoch.
    let most = epoch == training.epochs ? 0 : batches - 1
    if let problem = outside("batch", batch, 0...max(0, most)) { return problem }
    let expected = (epoch * batches + batch) * steps
    if step != expected { return "step is \(step), expected \(expected)" }
    for term in sums.terms {
      if let problem = outside("count of \(term.name)", term.count, 1...max(1, batch * steps)) {
        return problem
      }
    }
    for (name, value) in [("seconds", seconds), ("epochSeconds", epochSeconds)]
    where !(value.isFinite && value >= 0) {
      return "\(name) is \(value), expected 0 or more"
    }
    if let kept = selection.epoch {
      guard epoch > 0 else { return "the epoch kept is \(kept), and none is complete" }
      if let problem = outside("the epoch kept", kept, 0...epoch - 1) { return problem }
    }
    if let problem = outside("evaluations", stagnation?.evaluations ?? 0, 0...epoch) {
      return problem
    }
    if let problem = plateauProblem(training.schedule.settings.plateau?.rule, outside) {
      return problem
    }
    guard let curve, curve.isKept || epoch == 0 else { return nil }
    guard curve.trainingLoss.count == epoch, curve.inconsistencies.isEmpty,
      curve.validEpochs.allSatisfy({ (0..<max(1, epoch)).contains($0) })
    else { return "its curve is not one of \(epoch) epochs" }
    return nil
  }

  private func plateauProblem(
    _ rule: Plateau.Rule?, _ outside: (String, Int, ClosedRange<Int>) -> String?
  ) -> String? {
    guard let plateau else { return nil }
    guard let rule else { return "it has a plateau, and the schedule has none" }
    if let best = plateau.best, !best.isFinite { return "the plateau's best value is \(best)" }
    return outside("stagnant values", plateau.stagnant, 0...rule.patience)
      ?? outside("resting values", plateau.resting, 0...rule.cooldown)
      ?? outside("falls of the rate", plateau.falls, 0...epoch)
  }

  /// The best validation score (or negative loss) so far, and the evaluations since.
  package struct Stagnation: Equatable {
    package var best: Double
    package var evaluations = 0

    /// Counts an evaluation.
    package static func after(_ score: Double, _ earlier: Stagnation?) -> Stagnation {
      let score = TrainingProgress.ranked(score)
      guard var stagnation = earlier, score <= stagnation.best else {
        return Stagnation(best: score)
      }
      stagnation.evaluations += 1
      return stagnation
    }
  }

  /// Sums of losses over the batches of an epoch.
  package struct LossSums: Equatable {
    /// The sum of the total.
    package var total = 0.0
    /// Each objective's unweighted loss: its name, sum, and the batches in which it was on.
    package var terms: [Term] = []

    package struct Term: Equatable {
      package var name: String
      package var sum: Double
      package var count: Int
    }

    package mutating func add(total: Double, losses: [(name: String, loss: Double)]) {
      self.total += total
      for (name, loss) in losses {
        if let place = terms.firstIndex(where: { $0.name == name }) {
          terms[place].sum += loss
          terms[place].count += 1
        } else {
          terms.append(Term(name: name, sum: loss, count: 1))
        }
      }
    }

    /// Each objective's mean over the batches in which it was on.
    package var means: [(String, Double)] { terms.map { ($0.name, $0.sum / Double($0.count)) } }
  }

  /// The state of a checkpoint rule.
  package struct Selection: Equatable {
    /// The epoch whose weights are kept, or nil before the first.
    package var epoch: Int?
    /// The validation score at that epoch, or the negative loss where the rule goes by it.
    package var score = 0.0
    /// The training loss at that epoch.
    package var loss = 0.0

    /// Whether the weights of an evaluated epoch shall be kept, which are then the best so far.
    package mutating func keeps(
      epoch: Int, score: Double, loss: Double, by rule: TrainingConfig.Checkpoint
    ) -> Bool {
      // Of losses the lowest is the best, so that one that is not a number has to be the highest.
      let (score, loss) = (TrainingProgress.ranked(score), -TrainingProgress.ranked(-loss))
      let isBetter: Bool =
        switch rule {
        case .last: false
        case .bestValidation, .lowestValidationLoss: self.epoch == nil || score > self.score
        // As in the authors' code, both marks are set anew whichever of them was passed.
        case .validationRoseOrLossFell: self.epoch == nil || score > self.score || loss < self.loss
        }
      if isBetter { self = Selection(epoch: epoch, score: score, loss: loss) }
      return isBetter
    }
  }
}
