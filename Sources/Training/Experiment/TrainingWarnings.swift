import Records

// Settings of a training that change nothing beside the others.

extension TrainingConfig {
  package var inconsistencies: [Inconsistency] {
    schedule.settings.problem(of: epochs, rate: optimizer.settings.learningRate)
      .map { [$0.below("schedule")] } ?? []
  }

  package var warnings: [Inconsistency] {
    scheduleWarnings + evaluationWarnings + selectionWarnings
  }

  private var scheduleWarnings: [Inconsistency] {
    guard !(schedule.settings is ConstantScheduleConfig) else { return [] }
    let rate = optimizer.settings.learningRate
    if let warning = schedule.settings.warning(of: epochs, rate: rate) {
      return [warning.below("schedule")]
    }
    let first = learningRate(epoch: 0)
    guard (0..<epochs).allSatisfy({ learningRate(epoch: $0) == first }) else { return [] }
    return [
      Inconsistency(
        key: "schedule",
        message: "\"\(schedule.choiceName)\" leaves the learning rate as it is in all \(epochs) "
          + "epochs, like \"constant\"")
    ]
  }

  /// How often the model is evaluated.
  private var evaluations: Int {
    let due = (epochs - 1) / evaluateEvery + 1
    return due + (evaluatesLast && (epochs - 1) % evaluateEvery != 0 ? 1 : 0)
  }

  private var evaluationWarnings: [Inconsistency] {
    var found: [Inconsistency] = []
    if evaluateEvery > 1, evaluateEvery >= epochs {
      found.append(
        Inconsistency(
          key: "evaluateEvery",
          message: "found \(evaluateEvery) for a training of \(epochs) epochs: the model is "
            + "evaluated after the first epoch\(evaluatesLast ? " and the last" : "") alone"))
    }
    // The first evaluation sets the mark, and one after the last epoch has nothing to end.
    if let patience, patience >= evaluations - 1 {
      found.append(
        Inconsistency(
          key: "patience",
          message: "found \(patience), which can never end a training of \(evaluations) evaluations"
        ))
    }
    return found
  }

  private var selectionWarnings: [Inconsistency] {
    var found: [Inconsistency] = []
    if checkpoint == .lowestValidationLoss, selectOn != TrainingConfig().selectOn {
      found.append(
        Inconsistency(
          key: "selectOn",
          message:
            "found \"\(selectOn)\", but the checkpoint \"lowestValidationLoss\" goes by "
            + "the loss: the score is shown in progress and curves, and chooses nothing"))
    }
    if checkpoint == .last, patience != nil {
      found.append(
        Inconsistency(
          key: "patience",
          message: "ends the training when the score has not risen, but the checkpoint \"last\" "
            + "keeps the weights of that last epoch and not the best ones"))
    }
    if checkpoint == .last, asPublished.reloadsBest {
      found.append(
        Inconsistency(
          key: "asPublished.reloadsBest",
          message:
            "has no effect with the checkpoint \"last\", which keeps no weights to go back to"
        ))
    }
    return found
  }
}

extension Inconsistency {
  /// The same, seen from the record that has this one at a key.
  package func below(_ parent: String) -> Inconsistency {
    Inconsistency(key: key.isEmpty ? parent : "\(parent).\(key)", message: message)
  }
}

extension AdamConfig {
  package var warnings: [Inconsistency] {
    guard decoupled, weightDecay == 0 else { return [] }
    return [
      Inconsistency(key: "decoupled", message: "has no effect without a weightDecay above 0")
    ]
  }
}
