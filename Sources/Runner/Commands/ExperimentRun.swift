import Foundation
import Logging
import Records
import Reports
import Training

/// One run of an experiment: trains the seeds that are not done yet.
struct ExperimentRun {
  let log: Logger
  private let config: ExperimentConfig
  private let training: TrainingOptions
  private let restart: Bool
  private let environment: CommandEnvironment
  private let folder: (DatasetSummary) throws -> String
  private let progress: ProgressReporter

  /// - Parameters:
  ///   - restart: whether seeds are run again though they are done or begun.
  ///   - folder: the run's folder for the data at hand. Called before any work on them; what it
  ///     throws ends the run.
  init(
    config: ExperimentConfig, training: TrainingOptions, restart: Bool,
    environment: CommandEnvironment, folder: @escaping (DatasetSummary) throws -> String
  ) {
    self.config = config
    self.training = training
    self.restart = restart
    self.environment = environment
    self.folder = folder
    progress = ProgressReporter(
      terminal: environment.terminal, quiet: training.quiet, now: environment.now)
    log = Logger(terminal: environment.terminal, quiet: training.quiet)
  }

  /// Runs the seeds that are not done yet.
  ///
  /// - Parameter path: the folder of a run on real data, which needs none where it is complete.
  /// - Returns: the result of all seeds, and the folder that holds it.
  /// - Throws: ``Interrupted`` once the state is saved, and other ``ReportableError``.
  func execute(in path: String) throws -> (result: RunResult, directory: RunDirectory) {
    let directory = runDirectory(path)
    try directory.checkWritable()
    if !restart { try directory.checkConfig(config) }
    var available: (any SeedRunner)?
    if let result = try completeResultOnRealData(in: directory) {
      available = try runnerWhereDataAreHere()
      guard available != nil else {
        log.info("the data of \(directory.name) are not here: the run cannot be held to them")
        return (try reuse(result, in: directory), directory)
      }
    }
    let runner = try available ?? makeRunner(offline: training.offline)
    progress.finish()
    progress.synthetic = runner.dataset.synthetic
    let chosen = runDirectory(try folder(runner.dataset))
    let lock = try RunLock(chosen, log: log)
    return try withExtendedLifetime(lock) { (try run(runner, in: chosen), chosen) }
  }

  /// What a run on real data that is complete came to. It needs no data, but is held to them where
  /// they are here; for one on a stand-in there may be real data by now.
  private func completeResultOnRealData(in directory: RunDirectory) throws -> RunResult? {
    guard !restart, let dataset = try directory.dataset(), !dataset.synthetic else { return nil }
    try directory.checkOrigin()
    return try completeResult(in: directory, dataset: dataset)
  }

  /// The runner on the data, nil where they are not here. Nothing is downloaded.
  private func runnerWhereDataAreHere() throws -> (any SeedRunner)? {
    do {
      let runner = try makeRunner(offline: true)
      return runner.dataset.synthetic ? nil : runner
    } catch let error as any ReportableError where error.exitCode == ExitStatus.missingInput {
      return nil
    }
  }

  private func makeRunner(offline: Bool) throws -> any SeedRunner {
    try environment.makeSeedRunner(
      RunContext(
        config: config, threads: training.threadCount,
        dataDirectory: training.data.map(folder(named:)), variables: environment.variables,
        offline: offline,
        models: training.models.map { ModelStore(url: folder(named: $0)) }, progress: progress,
        log: log,
        interruption: environment.interruption))
  }

  private func run(_ runner: any SeedRunner, in directory: RunDirectory) throws -> RunResult {
    if restart { try directory.clear(for: config, dataset: runner.dataset) }
    try directory.begin(config, dataset: runner.dataset)
    if let result = try completeResult(in: directory, dataset: runner.dataset) {
      return try reuse(result, in: directory)
    }

    log.info(
      "\(runner.dataset.mark)running in \(directory.name), \(training.threadCount) threads")
    for warning in config.allWarnings { log.warning("\(warning.description)") }
    var provenance = try Provenance(
      beginning: directory, arguments: environment.arguments, threads: training.threadCount,
      seeds: config.seeds, libraries: runner.libraries, now: environment.now())
    for change in provenance.changes {
      log.warning(
        """
        \(runner.dataset.mark)\(change): the last bits may differ from those of a run on one machine
        """)
    }
    let result: RunResult
    do {
      result = try runSeeds(runner, in: directory)
    } catch {
      progress.finish()
      let isInterrupted = error is Interrupted
      try provenance.end(isInterrupted ? "interrupted" : "failed", now: environment.now())
      try saveEnd(of: directory, runner.dataset, isInterrupted ? .interrupted : .failed)
      guard isInterrupted else { throw error }
      throw Interrupted(
        message: "interrupted; the state is saved in \(directory.name), and the same command"
          + (restart ? " without --restart" : "") + " goes on from there")
    }
    try provenance.end("complete", now: environment.now())
    progress.finish()
    return result
  }

  private func runSeeds(_ runner: any SeedRunner, in directory: RunDirectory) throws -> RunResult {
    var result = try save(
      directory.results(for: config), of: runner.dataset, in: directory, rest: .running)
    for (position, seed) in config.seeds.enumerated() {
      let seedDirectory = directory.seed(seed)
      guard try seedDirectory.result(for: config) == nil else {
        log.info("\(runner.dataset.mark)seed \(seed) is done")
        continue
      }
      try environment.interruption.check()
      try seedDirectory.create()
      progress.begin(seed: seed, position: position, of: config.seeds.count)
      try seedDirectory.save(try runner.run(seed: seed, in: seedDirectory), for: config)
      result = try save(
        directory.results(for: config), of: runner.dataset, in: directory, rest: .running)
    }
    return result
  }

  /// Writes why seeds are missing. That the results are damaged is told when they are asked for again.
  private func saveEnd(
    of directory: RunDirectory, _ dataset: DatasetSummary, _ rest: RunResult.Rest
  ) throws {
    let results: [SeedResult]
    do {
      results = try directory.results(for: config)
    } catch is any ReportableError {
      return
    }
    _ = try save(results, of: dataset, in: directory, rest: rest)
  }

  // MARK: Results

  private func completeResult(
    in directory: RunDirectory, dataset: DatasetSummary
  ) throws -> RunResult? {
    let results = try directory.results(for: config)
    let result = RunResult(config: config, dataset: dataset, results: results)
    return result.isComplete ? result : nil
  }

  private func save(
    _ results: [SeedResult], of dataset: DatasetSummary, in directory: RunDirectory,
    rest: RunResult.Rest
  ) throws -> RunResult {
    var result = RunResult(config: config, dataset: dataset, results: results)
    result.rest = rest
    try SealedJSON.write(result.json, to: directory.resultFile)
    return result
  }

  private func reuse(_ result: RunResult, in directory: RunDirectory) throws -> RunResult {
    // The folder may have been left with the result of other seeds.
    try SealedJSON.write(result.json, to: directory.resultFile)
    log.info(
      """
      \(result.dataset.mark)\(directory.name) holds the complete run \
      already, on data from \(result.dataset.source); --restart runs it again
      """)
    return result
  }

  private func folder(named name: String) -> URL {
    URL(filePath: name, directoryHint: .isDirectory, relativeTo: environment.currentDirectory)
  }

  private func runDirectory(_ path: String) -> RunDirectory {
    RunDirectory(path: path, relativeTo: environment.currentDirectory)
  }
}
