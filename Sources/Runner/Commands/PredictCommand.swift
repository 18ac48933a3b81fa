import ArgumentParser
import Foundation
import Layers
import Logging
import Records
import Reports
import Training

/// `experiments predict RUN`.
struct PredictCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Writes what a trained model predicts, as arrays that numpy reads.",
    discussion: """
      The data of the run are loaded, and must be those that it was made on. Of one graph, each array \
      has a row a node, in the order of the data: logits; probabilities; labels (the class, -1 where it \
      is not known; of several labels 0 and 1 for each, and known); train, valid and test (whether the \
      node is in that part); and tap.NAME for each --tap. Of several graphs there are the same arrays for \
      each part, as test.logits, and test.graph, the number of the graph that a row is of.
      """)

  @Argument(help: ArgumentHelp("The run's folder, such as runs/ppi_lsp.", valueName: "run"))
  var folder: String

  @Option(help: ArgumentHelp("The model.", valueName: "name"))
  var model: String

  @Option(help: ArgumentHelp("The seed (default: the config's first).", valueName: "n"))
  var seed: UInt64?

  @Option(
    name: .customLong("tap"),
    help: ArgumentHelp(
      "Features at this tap too; may be given several times.", valueName: "name"))
  var taps: [String] = []

  @Flag(help: "The weights of the last epoch, instead of those that the checkpoint rule kept.")
  var last = false

  @Option(help: ArgumentHelp("The file to write, such as preds.npz.", valueName: "file"))
  var out: String

  @OptionGroup var training: TrainingOptions

  func validate() throws {
    try validateFolder(folder, option: "the run")
    guard out.hasSuffix(".npz") else {
      throw ValidationError("--out \(out): expected the name of a file that ends with .npz")
    }
  }

  func run(in environment: CommandEnvironment) throws {
    let directory = RunDirectory(path: folder, relativeTo: environment.currentDirectory)
    guard var config = try directory.config() else {
      throw InputError(
        message: "\(folder): there is no run (no config.json), expected a run's folder such as "
          + "runs/NAME")
    }
    let chosen = config.models(named: model)
    guard chosen.count == 1 else {
      let names = chosen.map(\.name).joined(separator: ", ")
      throw UsageError(
        message: "--model \(model): "
          + (chosen.isEmpty ? config.missingModel(model) : "one of \(names) was expected"))
    }
    let request = PredictionRequest(
      model: chosen[0].name, seed: seed ?? config.seeds[0],
      weights: last ? .lastWeights : .weights, taps: try chosenTaps(of: chosen[0]))
    config.seeds = [request.seed]

    let log = Logger(terminal: environment.terminal, quiet: training.quiet)
    let progress = ProgressReporter(
      terminal: environment.terminal, quiet: training.quiet, now: environment.now)
    func url(_ path: String) -> URL {
      URL(filePath: path, relativeTo: environment.currentDirectory)
    }
    let runner = try environment.makeSeedRunner(
      RunContext(
        config: config, threads: training.threadCount, dataDirectory: training.data.map(url),
        variables: environment.variables, offline: training.offline, progress: progress, log: log,
        interruption: environment.interruption))
    progress.finish()
    try directory.checkSameData(as: runner.dataset)
    do {
      try directory.checkOrigin()
    } catch let error as RunDirectoryError {
      log.warning("\(error.message) to be sure")
    }
    let file = try runner.predictions(request, in: directory.seed(request.seed))
    try file.write(to: url(out))
    log.info("\(runner.dataset.mark)\(out) has \(file.names.joined(separator: ", "))")
  }

  private func chosenTaps(of model: ModelConfig) throws -> [Tap] {
    if let twice = firstDuplicate(of: taps) {
      throw UsageError(message: "--tap \(twice) is given twice")
    }
    let known = model.architecture.taps
    return try taps.map { name in
      guard name != "\(Tap.logits)" else {
        throw UsageError(message: "--tap logits: the logits are written in any case")
      }
      guard known.contains(name), let tap = Tap(name) else {
        throw UsageError(message: "--tap \(name): \(missing("tap", name, among: known))")
      }
      return tap
    }
  }
}
