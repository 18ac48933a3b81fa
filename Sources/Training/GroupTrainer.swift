import Foundation
import Graph
import Records
import Tensor

/// Trains the models of a group together, in turns; a model that trains alone is a group of one.
///
/// Whose turn it is follows from where each model stands, so a checkpoint needs no word on it.
package final class GroupTrainer<S: Scalar> {
  private let trainers: [ModelTrainer<S>]
  private let context: RunContext
  private let checkpoints: CheckpointFile<S>
  private let metrics: MetricsLog
  private let isSynthetic: Bool
  private var lastSave = Date()

  /// At least so many seconds lie between two checkpoints of a training that nobody interrupts.
  private let checkpointInterval = 15.0

  /// A training from the beginning, or from where its checkpoint stands.
  ///
  /// - Parameters:
  ///   - trainers: The models, in the order of their turns.
  ///   - lines: The lines of the metrics file that belong to models before these.
  /// - Throws: ``CheckpointError``, ``ConfigError`` where there is a checkpoint, but none that can be
  ///   gone on from.
  package init(
    _ trainers: [ModelTrainer<S>], checkpoints: CheckpointFile<S>, metrics file: URL,
    after lines: Int,
    isSynthetic: Bool, context: RunContext
  ) throws {
    self.trainers = trainers
    self.checkpoints = checkpoints
    self.isSynthetic = isSynthetic
    self.context = context
    guard checkpoints.exists else {
      metrics = try MetricsLog(file, keeping: lines)
      return
    }
    var opened: MetricsLog?
    try checkpoints.restore(
      trainers.map(\.config.name), warn: { context.log.warning("\($0)") }
    ) { content in
      for (trainer, state) in zip(trainers, content.checkpoints) {
        try trainer.restore(state, path: content.url.path)
      }
      opened = try MetricsLog(
        file, keeping: lines + trainers.reduce(0) { $0 + $1.progress.epoch },
        digest: content.metrics)
    }
    metrics = opened!
    for trainer in trainers {
      context.log.info(
        "\(trainer.config.name): going on from epoch \(trainer.progress.epoch + 1)")
    }
  }

  /// Trains to the end and scores every model.
  ///
  /// - Throws: ``Interrupted`` once the state is saved; ``RunError`` where a loss is not finite.
  package func train() throws -> [TrainedModel<S>] {
    while let trainer = next() {
      try saveIfInterrupted()
      try trainer.step()
      context.interruption.holdsUnsavedWork = true
      guard trainer.isAtEndOfEpoch else { continue }
      try record(try trainer.endEpoch(), of: trainer)
      if Date().timeIntervalSince(lastSave) >= checkpointInterval { try saveCheckpoint() }
    }
    _ = try metrics.synchronize()
    return try trainers.map {
      try saveIfInterrupted()
      context.progress.activity("evaluating \($0.config.name)")
      return try $0.finish(path: checkpoints.url.path)
    }
  }

  /// Whose turn it is: the model's that is furthest behind, in epochs or in batches; of several, the
  /// first's. Nil once all are done.
  private func next() -> ModelTrainer<S>? {
    let waiting = trainers.indices.filter { !trainers[$0].isDone }
    guard let first = waiting.first else { return nil }
    let countsBatches = trainers[first].config.training.turns == .batch
    func standing(_ place: Int) -> (Int, Int, Int) {
      let progress = trainers[place].progress
      return (progress.epoch, countsBatches ? progress.batch : 0, place)
    }
    return waiting.min { standing($0) < standing($1) }.map { trainers[$0] }
  }

  private func record(_ epoch: ModelTrainer<S>.EpochSummary, of trainer: ModelTrainer<S>) throws {
    let config = trainer.config
    var line: [String: JSONValue] = [
      "model": .string(config.name), "epoch": .integer(epoch.epoch), "loss": .real(epoch.loss),
      "losses": .object(
        Dictionary(uniqueKeysWithValues: epoch.losses.map { ($0.0, JSONValue.real($0.1)) })),
      "learningRate": .real(epoch.learningRate), "seconds": .real(epoch.seconds),
    ]
    if let validation = epoch.validation {
      line["valid"] = .object(validation.metrics.mapValues(JSONValue.real))
    }
    if isSynthetic { line["synthetic"] = true }
    try metrics.append(.object(line))
    context.progress.epoch(
      model: config.name, epoch: epoch.epoch, of: config.training.epochs,
      losses: epoch.losses.count > 1 ? [("loss", epoch.loss)] + epoch.losses : epoch.losses,
      validation: epoch.validation.map { validation in
        let metric = config.training.selectOn
        return validation.scores[metric].map { (metric, $0) }
          ?? (Evaluation.lossName, validation.loss)
      },
      secondsPerEpoch: trainer.progress.seconds / Double(epoch.epoch + 1),
      modelsInTurn: trainers.count)
  }

  private func saveIfInterrupted() throws {
    guard context.interruption.isRequested else { return }
    try saveCheckpoint()
    throw Interrupted()
  }

  private func saveCheckpoint() throws {
    // The lines are on disk before a checkpoint counts on them.
    let lines = try metrics.synchronize()
    try checkpoints.write(trainers.map { ($0.config.name, $0.checkpoint) }, metrics: lines)
    lastSave = Date()
    context.interruption.holdsUnsavedWork = false
  }
}
