import Distill
import Foundation
import Graph
import Layers
import Tensor

/// Trains one model with one seed: epochs over shuffled batches, evaluations, checkpoints.
final class ModelTrainer<S: Scalar> {
  private let config: ModelConfig
  private let data: InductiveDataset<S>
  private let seed: UInt64
  private let context: RunContext
  private let network: Network<S>
  private let objectives: WeightedObjectives<S>
  private let optimizer: any Optimizer<S>
  private let evaluator: Evaluator<S>
  private let metrics: MetricsLog
  private let checkpointFile: URL
  private var progress = TrainingProgress()
  private var selected: [String: Matrix<S>] = [:]
  private var lastSave = Date()

  /// Everything that is learnt: the network's parameters and those of the objectives.
  private var parameters: [Parameter<S>] { network.parameters + objectives.parameters }

  /// At least so many seconds lie between two checkpoints of a training that nobody interrupts.
  private let checkpointInterval = 15.0

  /// A training from the beginning, or from where its checkpoint stands.
  ///
  /// - Parameter lines: The lines of the metrics file that belong to models before this one.
  init(
    _ config: ModelConfig, data: InductiveDataset<S>, seed: UInt64, in directory: SeedDirectory,
    after lines: Int, objectives: WeightedObjectives<S>, network: Network<S>, context: RunContext
  ) throws {
    self.config = config
    self.data = data
    self.seed = seed
    self.context = context
    self.objectives = objectives
    self.network = network
    optimizer = config.training.optimizer.optimizer(
      of: network.parameters + objectives.parameters)
    evaluator = Evaluator(
      taskLoss: config.taskLoss, logitThreshold: context.config.metrics.logitThreshold,
      batchSize: context.config.data.batchSize)
    checkpointFile = directory.checkpoint(of: config.name)
    if FileManager.default.fileExists(atPath: checkpointFile.path) {
      let checkpoint = try Checkpoint<S>(contentsOf: checkpointFile)
      progress = checkpoint.progress
      selected = checkpoint.selected
      let path = checkpointFile.path
      try restore(
        network.parameters + objectives.parameters, from: checkpoint.parameters, path: path)
      try optimizer.restore(state: checkpoint.optimizer, stepCount: progress.step)
      context.log.info("\(config.name): going on from epoch \(progress.epoch + 1)")
    }
    metrics = try MetricsLog(directory.metrics, keeping: lines + progress.epoch)
  }

  /// Trains to the end and evaluates the kept weights.
  ///
  /// - Throws: ``Interrupted`` once the state is saved; ``RunError`` where a loss is not finite.
  func train() throws -> TrainedModel<S> {
    while progress.epoch < config.training.epochs { try trainEpoch() }
    context.progress.activity("evaluating \(config.name)")
    let last = values(of: network.parameters)
    let lastEvaluation = evaluateAll()
    if selected.isEmpty {
      progress.selection.epoch = config.training.epochs - 1
      selected = last
    }
    try restore(network.parameters, from: selected, path: checkpointFile.path)
    let selectedEvaluation =
      progress.selection.epoch == config.training.epochs - 1 ? lastEvaluation : evaluateAll()
    var result = ModelResult()
    result.name = config.name
    result.parameters = network.parameterCount
    result.epochs = config.training.epochs
    result.secondsPerEpoch = progress.seconds / Double(config.training.epochs)
    result.selectedEpoch = progress.selection.epoch ?? config.training.epochs - 1
    result.trainingLoss = progress.lastLoss
    (result.valid, result.test) = selectedEvaluation
    (result.validLast, result.testLast) = lastEvaluation
    return TrainedModel(result: result, last: last, selected: selected)
  }

  private func evaluateAll() -> (valid: [String: Double], test: [String: Double]) {
    (
      evaluator.evaluate(network, on: data.valid).metrics,
      evaluator.evaluate(network, on: data.test).metrics
    )
  }

  // MARK: One epoch

