import Foundation
import Logging
import Records
import Reports
import Training

/// Runs what a table lacks and renders it from the files that it keeps.
struct TableRun {
  private let command: TableCommand
  private let environment: CommandEnvironment
  private let file: TableFile
  /// The experiments that are run where they lack something.
  private let chosen: [TableFile.Experiment]
  private let log: Logger

  /// Reads the table and its configs.
  ///
  /// - Throws: ``InputError``, ``ConfigError``, ``UsageError``.
  init(command: TableCommand, environment: CommandEnvironment) throws {
    self.command = command
    self.environment = environment
    file = try TableFile(
      path: command.table, relativeTo: environment.currentDirectory, quick: command.quick,
      addedSeeds: command.seeds ?? [])
    chosen = try Self.chosen(command.experiments, of: file.experiments)
    log = Logger(terminal: environment.terminal, quiet: command.training.quiet)
  }

  /// The experiments of a list of names, in the table's order; all of them without a list.
  private static func chosen(
    _ list: String?, of experiments: [TableFile.Experiment]
  ) throws -> [TableFile.Experiment] {
    guard let list else { return experiments }
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let known = experiments.map(\.name)
    if let name = names.first(where: { !known.contains($0) }) {
      throw UsageError(
        message: "--experiments \(list): \(missing("experiment", name, among: known))")
    }
    if let twice = firstDuplicate(of: names) {
      throw UsageError(message: "--experiments \(list): the experiment \(twice) occurs twice")
    }
    return experiments.filter { names.contains($0.name) }
  }

  /// Runs, renders and prints; with `--render` runs nothing.
  func execute() throws {
    if command.render {
      try renderOnly()
      return
    }
    do {
      try run(synthetic: false)
    } catch is StandInData {
      log.info(
        """
        [synthetic] the real data are not to be had: the table is made on a stand-in, in \
        \(place(synthetic: true).resultsName)
        """)
      try run(synthetic: true)
    }
  }

  /// Ends a run for real data as soon as the data turn out to be a stand-in.
  private struct StandInData: Error {}

  private func place(synthetic: Bool) -> TablePlace {
    TablePlace(
      file, synthetic: synthetic, out: command.out,
      currentDirectory: environment.currentDirectory)
  }

  // MARK: Running

  private func run(synthetic: Bool) throws {
    let place = place(synthetic: synthetic)
    let lock = try RunLock(runDirectory(place.runs), log: log)
    try withExtendedLifetime(lock) {
      // Nothing is trained before all that is there is known to fit.
      for experiment in chosen {
        try prepare(experiment, in: place, synthetic: synthetic)
      }
      var failures: [String] = []
      for experiment in chosen {
        do {
          try run(experiment, in: place, synthetic: synthetic)
        } catch let error as RunError {
          log.error("\(experiment.name): \(error)")
          failures.append(experiment.name)
        } catch let error as Interrupted {
          try renderWhatIsThere(in: place)
          throw error
        }
        try renderWhatIsThere(in: place)
      }
      guard failures.isEmpty else {
        throw RunError(
          message: "\(failures.count) of \(chosen.count) experiments failed: "
            + "\(failures.joined(separator: ", ")); the table in \(place.resultsName) has the "
            + "others")
      }
      try show(try report(in: place), in: place)
    }
  }

  /// Makes sure that what is there of an experiment fits; with `--restart` removes what does not.
  private func prepare(
    _ experiment: TableFile.Experiment, in place: TablePlace, synthetic: Bool
  ) throws {
    try replacing(place.store, experiment) {
      try place.store.checkConfig(of: experiment, quick: file.quick)
    }
    guard try !seedsToRun(of: experiment, in: place, synthetic: synthetic).isEmpty else { return }
    let run = runDirectory(of: experiment, in: place)
    try replacing(run) {
      try run.checkConfig(experiment.config)
      try run.checkOrigin()
    }
  }

  /// Makes sure that what is there of an experiment was made on the data at hand; with `--restart`
  /// removes what was not.
  private func check(
    _ dataset: DatasetSummary, of experiment: TableFile.Experiment, in place: TablePlace
  ) throws {
    try replacing(place.store, experiment) {
      try place.store.checkData(of: experiment, dataset)
    }
    let run = runDirectory(of: experiment, in: place)
    try replacing(run) { try run.checkDataset(dataset) }
  }

  /// Makes a check; where it fails and `--restart` is given, removes what is kept of an experiment.
  private func replacing(
    _ store: TableStore, _ experiment: TableFile.Experiment, check: () throws -> Void
  ) throws {
    do {
      try check()
    } catch let error where command.restart && (error is StoredResultsError || error is ConfigError)
    {
      log.info("\(error)\nremoving what is kept of \(experiment.name)")
      try store.remove(experiment.name)
    }
  }

