import Datasets
import Foundation
import Graph
import Records
import Tensor

/// The runner that trains the models of a config on its data.
///
/// - Throws: ``DataError`` where the data are missing or damaged.
package func makeSeedRunner(_ context: RunContext) throws -> any SeedRunner {
  try reserveWorkBuffers(threads: context.threads)
  context.progress.activity("loading \(context.config.data.name)")
  return try Parallel.withThreads(context.threads) {
    switch context.config.precision {
    case .float32: ExperimentTraining<Float>(context, try context.checkedData())
    case .float64: ExperimentTraining<Double>(context, try context.checkedData())
    }
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
    // What is wrong with a split is told before anything is trained.
    for seed in config.seeds.prefix(1) { try data.check(seed: seed) }
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
  ///
  /// - Throws: ``DataError`` where they are missing or damaged, or cannot be split as the config says.
  package func data<S: Scalar>(as type: S.Type = S.self) throws -> ExperimentData<S> {
    guard let source = config.data.source else {
      preconditionFailure("the data set \(config.data.name) passed validation")
    }
    return try source.load(self)
  }

  /// Where data are looked for.
  public var locator: DatasetLocator {
    DatasetLocator(directory: dataDirectory?.path, environment: variables)
  }

  /// Says something about the data to the user.
  public func report(_ message: String) { log.info("\(message)") }

  /// Says what is likelier a slip than meant.
  public func warn(_ message: String) { log.warning("\(message)") }

  /// Shows how far a download is, in bytes, and ends it on request.
  ///
  /// - Throws: Where the user asked for an end; let it through.
  public func showDownload(done: Int, total: Int?) throws {
    try interruption.check()
    let whole = total.map { " of \($0 / 1_000_000)" } ?? ""
    progress.activity("downloading: \(done / 1_000_000)\(whole) MB")
  }
}

extension DataError: ReportableError {
  package var exitCode: Int32 { isMissing ? ExitStatus.missingInput : ExitStatus.badData }
}

extension SafetensorsError: ReportableError {
  package var exitCode: Int32 { kind == .unwritable ? ExitStatus.runFailed : ExitStatus.badData }
}

extension GraphError: ReportableError {
  package var exitCode: Int32 { ExitStatus.badData }
}
