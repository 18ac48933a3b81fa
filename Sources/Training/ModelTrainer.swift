import Datasets
import Distill
import Foundation
import Graph
import Layers
import Records
import Tensor

/// A model in training with one seed: its steps, evaluations and scores. When its turn is, and where
/// its state is kept, is the affair of ``GroupTrainer``.
package final class ModelTrainer<S: Scalar> {
  /// What a model is trained with besides its own settings.
  package struct Context {
    package let data: GraphDataset<S>
    package let settings: ExperimentConfig
    package let seed: UInt64
    /// The place in its group, from 0.
    package let place: Int
    /// What changes each training batch, by seed and step; nil for batches as the data have them.
    package var augmentation: (any BatchAugmentation<S>)?
  }

  package let config: ModelConfig
  package let network: Network<S>
  /// What the other students of the group read of this one.
  package let features: TeacherFeatures<S>
  package private(set) var progress = TrainingProgress()
  private let context: Context
  private let objectives: WeightedObjectives<S>
  /// What each optimiser step of a batch is on: all objectives, or one each.
  private let steps: [WeightedObjectives<S>]
  private let optimizer: any Optimizer<S>
  private let evaluator: Evaluator<S>
  private lazy var validBatches = EvaluationBatches(
    data.valid, batchSize: context.settings.data.evaluationBatchSize)
  private lazy var testBatches = EvaluationBatches(
    data.test, batchSize: context.settings.data.evaluationBatchSize)
  private var selected: [String: Matrix<S>] = [:]
  private var order: (epoch: Int, batches: [[Int]])?

  /// Everything that is learnt: the network's parameters and those of the objectives.
  private var parameters: [Parameter<S>] { network.parameters + objectives.parameters }
  /// The same with what the network keeps besides.
  private var weights: [any NamedWeight<S>] { network.weights + objectives.parameters }
  private var data: GraphDataset<S> { context.data }

  /// A model before its first step.
  package init(
    _ config: ModelConfig, network: Network<S>, features: TeacherFeatures<S>,
    objectives: WeightedObjectives<S>, in context: Context
  ) {
    self.config = config
    self.network = network
    self.features = features
    self.objectives = objectives
    steps =
      config.training.asPublished.separateSteps
      ? objectives.terms.map { WeightedObjectives([$0]) } : [objectives]
    self.context = context
    optimizer = config.training.optimizer.settings.makeOptimizer(
      network.parameters + objectives.parameters)
    evaluator = Evaluator(
      taskLoss: config.taskLoss, logitThreshold: context.settings.metrics.logitThreshold,
      selected: config.training.usesScore ? config.training.selectOn : nil)
  }

  /// Whether all epochs are done, or the validation score has not risen for as long as it may.
  package var isDone: Bool {
    if progress.epoch == config.training.epochs { return true }
    guard let patience = config.training.patience, let stagnation = progress.stagnation else {
      return false
    }
    return stagnation.evaluations >= patience
  }

  // MARK: Steps

  /// Learns from the next batch of the epoch.
  ///
  /// - Throws: ``RunError`` where a loss or a gradient is not finite.
  package func step() throws {
    let begun = Date()
    defer { progress.epochSeconds += Date().timeIntervalSince(begun) }
    var batch = GraphBatch(data.train, members: batches[progress.batch])
    if let augmentation = context.augmentation {
      batch = augmentation.augmented(batch, seed: context.seed, step: progress.step)
    }
    try reportingDivergence("epoch \(progress.epoch + 1), batch \(progress.batch + 1)") {
      for objectives in steps { try step(on: batch, by: objectives) }
    }
    features.networkChanged()
    progress.batch += 1
  }

  /// A step of the optimiser.
  private func step(on batch: GraphBatch<S>, by objectives: WeightedObjectives<S>) throws {
    let forward = ForwardContext.training(seed: dropoutSeed, step: progress.step)
    try named { try network.checkTraining(on: batch.graph) }
    let pass = network.forward(batch.features, on: thinned(batch.graph), forward)
    for parameter in parameters { parameter.clearGradient() }
    let value = try named {
      try objectives.evaluate(
        ObjectiveInput(batch: batch, taps: pass.taps, context: forward), epoch: progress.epoch)
    }
    try value.checkFinite()
    pass.backward(value.gradients)
    if config.training.asPublished.separateSteps { completeGradients() }
    for parameter in parameters { try parameter.checkGradientFinite() }
    if let limit = config.training.clipNorm { clipGradientNorm(parameters, limit: limit) }
    optimizer.step(learningRate: learningRate)
    pass.commitState()
    progress.sums.add(total: value.total, losses: value.losses)
    progress.step += 1
  }

  /// What the network sees of a batch's graph in this step.
  private func thinned(_ graph: CSRGraph) -> CSRGraph {
    guard config.training.edgeDropout > 0 else { return graph }
    return graph.droppingEdges(
      probability: config.training.edgeDropout,
      stream: RandomStream(seed: dropoutSeed, purpose: "edge dropout", step: progress.step))
  }

  /// What a network or an objective has against a batch, as an error of this model.
  private func named<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as ObjectiveError {
      throw RunError(message: "\(config.name): \(error)")
    } catch let error as GraphLayerError {
      throw RunError(message: "\(config.name): \(error)")
    }
  }

  /// Gives weights that an objective of weight 0 has not reached a gradient of 0, as 0 times a loss
  /// does in the authors' code: the optimiser would pass over them.
  private func completeGradients() {
    for parameter in network.parameters where parameter.gradient == nil {
      parameter.accumulate(Matrix(zeros: parameter.value.rows, parameter.value.columns))
    }
  }

  /// Whether all batches of the epoch are done.
  package var isAtEndOfEpoch: Bool { progress.batch == batches.count }

  private var learningRate: Double {
    config.training.learningRate(epoch: progress.epoch, plateau: progress.plateau)
  }

  /// The graphs of each batch of the epoch.
  private var batches: [[Int]] {
    if let order, order.epoch == progress.epoch { return order.batches }
    var graphs = Array(data.train.indices)
    if context.settings.data.shuffle {
      var random = RandomStream(
        seed: context.seed, purpose: "shuffle\(shuffleMark)", step: progress.epoch
      ).generator()
      graphs = random.permutation(graphs.count)
    }
    var batches = GraphBatch.batches(
      data.train, order: graphs, batchSize: context.settings.data.batchSize)
    if context.settings.data.dropsLastBatch, batches.count > 1,
      batches[batches.count - 1].count < context.settings.data.batchSize
    {
      batches.removeLast()
    }
    order = (progress.epoch, batches)
    return batches
  }

  /// Students who take turns by the batch see the same batches, others each their own.
  private var shuffleMark: String {
    context.place == 0 || config.training.turns == .batch ? "" : " \(context.place)"
  }

  /// Students of a group drop different features.
  private var dropoutSeed: UInt64 {
    guard context.place > 0 else { return context.seed }
    return RandomStream(seed: context.seed, purpose: "student \(context.place)")
      .derivedSeed
  }

  // MARK: After an epoch

  /// What an epoch came to.
  package struct EpochSummary {
    package let epoch: Int
    package let loss: Double
    /// Each objective's mean over the batches in which it was on.
    package let losses: [(String, Double)]
    package let learningRate: Double
    /// Wall time without evaluations.
    package let seconds: Double
    /// The scores on validation, where the epoch was evaluated.
    package let validation: Evaluation?
  }

  /// Evaluates, keeps the weights by the checkpoint rule, and goes on to the next epoch.
  ///
  /// - Throws: ``RunError`` where weights, the optimiser's state or predictions are not finite.
  package func endEpoch() throws -> EpochSummary {
    let loss = progress.sums.total / Double(batches.count)
    progress.lastLoss = loss
    let validation = try reportingDivergence("after epoch \(progress.epoch + 1)") {
      for weight in weights { try NotFinite.check(weight.value, weight.name) }
      try optimizer.checkFinite()
      return try validate()
    }
    if config.training.asPublished.reloadsBest, !selected.isEmpty {
      for weight in network.weights { weight.value = selected[weight.name]! }
      features.networkChanged()
    }
    // Where the checkpoint goes by the loss, a score that is not defined may be missing.
    progress.curve?.add(loss: loss, score: validation?.scores[config.training.selectOn])
    let summary = EpochSummary(
      epoch: progress.epoch, loss: loss, losses: progress.sums.means,
      learningRate: learningRate, seconds: progress.epochSeconds, validation: validation)
    watchPlateau(loss: loss, validation: validation)
    progress.seconds += progress.epochSeconds
    progress.epochSeconds = 0
    progress.epoch += 1
    progress.batch = 0
    progress.sums = TrainingProgress.LossSums()
    return summary
  }

  /// Shows a schedule with a plateau what the epoch came to, for the rate of those after it.
  private func watchPlateau(loss: Double, validation: Evaluation?) {
    let training = config.training
    guard let plateau = training.schedule.settings.plateau, progress.epoch >= training.warmup else {
      return
    }
    let value: Double? =
      switch plateau.watches {
      case .trainingLoss: loss
      case .validationLoss: validation?.loss
      case .validationScore: validation?.score(training.selectOn)
      }
    guard let value else { return }
    var seen = progress.plateau ?? Plateau()
    seen.add(value, by: plateau.rule(of: training.selectOn))
    progress.plateau = seen
  }

  private func validate() throws -> Evaluation? {
    let training = config.training
    let epoch = progress.epoch
    let isDue = epoch % training.evaluateEvery == 0
    let isLast = training.evaluatesLast && epoch == training.epochs - 1
    guard isDue || isLast else { return nil }
    let evaluation = try named {
      try evaluator.evaluate(network, on: [validBatches], named: ["the validation part"])[0]
    }
    let score =
      training.checkpoint == .lowestValidationLoss
      ? -evaluation.loss : evaluation.rank(by: training.selectOn)
    progress.stagnation = .after(score, progress.stagnation)
    if progress.selection.keeps(
      epoch: epoch, score: score, loss: progress.lastLoss, by: training.checkpoint)
    {
      selected = values(of: network.weights)
    }
    return evaluation
  }

  // MARK: Before and after training

  /// The state from which training goes on to the same bits.
  package var checkpoint: Checkpoint<S> {
    var checkpoint = Checkpoint<S>()
    checkpoint.progress = progress
    checkpoint.parameters = values(of: weights)
    checkpoint.optimizer = optimizer.state
    checkpoint.selected = selected
    return checkpoint
  }

  /// Takes up the state of a checkpoint.
  ///
  /// - Throws: ``CheckpointError`` where it is of another model.
  package func restore(_ checkpoint: Checkpoint<S>, path: String) throws {
    try checkpoint.check(
      for: config.training, batches: batches.count, steps: steps.count, network: network,
      path: path)
    try Training.restore(weights, from: checkpoint.parameters, path: path)
    try optimizer.restore(state: checkpoint.optimizer, stepCount: checkpoint.progress.step)
    progress = checkpoint.progress
    selected = checkpoint.selected
    features.networkChanged()
  }

  /// Scores the last and the kept weights; the network has the kept ones afterwards.
  ///
  /// - Throws: ``RunError`` where predictions are not finite.
  package func finish(path: String) throws -> TrainedModel<S> {
    let last = values(of: network.weights)
    let lastEvaluation = try evaluateAll("with the weights of the last epoch")
    let epochs = progress.epoch
    let lastEpoch = epochs - 1
    let selectedEpoch = progress.selection.epoch ?? lastEpoch
    if selected.isEmpty { selected = last }
    try Training.restore(network.weights, from: selected, path: path)
    var result = ModelResult()
    result.name = config.name
    result.parameters = network.parameterCount
    result.epochs = epochs
    result.secondsPerEpoch = progress.seconds / Double(epochs)
    result.selectedEpoch = selectedEpoch
    result.trainingLoss = progress.lastLoss
    (result.valid, result.test) =
      selectedEpoch == lastEpoch
      ? lastEvaluation : try evaluateAll("with the weights of epoch \(selectedEpoch + 1)")
    (result.validLast, result.testLast) = lastEvaluation
    result.curve = progress.curve ?? LearningCurve()
    return TrainedModel(result: result, last: last, selected: selected)
  }

  private func evaluateAll(
    _ weights: String
  ) throws -> (valid: [String: Double], test: [String: Double]) {
    try reportingDivergence(weights) {
      let evaluations = try named {
        try evaluator.evaluate(
          network, on: [validBatches, testBatches],
          named: ["the validation part", "the test part"],
          isFinal: true)
      }
      return (
        evaluations[0].metrics, evaluations[1].metrics.merging(try scoresOfTestParts()) { $1 }
      )
    }
  }

  /// The figures of test nodes that training saw, and of those that it did not, where there are such: by
  /// names such as "inductive.accuracy".
  private func scoresOfTestParts() throws -> [String: Double] {
    var scores: [String: Double] = [:]
    var evaluator = evaluator
    // Whether a metric that is not defined on a part may be missing is the affair of all test nodes.
    evaluator.selected = nil
    for (part, sample) in zip(data.testParts, data.test) {
      let batches = EvaluationBatches([sample], batchSize: 1)
      let evaluation = try evaluator.evaluate(
        network, on: [batches], named: ["the \(part.rawValue) test nodes"], isFinal: true)[0]
      for (metric, score) in evaluation.metrics { scores[part.name(of: metric)] = score }
    }
    return scores
  }

  /// Does a piece of work; what is not finite there ends the run, by a sentence that says where.
  private func reportingDivergence<R>(_ place: String, _ work: () throws -> R) throws -> R {
    do {
      return try work()
    } catch let error as NotFinite {
      throw RunError(
        message:
          "\(config.name), seed \(context.seed), \(place): \(error); try a lower "
          + "models.\(config.name).training.optimizer.learningRate, a "
          + "models.\(config.name).training.clipNorm, or features of a smaller scale")
    }
  }
}
