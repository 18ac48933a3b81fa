import ArgumentParser

/// `experiments validate CONFIG`.
struct ValidateCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks a config, its quick block included, and runs nothing.")

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
      environment.output(JSONValue.object(members).prettyText)
      return
    }
    let models = config.models.map { model in
      "  \(model.name): \(model.architecture.choiceName), \(model.training.epochs) epochs, "
        + model.objectives.map(\.name).joined(separator: " + ") + "\n"
    }
    let seeds = config.seeds.count == 1 ? "1 seed" : "\(config.seeds.count) seeds"
    environment.output("\(options.config) is valid: \(config.name), \(seeds)\n")
    environment.output(models.joined())
    environment.output(warnings.map { "warning: \($0.description)\n" }.joined())
  }
}
