import Records

// Settings of a training that change nothing beside the others.

extension TrainingConfig {
  package var inconsistencies: [Inconsistency] {
    let rate = optimizer.settings.learningRate
    let problems = [
      schedule.settings.problem(of: scheduledEpochs, rate: rate),
      schedule.settings.plateau.flatMap { $0.rule.problem(rate: rate) },
    ]
    return problems.compactMap { $0?.below("schedule") }
  }

  package var warnings: [Inconsistency] {
    scheduleWarnings + evaluationWarnings + selectionWarnings
  }

  private var scheduleWarnings: [Inconsistency] {
    guard warmup < epochs else {
      return [
        Inconsistency(
          key: "warmup",
          message: "found \(warmup), but the training ends after \(epochs) epochs: "
            + (warmup == epochs
              ? "the schedule never begins" : "the full rate is never reached"))
      ]
    }
    guard !(schedule.settings is ConstantScheduleConfig) else { return [] }
    let rate = optimizer.settings.learningRate
    if let warning = schedule.settings.warning(of: scheduledEpochs, rate: rate) {
      return [warning.below("schedule")]
    }
    if warmup > 0, schedule.settings is LinearWarmupScheduleConfig {
      return [
        Inconsistency(
          key: "warmup",
          message: "found \(warmup), and \"linearWarmup\" begins again behind it; take \"constant\""
        )
      ]
    }
    if let plateau = schedule.settings.plateau { return plateauWarnings(plateau) }
    let first = learningRate(epoch: warmup)
    guard (warmup..<epochs).allSatisfy({ learningRate(epoch: $0) == first }) else { return [] }
    return [
      Inconsistency(
        key: "schedule",
        message: "\"\(schedule.choiceName)\" leaves the learning rate as it is in all \(epochs) "
          + "epochs, like \"constant\"")
    ]
  }

  private func plateauWarnings(_ plateau: PlateauSchedule) -> [Inconsistency] {
    var found: [Inconsistency] = []
    let rule = plateau.rule
    let values = plateau.watches == .trainingLoss ? scheduledEpochs : evaluations(from: warmup)
    // The first value sets the mark, and a fall after the last one changes nothing.
    if rule.patience >= values - 2 {
      found.append(
        Inconsistency(
          key: "schedule.patience",
          message: "found \(rule.patience), but the training has \(values) "
            + (plateau.watches == .trainingLoss ? "epochs" : "evaluations")
            + (warmup > 0 ? " behind its warm-up" : "") + ": the rate can never fall"))
    } else if rule.rate(from: optimizer.settings.learningRate, falls: 1)
      == optimizer.settings.learningRate
    {
      found.append(
        Inconsistency(
          key: "schedule",
          message: "\"\(schedule.choiceName)\" leaves the learning rate as it is, like \"constant\""
        ))
    }
    return found
  }

  /// How often the model is evaluated.
  private var evaluations: Int { evaluations(from: 0) }

  /// How often it is evaluated from an epoch on.
  private func evaluations(from first: Int) -> Int {
    let before = (first + evaluateEvery - 1) / evaluateEvery
    let due = (epochs - 1) / evaluateEvery + 1 - before
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
    if !usesScore, selectOn != TrainingConfig().selectOn {
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