  /// The same for a run's folder.
  private func replacing(_ run: RunDirectory, check: () throws -> Void) throws {
    do {
      try check()
    } catch is RunDirectoryError where command.restart {
      log.info("removing the run in \(run.name)")
      try run.remove()
    }
  }

  /// The seeds of an experiment whose results are not there.
  private func seedsToRun(
    of experiment: TableFile.Experiment, in place: TablePlace, synthetic: Bool
  ) throws -> [UInt64] {
    // In a folder of the user's choice, results on a stand-in do not stand for those on real data.
    let done = try place.store.seeds(of: experiment)
      .filter { synthetic || !$0.dataset.synthetic }.map(\.result.seed)
    return experiment.config.seeds.filter { !done.contains($0) }
  }

  private func run(
    _ experiment: TableFile.Experiment, in place: TablePlace, synthetic: Bool
  ) throws {
    var config = experiment.config
    config.seeds = try seedsToRun(of: experiment, in: place, synthetic: synthetic)
    guard !config.seeds.isEmpty else { return }

    let directory = runDirectory(of: experiment, in: place)
    let seeds = config.seeds.map(String.init).joined(separator: ", ")
    log.info("\(file.config.name): \(experiment.name), seeds \(seeds)")
    var training = command.training
    training.models = training.models ?? place.models
    let run = ExperimentRun(
      config: config, training: training, restart: false, environment: environment
    ) { dataset in
      if dataset.synthetic && !synthetic { throw StandInData() }
      try check(dataset, of: experiment, in: place)
      return directory.name
    }
    let outcome = Result { try run.execute(in: directory.name) }
    try keep(config, of: experiment, from: directory, in: place, synthetic: synthetic)
    _ = try outcome.get()
  }

  /// Keeps the seeds that are done, however the run ended.
  private func keep(
    _ config: ExperimentConfig, of experiment: TableFile.Experiment, from run: RunDirectory,
    in place: TablePlace, synthetic: Bool
  ) throws {
    guard let dataset = try run.dataset(), synthetic || !dataset.synthetic else { return }
    for result in try run.results(for: config) {
      try place.store.checkData(of: experiment, dataset)
      try place.store.save(
        StoredSeed(result, of: experiment, quick: file.quick, dataset: dataset, in: run))
    }
  }

  private func runDirectory(
    of experiment: TableFile.Experiment, in place: TablePlace
  ) -> RunDirectory {
    runDirectory("\(place.runs)/\(experiment.name)")
  }

  private func runDirectory(_ path: String) -> RunDirectory {
    RunDirectory(path: path, relativeTo: environment.currentDirectory)
  }

  // MARK: Rendering

  private func renderOnly() throws {
    let places = [place(synthetic: false), place(synthetic: true)]
    for place in places {
      for experiment in file.experiments {
        try place.store.checkConfig(of: experiment, quick: file.quick)
      }
      let report = try report(in: place)
      guard report.hasRuns else { continue }
      try render(report, in: place)
      try show(report, in: place)
      return
    }
    throw InputError(
      message: "there is nothing to render in "
        + Set(places.map(\.store.name)).sorted().joined(separator: " nor in ")
        + "; run the table without --render first")
  }

  private func report(in place: TablePlace) throws -> TableReport {
    var runs: [String: [StoredSeed]] = [:]
    for experiment in file.experiments {
      let seeds = try place.store.seeds(of: experiment)
      if let first = seeds.first { try place.store.checkData(of: experiment, first.dataset) }
      runs[experiment.name] = seeds
    }
    return TableReport(file: file, runs: runs)
  }

  private func renderWhatIsThere(in place: TablePlace) throws {
    let report = try report(in: place)
    if report.hasRuns { try render(report, in: place) }
  }

  private func render(_ report: TableReport, in place: TablePlace) throws {
    for (kind, text) in [
      ("md", MarkdownTable(report).text), ("tex", LaTeXTable(report).text),
      ("csv", CSVTable(report).text),
    ] {
      try TextFile.write(text, to: place.results.appending(path: place.rendered(kind)))
    }
  }

  private func show(_ report: TableReport, in place: TablePlace) throws {
    try environment.output(
      command.json ? report.json(in: place).prettyText : MarkdownTable(report).text,
      alsoIn: place.resultsName)
    log.info(
      """
      \(report.isSynthetic ? "[synthetic] " : "")the table is in \(place.resultsName): \
      \(["md", "tex", "csv"].map(place.rendered).joined(separator: ", "))
      """)
  }
}
