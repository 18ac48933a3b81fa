import Records

// Objectives and groups that change nothing, or less than is written.

extension ModelConfig {
  package var warnings: [Inconsistency] {
    var found = objectives.flatMap { objective in
      objective.scheduleWarnings(epochs: training.epochs)
        .map { $0.below("objectives.\(objective.name)") }
    }
    if training.edgeDropout > 0,
      architecture.settings is MLPConfig || architecture.settings.buildsGraphs
    {
      found.append(
        Inconsistency(
          key: "training.edgeDropout",
          message:
            "has no effect on the family \"\(architecture.choiceName)\", which does not see the "
            + "data's edges"))
    }
    if training.asPublished.separateSteps {
      if objectives.count == 1 {
        found.append(
          Inconsistency(
            key: "training.asPublished.separateSteps",
            message: "has no effect on a model of one objective"))
      }
    } else {
      // A task of weight 0 still says what evaluations report.
      found += objectives.filter { $0.weight == 0 && !$0.kind.settings.isTask }.map {
        Inconsistency(
          key: "objectives.\($0.name).weight", message: "found 0: the objective does nothing")
      }
    }
    if let epoch = firstIdleEpoch {
      found.append(
        Inconsistency(
          key: "objectives",
          message: "none is on in epoch \(epoch) (from 0) of \(training.epochs), where the model "
            + "learns nothing"))
    }
    return found
  }

  /// The first epoch in which no objective is on; nil where there is none.
  private var firstIdleEpoch: Int? {
    let ranges = objectives.filter { $0.weight > 0 || training.asPublished.separateSteps }
      .map { $0.range(of: training.epochs) }
    // After a range the next epoch is on only by another range.
    var epoch = 0
    while epoch < training.epochs {
      let ends = ranges.filter { $0.contains(epoch) }.map(\.upperBound)
      guard let end = ends.max() else { return epoch }
      epoch = end
    }
    return nil
  }
}

extension ObjectiveConfig {
  package var warnings: [Inconsistency] { kind.warnings }

  /// The epochs of a training of so many in which it is on.
  fileprivate func range(of epochs: Int) -> Range<Int> {
    let end = min(epochs, (lastEpoch ?? epochs) + 1)
    return min(firstEpoch, end)..<end
  }

  fileprivate func scheduleWarnings(epochs: Int) -> [Inconsistency] {
    let range = range(of: epochs)
    guard !range.isEmpty else {
      return [
        Inconsistency(
          key: "firstEpoch",
          message: "found \(firstEpoch), but the training ends with epoch \(epochs - 1) (from 0): "
            + "the objective is never on")
      ]
    }
    guard warmup > range.count else { return [] }
    return [
      Inconsistency(
        key: "warmup",
        message:
          "found \(warmup), but the objective is on in \(range.count) epochs: its full weight "
          + "is never reached")
    ]
  }
}
