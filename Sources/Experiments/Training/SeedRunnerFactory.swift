import Foundation
import Graph
import Tensor

/// The runner that trains the models of a config on its data.
///
/// - Throws: ``DataError`` where the data are missing or damaged.
func makeSeedRunner(_ context: RunContext) throws -> any SeedRunner {
  Parallel.threads = context.threads
  try reserveWorkBuffers(threads: context.threads)
  context.progress.activity("loading \(context.config.data.name)")
  switch context.config.precision {
  case .float32: return ExperimentTraining<Float>(context, try context.checkedData())
  case .float64: return ExperimentTraining<Double>(context, try context.checkedData())
  }
}

/// Has OpenBLAS take the memory that it works in, before anything else can take it.
///
/// - Throws: ``RunError`` where there is not enough.
private func reserveWorkBuffers(threads: Int) throws {
  guard !OpenBLAS.reserveBuffers(threads: threads) else { return }
  let bytes = Double(threads * OpenBLAS.bytesPerThread)
  let room =
    AvailableMemory.now.map { " (\($0.bound) \(MemoryEstimate.words($0.bytes)))" } ?? ""
  throw RunError(
    message: "not enough memory: OpenBLAS works in \(MemoryEstimate.words(bytes)) of address space "
      + "for \(threads) threads\(room); raise the limit (ulimit -v), or take fewer with --threads")
}

extension RunContext {
  /// The data that the config names, once its models are known to fit their graphs.
  fileprivate func checkedData<S: Scalar>() throws -> ExperimentData<S> {
    let data: ExperimentData<S> = try data()
    try interruption.check()
    if let seed = config.seeds.first {
      try config.checkMemory(
        on: DataSizes(
          of: data.parts(seed: seed).train, batchSize: config.data.batchSize,
          features: data.featureCount, labels: data.labelCount))
    }
    // Makes networks and decompositions to see whether they go with the graphs.
    try config.checkGraphs(of: data)
    return data
  }

  /// The data that the config names.
  private func data<S: Scalar>() throws -> ExperimentData<S> {
    if config.data.isOneGraph { return try nodeData() }
    let parts = try loadPPI()
    try checkTasks(fit: parts)
    return ExperimentData(try parts.converted())
  }

  /// Softmax cross-entropy is for data with one label a node.
  private func checkTasks(fit dataset: InductiveDataset<Float>) throws {
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

  private func loadPPI() throws -> InductiveDataset<Float> {
    let data = config.data
    var provider = PPIProvider(
      locator: locator, offline: offline,
      onMissing: data.onMissing == .fail
        ? .fail : .synthetic(shape: data.synthetic.shape, seed: 1))
    provider.log = { log.info("\($0)") }
    provider.progress = showDownload
    return try provider.dataset()
  }

  /// Where data are looked for.
  var locator: DatasetLocator {
    DatasetLocator(directory: dataDirectory?.path, environment: variables)
  }

  /// Shows how far a download is, and ends it on request.
  func showDownload(done: Int, total: Int?) throws {
    try interruption.check()
    let whole = total.map { " of \($0 / 1_000_000)" } ?? ""
    progress.activity("downloading: \(done / 1_000_000)\(whole) MB")
  }
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

extension GraphError: ReportableError {
  var exitCode: Int32 { ExitStatus.badData }
}
