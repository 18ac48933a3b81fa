import Foundation
import Logging

/// One run of an experiment, from the config to the printed result.
struct ExperimentRun {
  private let command: RunCommand
  private let environment: CommandEnvironment
  private let config: ExperimentConfig
  private let defaultDirectory: String
  private let threads: Int
  private let progress: ProgressReporter
  private let log: Logger

  /// Reads the config.
  ///
  /// - Throws: ``InputError``, ``ConfigError``.
  init(command: RunCommand, environment: CommandEnvironment) throws {
    self.command = command
    self.environment = environment
    let options = command.options
    let file = try ConfigFile(path: options.config, relativeTo: environment.currentDirectory)
    config = try file.resolve(
      quick: options.quick, overrides: options.overrides + options.seedOverride)
    let plain = try file.resolve(quick: options.quick)
    defaultDirectory = Self.directory(of: config, plain: plain, quick: options.quick)
    threads = command.threads ?? ProcessInfo.processInfo.activeProcessorCount
    progress = ProgressReporter(
      terminal: environment.terminal, quiet: command.quiet, now: environment.now)
    log = Logger(terminal: environment.terminal, quiet: command.quiet)
  }

  /// The folder of a run: `runs/NAME`, and where `--set` made another experiment of it, a mark of
  /// that experiment, so that the runs of a sweep do not collide.
  private static func directory(
    of config: ExperimentConfig, plain: ExperimentConfig, quick: Bool
  ) -> String {
    var path = "runs/\(config.name)"
    if quick { path += "-quick" }
    if config.identity != plain.identity { path += "-\(StableHash.hash(config.identity))" }
    return path
  }

  /// Runs the seeds that are not done yet and prints the result of all.
  func execute() throws {
    var directory = runDirectory(command.out ?? defaultDirectory)
    try directory.checkWritable()
    if !command.restart {
      try directory.checkConfig(config)
      // A run on real data that is complete needs no data; for one on a stand-in there may be real
      // data by now.
      if let dataset = try directory.dataset(), !dataset.synthetic,
        let result = try completeResult(in: directory, dataset: dataset)
      {
        return try reuse(result, in: directory)
      }
    }

    let runner = try environment.makeSeedRunner(
      RunContext(
        config: config, threads: threads,
        dataDirectory: command.data.map {
          URL(
            filePath: $0, directoryHint: .isDirectory, relativeTo: environment.currentDirectory)
        },
        offline: command.offline,
        models: command.models.map {
          ModelStore(
            url: URL(
              filePath: $0, directoryHint: .isDirectory, relativeTo: environment.currentDirectory))
        },
        progress: progress, log: log,
        interruption: environment.interruption))
    progress.finish()
    progress.synthetic = runner.dataset.synthetic
    if runner.dataset.synthetic && command.out == nil {
      // Apart, so that the real data's results take their own place once there are any.
      directory = runDirectory(defaultDirectory + "-synthetic")
    }
    let lock = try RunLock(directory)
    try withExtendedLifetime(lock) { try run(runner, in: directory) }
  }

  private func run(_ runner: any SeedRunner, in directory: RunDirectory) throws {
    if command.restart { try directory.clear(for: config, dataset: runner.dataset) }
    try directory.begin(config, dataset: runner.dataset)
    if let result = try completeResult(in: directory, dataset: runner.dataset) {
      return try reuse(result, in: directory)
    }

    log.info("\(mark(runner.dataset))running in \(directory.name), \(threads) threads")
    var provenance = try Provenance(
      beginning: directory, arguments: environment.arguments, threads: threads,
      seeds: config.seeds, libraries: runner.libraries, now: environment.now())
    let result: RunResult
    do {
      result = try runSeeds(runner, in: directory)
    } catch {
      progress.finish()
      let isInterrupted = error is Interrupted
      try provenance.end(isInterrupted ? "interrupted" : "failed", now: environment.now())
      guard isInterrupted else { throw error }
      throw Interrupted(
        message: "interrupted; the state is saved in \(directory.name), and the same command"
          + (command.restart ? " without --restart" : "") + " goes on from there")
    }
    try provenance.end("complete", now: environment.now())
    show(result, in: directory)
  }

  private func runSeeds(_ runner: any SeedRunner, in directory: RunDirectory) throws -> RunResult {
    var result = try save(directory.results(for: config), of: runner.dataset, in: directory)
    for (position, seed) in config.seeds.enumerated() {
      let seedDirectory = directory.seed(seed)
      guard try seedDirectory.result(for: config) == nil else {
        log.info("\(mark(runner.dataset))seed \(seed) is done")
        continue
      }
      try environment.interruption.check()
      try seedDirectory.create()
      progress.begin(seed: seed, position: position, of: config.seeds.count)
      try seedDirectory.save(try runner.run(seed: seed, in: seedDirectory), for: config)
      result = try save(directory.results(for: config), of: runner.dataset, in: directory)
    }
    return result
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
    _ results: [SeedResult], of dataset: DatasetSummary, in directory: RunDirectory
  ) throws -> RunResult {
    let result = RunResult(config: config, dataset: dataset, results: results)
    try JSONFile.write(result.json, to: directory.resultFile)
    return result
  }

  private func reuse(_ result: RunResult, in directory: RunDirectory) throws {
    // The folder may have been left with the result of other seeds.
    try JSONFile.write(result.json, to: directory.resultFile)
    log.info(
      """
      \(mark(result.dataset))\(directory.name) holds the complete run \
      already, on data from \(result.dataset.source); --restart runs it again
      """)
    show(result, in: directory)
  }

  private func show(_ result: RunResult, in directory: RunDirectory) {
    progress.finish()
    environment.output(command.json ? result.json.prettyText : ResultTable(result: result).text)
    log.info("\(mark(result.dataset))the result is in \(directory.name)/result.json")
  }

  private func mark(_ dataset: DatasetSummary) -> String {
    dataset.synthetic ? "[synthetic] " : ""
  }

  private func runDirectory(_ path: String) -> RunDirectory {
    RunDirectory(path: path, relativeTo: environment.currentDirectory)
  }
}
