import ArgumentParser

/// `experiments curves RUN`.
struct CurvesCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "curves",
    abstract: "Prints training losses or validation scores of a run by epoch.",
    discussion: """
      Reads the metrics that a run has written so far, be it complete or not, and runs nothing. \
      Without --epochs a choice of epochs is shown; --csv and --json have all of them.
      """)

  @Argument(help: ArgumentHelp("The run's folder, such as runs/ppi_lsp.", valueName: "run"))
  var folder: String

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
    try validateFolder(folder, option: "the run")
    if csv && json { throw ValidationError("--csv and --json exclude each other") }
  }

  func run(in environment: CommandEnvironment) throws {
    let directory = RunDirectory(path: folder, relativeTo: environment.currentDirectory)
    guard let config = try directory.config() else {
      throw InputError(
        message: "\(folder): there is no run (no config.json), expected a run's folder such as "
          + "runs/NAME")
    }
    let chosen = try chosenModels(of: config)
    try checkMetric(chosen)
    let seeds = try chosenSeeds(in: directory)
    let curves = try directory.curves(of: metric, models: chosen, seeds: seeds)
    guard curves.contains(where: { !$0.values.isEmpty }) else {
      throw InputError(
        message: "\(folder): no epoch of \(chosen.map(\.name).joined(separator: ", ")) has "
          + "\(metric.argument) yet")
    }
    let table = CurveTable(
      run: config.name, synthetic: try directory.dataset()?.synthetic ?? false, metric: metric,
      curves: curves, epochs: epochs)
    environment.output(json ? table.json.prettyText : csv ? table.csv : table.text)
  }

  private func chosenModels(of config: ExperimentConfig) throws -> [ModelConfig] {
    guard let models else { return config.models }
    let found = try models.split(separator: ",", omittingEmptySubsequences: false).flatMap { name in
      let found = config.models(named: String(name))
      if found.isEmpty {
        throw UsageError(message: "--models \(models): \(config.missingModel(String(name)))")
      }
      return found
    }
    if let twice = firstDuplicate(of: found.map(\.name)) {
      throw UsageError(message: "--models \(models): the model \(twice) occurs twice")
    }
    return found
  }

  private func checkMetric(_ models: [ModelConfig]) throws {
    let (what, name, known): (String, String, [String])
    switch metric {
    case .loss, .validation: return
    case .objective(let objective):
      (what, name) = ("objective", objective)
      known = unique(models.flatMap(\.objectives).map(\.name))
    case .validationMetric(let score):
      (what, name, known) = ("metric", score, Evaluation().metrics.keys.sorted())
    }
    guard known.contains(name) else {
      throw UsageError(
        message: "--metric \(metric.argument): \(missing(what, name, among: known))")
    }
  }

  private func chosenSeeds(in directory: RunDirectory) throws -> [UInt64] {
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
