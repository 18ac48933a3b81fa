import ArgumentParser
import Records
import Training

/// `experiments validate CONFIG`.
struct ValidateCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks a config, its quick block included, and runs nothing.",
    discussion: """
      Says also how much memory the training needs at least, on data of the published sizes. A run \
      of models that need more than there is, is refused before it trains.
      """)

  @OptionGroup var options: ConfigOptions

  @Flag(
    help: "Prints the config with all defaults filled in, and the warnings under \"warnings\".")
  var json = false

  func run(in environment: CommandEnvironment) throws {
    let file = try ConfigFile(path: options.config, relativeTo: environment.currentDirectory)
    let config = try file.resolve(
      quick: options.quick, overrides: options.overrides + options.seedOverride)
    let warnings = config.allWarnings
    if json {
      guard case .object(var members) = RecordEncoder.encode(config) else { return }
      members[ExperimentConfig.warningsKey] = .array(
        warnings.map { ["path": .string($0.path), "message": .string($0.message)] })
      try environment.output(JSONValue.object(members).prettyText)
      return
    }
    let models = config.models.map { model in
      "  \(model.name): \(model.architecture.choiceName), \(model.training.epochs) epochs, "
        + model.objectives.map(\.name).joined(separator: " + ") + "\n"
    }
    let seeds = config.seeds.count == 1 ? "1 seed" : "\(config.seeds.count) seeds"
    try environment.output("\(options.config) is valid: \(config.name), \(seeds)\n")
    try environment.output(models.joined())
    try environment.output(warnings.map { "warning: \($0.description)\n" }.joined())
    try describeMemory(of: config, in: environment)
  }

  private func describeMemory(
    of config: ExperimentConfig, in environment: CommandEnvironment
  ) throws {
    guard config.data.source?.sizes(config.data) != nil else {
      try environment.output(
        "memory: not known before the data are read; experiments describe reads them\n")
      return
    }
    guard let data = DataSizes.published(config.data),
      let most = config.memoryEstimates(on: data).max(by: { $0.total < $1.total })
    else { return }
    try environment.output(
      "memory: at least \(MemoryEstimate.words(most.total)), for \(most.model) (\(most.sizes))\n")
    do {
      try config.checkMemory(on: data)
    } catch let error as RunError {
      // The config is valid all the same, perhaps for another machine.
      environment.terminal.print("warning: \(error)")
    }
  }
}