  private func trainEpoch() throws {
    let epoch = progress.epoch
    let batches = self.batches(epoch: epoch)
    let learningRate = config.training.learningRate(epoch: epoch)
    let begun = Date()
    while progress.batch < batches.count {
      if context.interruption.isRequested {
        progress.seconds += Date().timeIntervalSince(begun)
        try saveCheckpoint()
        throw Interrupted()
      }
      try trainBatch(batches[progress.batch], learningRate: learningRate)
    }
    let seconds = Date().timeIntervalSince(begun)
    progress.seconds += seconds
    progress.lastLoss = progress.sums.total / Double(batches.count)
    let validation = try evaluate(epoch: epoch)
    try record(epoch: epoch, validation, learningRate: learningRate, seconds: seconds)
    progress.epoch += 1
    progress.batch = 0
    progress.sums = TrainingProgress.LossSums()
    if Date().timeIntervalSince(lastSave) >= checkpointInterval { try saveCheckpoint() }
  }

  private func batches(epoch: Int) -> [[Int]] {
    var order = Array(data.train.indices)
    if context.config.data.shuffle {
      var random = RandomStream(seed: seed, purpose: "shuffle", step: epoch).generator()
      order = random.permutation(order.count)
    }
    return GraphBatch.batches(data.train, order: order, batchSize: context.config.data.batchSize)
  }

  private func trainBatch(_ members: [Int], learningRate: Double) throws {
    let batch = GraphBatch(data.train, members: members)
    let forward = ForwardContext.training(seed: seed, step: progress.step)
    let pass = network.forward(batch.features, on: batch.graph, forward)
    for parameter in parameters { parameter.clearGradient() }
    let value = objectives.evaluate(
      ObjectiveInput(batch: batch, taps: pass.taps, context: forward), epoch: progress.epoch)
    guard value.total.isFinite else { throw divergence(value) }
    pass.backward(value.gradients)
    if let limit = config.training.clipNorm { clipGradientNorm(parameters, limit: limit) }
    optimizer.step(learningRate: learningRate)
    progress.sums.add(total: value.total, losses: value.losses)
    progress.step += 1
    progress.batch += 1
  }

  private func divergence(_ value: WeightedObjectives<S>.Value) -> RunError {
    let losses = value.losses.map { "\($0.name) \($0.loss)" }.joined(separator: ", ")
    return RunError(
      message: "\(config.name), seed \(seed): the loss is not a finite number in epoch "
        + "\(progress.epoch + 1), batch \(progress.batch + 1) (\(losses)); try a lower learning "
        + "rate, or models.\(config.name).training.clipNorm")
  }

  // MARK: After an epoch

  private func evaluate(epoch: Int) throws -> Evaluation? {
    let training = config.training
    // The published rule looks at every n-th epoch only; the others do not pass over the last one.
    let isDue = epoch % training.evaluateEvery == 0
    let isLast = epoch == training.epochs - 1 && training.checkpoint != .validationRoseOrLossFell
    guard isDue || isLast else { return nil }
    let evaluation = evaluator.evaluate(network, on: data.valid)
    if progress.selection.keeps(
      epoch: epoch, score: evaluation.score(training.selectOn), loss: progress.lastLoss,
      by: training.checkpoint)
    {
      selected = values(of: network.parameters)
    }
    return evaluation
  }

  private func record(
    epoch: Int, _ validation: Evaluation?, learningRate: Double, seconds: Double
  ) throws {
    let losses = progress.sums.means
    var line: [String: JSONValue] = [
      "model": .string(config.name), "epoch": .integer(epoch), "loss": .real(progress.lastLoss),
      "losses": .object(
        Dictionary(uniqueKeysWithValues: losses.map { ($0.0, JSONValue.real($0.1)) })),
      "learningRate": .real(learningRate), "seconds": .real(seconds),
    ]
    if let validation { line["valid"] = .object(validation.metrics.mapValues(JSONValue.real)) }
    if data.isSynthetic { line["synthetic"] = true }
    try metrics.append(.object(line))
    context.progress.epoch(
      model: config.name, epoch: epoch, of: config.training.epochs,
      losses: losses.count > 1 ? [("loss", progress.lastLoss)] + losses : losses,
      validation: validation?.score(config.training.selectOn),
      secondsPerEpoch: progress.seconds / Double(epoch + 1))
  }

  private func saveCheckpoint() throws {
    var checkpoint = Checkpoint<S>()
    checkpoint.progress = progress
    checkpoint.parameters = values(of: parameters)
    checkpoint.optimizer = optimizer.state
    checkpoint.selected = selected
    try checkpoint.write(to: checkpointFile)
    lastSave = Date()
  }
}
