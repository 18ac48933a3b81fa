import ArgumentParser

/// `experiments schema`.
struct SchemaCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of configs, which editors check and complete them by.",
    discussion: "configs/schema.json is this command's output.")

  /// The schema of a config file.
  static var schema: JSONValue {
    var schema = RecordSchema.schema(of: ExperimentConfig.self)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Experiment"
    return .object(schema)
  }

  func run(in environment: CommandEnvironment) throws {
    environment.output(Self.schema.prettyText)
  }
}
