import Foundation
import Graph
import Tensor

/// The runner that trains the models of a config on its data.
///
/// - Throws: ``DataError`` where the data are missing or damaged.
func makeSeedRunner(_ context: RunContext) throws -> any SeedRunner {
  Parallel.threads = context.threads
  let dataset = try loadDataset(context)
  try checkTasks(of: context.config, fit: dataset)
  switch context.config.precision {
  case .float32: return ExperimentTraining<Float>(context, dataset)
  case .float64: return ExperimentTraining<Double>(context, try dataset.converted())
  }
}

/// Softmax cross-entropy is for data with one label a node.
private func checkTasks(
  of config: ExperimentConfig, fit dataset: InductiveDataset<Float>
) throws {
  guard
    let model = config.models.first(where: { $0.taskLoss != .binaryCrossEntropy }),
    !dataset.samples.allSatisfy(\.hasOneLabelPerNode)
  else { return }
  let message =
    "\(dataset.name) has several labels a node, for which the type of the task is \"bce\""
  throw ConfigError(
    source: config.name,
    problems: [JSONProblem(path: "models.\(model.name).objectives", message: message)])
}

private func loadDataset(_ context: RunContext) throws -> InductiveDataset<Float> {
  let config = context.config.data
  var provider = PPIProvider(
    locator: DatasetLocator(
      directory: context.dataDirectory?.path, environment: context.variables),
    offline: context.offline,
    onMissing: config.onMissing == .fail
      ? .fail : .synthetic(shape: config.synthetic.shape, seed: 1)
  )
  provider.log = { context.log.info("\($0)") }
  provider.progress = { done, total in
    try context.interruption.check()
    let whole = total.map { " of \($0 / 1_000_000)" } ?? ""
    context.progress.activity("downloading: \(done / 1_000_000)\(whole) MB")
  }
  context.progress.activity("loading \(config.name)")
  return try provider.dataset()
}

extension SyntheticDataConfig {
  /// The same size in the terms of the generator.
  var shape: SyntheticPPIShape {
    var shape = SyntheticPPIShape()
    shape.trainGraphs = trainGraphs
    shape.validGraphs = validGraphs
    shape.testGraphs = testGraphs
    shape.nodesPerGraph = nodesPerGraph
    shape.meanDegree = meanDegree
    shape.features = features
    shape.labels = labels
    return shape
  }
}

extension DataError: ReportableError {
  var exitCode: Int32 { isMissing ? ExitStatus.missingInput : ExitStatus.badData }
}

extension SafetensorsError: ReportableError {
  var exitCode: Int32 { kind == .unwritable ? ExitStatus.runFailed : ExitStatus.badData }
}
