import ArgumentParser
import Foundation
import Records
import Reports
import Training

/// `experiments curves RUN ...`.
struct CurvesCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "curves",
    abstract: "Prints training losses or validation scores of runs by epoch.",
    discussion: """
      Reads the metrics that the runs have written so far, be they complete or not, and runs \
      nothing. Curves of several runs stand side by side, under the names of the runs' folders. \
      Without --epochs a choice of epochs is shown; --csv and --json have all of them.
      """)

  @Argument(help: ArgumentHelp("The runs' folders, such as runs/ppi_lsp.", valueName: "run"))
  var folders: [String]

  @Option(
    help: ArgumentHelp("These epochs, counted from 0: 0,1,2,5,10.", valueName: "list"),
    transform: { text in
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let epochs = parts.compactMap { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
      guard epochs.count == parts.count else {
        throw ValidationError("expected epochs such as 0,1,2,5,10, found \"\(text)\"")
      }
      if let twice = firstDuplicate(of: epochs) {
        throw ValidationError("the epoch \(twice) occurs twice in \"\(text)\"")
      }
      return epochs
    })
  var epochs: [Int]?

  @Option(
    help: ArgumentHelp("These models or groups, in this order: teacher,lsp.", valueName: "names"))
  var models: String?

  @Option(help: ArgumentHelp("This seed alone.", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "loss (the total training loss), loss.OBJECTIVE, valid (the score that checkpoints go by) "
        + "or valid.METRIC.",
      valueName: "metric"),
    transform: { text in
      guard let metric = CurveMetric(argument: text) else {
        throw ValidationError(
          "expected loss, loss.OBJECTIVE, valid or valid.METRIC, found \"\(text)\"")
      }
      return metric
    })
  var metric = CurveMetric.loss

  @Flag(help: "Prints comma-separated values, a column a model.")
  var csv = false

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    for folder in folders { try validateFolder(folder, option: "the run") }
    if let twice = firstDuplicate(of: folders) {
      throw ValidationError("the run \(twice) is named twice")
    }
    if csv && json { throw ValidationError("--csv and --json exclude each other") }
  }

  func run(in environment: CommandEnvironment) throws {
    let directories = folders.map {
      RunDirectory(path: $0, relativeTo: environment.currentDirectory)
    }
    let configs = try zip(folders, directories).map { folder, directory in
      guard let config = try directory.config() else {
        throw InputError(
          message: "\(folder): there is no run (no config.json), expected a run's folder such as "
            + "runs/NAME")
      }
      return config
    }
    let models = try chosenModels(of: configs)
    try checkMetric(models.flatMap { $0 })
    var curves: [RunCurve] = []
    for (index, directory) in directories.enumerated() {
      curves += try directory.curves(
        of: metric, run: runName(index, configs: configs), models: models[index],
        seeds: try chosenSeeds(in: directory, folder: folders[index]))
    }
    guard curves.contains(where: { !$0.values.isEmpty }) else {
      let names = unique(models.flatMap { $0.map(\.name) }).joined(separator: ", ")
      throw InputError(
        message: "\(folders.joined(separator: ", ")): no epoch of \(names) has \(metric.argument) "
          + "yet")
    }
    let table = CurveTable(metric: metric, curves: curves, epochs: epochs)
    try environment.output(json ? table.json.prettyText : csv ? table.csv : table.text)
  }

  /// One run goes by its config's name. Several, which may be of one config, go by their folders'
  /// last components where these differ, else by the paths as given.
  private func runName(_ index: Int, configs: [ExperimentConfig]) -> String {
    if folders.count == 1 { return configs[0].name }
    let last = folders.map { URL(fileURLWithPath: $0).lastPathComponent }
    return Set(last).count == last.count ? last[index] : folders[index]
  }

  /// For each run, those of its models that were asked for; a name must be in one run at least.
  private func chosenModels(of configs: [ExperimentConfig]) throws -> [[ModelConfig]] {
    guard let models else { return configs.map(\.models) }
    let names = models.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for name in names where configs.allSatisfy({ $0.models(named: name).isEmpty }) {
      throw UsageError(message: "--models \(models): \(configs[0].missingModel(name))")
    }
    return try configs.map { config in
      let found = names.flatMap { config.models(named: $0) }
      if let twice = firstDuplicate(of: found.map(\.name)) {
        throw UsageError(message: "--models \(models): the model \(twice) occurs twice")
      }
      return found
    }
  }

  private func checkMetric(_ models: [ModelConfig]) throws {
    let (what, name, known): (String, String, [String])
    switch metric {
    case .loss, .validation: return
    case .objective(let objective):
      (what, name) = ("objective", objective)
      known = unique(models.flatMap(\.objectives).map(\.name))
    case .validationMetric(let score):
      (what, name, known) = (
        "metric", score, (Registries.metrics.names + [Evaluation.lossName]).sorted()
      )
    }
    guard known.contains(name) else {
      throw UsageError(
        message: "--metric \(metric.argument): \(missing(what, name, among: known))")
    }
  }

  private func chosenSeeds(in directory: RunDirectory, folder: String) throws -> [UInt64] {
    let seeds = try directory.begunSeeds()
    guard let seed else { return seeds }
    guard seeds.contains(seed) else {
      let known = seeds.map(String.init).joined(separator: ", ")
      throw InputError(
        message: "\(folder): the seed \(seed) is not there (there is: "
          + "\(known.isEmpty ? "none" : known))")
    }
    return [seed]
  }
}
