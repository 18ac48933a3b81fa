import Records

/// How one model is trained.
package struct TrainingConfig: Record {
  package var epochs = 1
  package var turns = Turns.epoch
  package var optimizer = OptimizerConfig()
  package var schedule = ScheduleConfig()
  /// Epochs in which the rate rises to the full one before the schedule begins.
  package var warmup = 0
  /// The gradient of all parameters together is scaled down to this Euclidean norm; nil for none.
  package var clipNorm: Double?
  /// The probability that the network does not see an edge in a step.
  package var edgeDropout = 0.0
  /// Epochs between evaluations on the validation graphs.
  package var evaluateEvery = 1
  package var checkpoint = Checkpoint.bestValidation
  /// The name of a registered metric.
  package var selectOn = MicroF1.name
  /// Evaluations in a row without a better score, or a lower loss where checkpoints go by it, after
  /// which the training ends; nil for all epochs.
  package var patience: Int?
  package var asPublished = PublishedTrainingConfig()

  /// Whether the model is evaluated after the last epoch in any case. The published rule looks at
  /// every n-th epoch only.
  package var evaluatesLast: Bool { checkpoint != .validationRoseOrLossFell }

  /// The epochs that the schedule is of: those behind the warm-up.
  package var scheduledEpochs: Int { max(0, epochs - warmup) }

  /// Whether anything goes by the validation score.
  package var usesScore: Bool {
    checkpoint != .lowestValidationLoss || schedule.settings.plateau?.watches == .validationScore
  }

  /// How models that train together take turns.
  package enum Turns: String, CaseIterable {
    /// Each a whole epoch, as published.
    case epoch
    /// Each a batch, all the same one.
    case batch
  }

  /// Which epoch's weights are kept.
  package enum Checkpoint: String, CaseIterable {
    /// At an evaluation, where the validation score rose over the best so far or the training loss
    /// fell below the lowest so far.
    case validationRoseOrLossFell
    /// At an evaluation, where the validation score rose over the best so far.
    case bestValidation
    /// At an evaluation, where the task loss on the validation nodes fell below the lowest so far.
    case lowestValidationLoss
    /// The last epoch's.
    case last
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "epochs", &epochs, .integer(1...1_000_000), required: true,
      "Passes over the training graphs.")
    visitor.field(
      "turns", &turns, .choice,
      "How models that train together take turns: each a whole epoch, or each a batch.")
    visitor.record("optimizer", &optimizer, required: true, "The optimiser.")
    visitor.record("schedule", &schedule, "How the learning rate changes over epochs.")
    visitor.field(
      "warmup", &warmup, .integer(0...1_000_000),
      "Epochs in which the learning rate rises linearly to the full one; the schedule begins behind "
        + "them, as if the training did.")
    visitor.field(
      "clipNorm", &clipNorm, .orNull(.number(.positive)),
      "The gradient is scaled down to at most this Euclidean norm; null for no limit.")
    visitor.field(
      "edgeDropout", &edgeDropout, .dropout,
      "The probability that an edge, but a self loop, is left out of the graph that the network sees in a "
        + "training step; objectives and evaluations have all edges (DropEdge, Rong et al., ICLR 2020)."
    )
    visitor.field(
      "evaluateEvery", &evaluateEvery, .integer(1...1_000_000),
      "Epochs between evaluations on the validation graphs.")
    visitor.field(
      "checkpoint", &checkpoint, .choice,
      "Which weights are kept: where the validation score rose or the training loss fell, where "
        + "the score rose, where the validation loss fell, or the last.")
    visitor.field(
      "selectOn", &selectOn, .oneOf(Registries.metrics.names),
      "The validation score that checkpoints go by, and plateaus of the score.")
    visitor.field(
      "patience", &patience, .orNull(.integer(1...1_000_000)),
      "Evaluations in a row without a better validation score, or without a lower validation loss "
        + "where checkpoints go by it, after which the training ends; null for all epochs.")
    visitor.record(
      "asPublished", &asPublished, "Quirks of published training loops, to compare with.")
  }
}

/// Quirks of the training loop that frameless distillation was published with.
package struct PublishedTrainingConfig: Record {
  /// Each objective takes a step of its own.
  package var separateSteps = false
  /// Every epoch ends with the best weights so far.
  package var reloadsBest = false

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "separateSteps", &separateSteps, .boolean,
      "Each objective takes an optimiser step of its own, one after the other; one of weight 0 takes "
        + "its step with a gradient of 0, by which moments and weight decay still move the weights."
    )
    visitor.field(
      "reloadsBest", &reloadsBest, .boolean,
      "After every epoch the network goes back to the weights kept so far; the optimiser goes on as "
        + "it stands.")
  }
}
