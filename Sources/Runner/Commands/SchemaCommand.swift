import ArgumentParser
import Records
import Reports
import Training

/// `experiments schema`.
struct SchemaCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of configs or tables, which editors complete and check by.",
    discussion: """
      configs/schema.json is this command's output, configs/tables/schema.json that with "table".
      """)

  /// The files that there are schemas of.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case config, table
  }

  @Argument(help: "Whose schema: config or table.")
  var kind = Kind.config

  /// The schema of a config file.
  static var schema: JSONValue {
    document(RecordSchema.schema(of: ExperimentConfig.self), "Experiment")
  }

  /// The schema of a table file.
  static var tableSchema: JSONValue { document(RecordSchema.schema(of: TableConfig.self), "Table") }

  private static func document(_ schema: [String: JSONValue], _ title: String) -> JSONValue {
    var schema = ConfigInheritance.schema(of: schema)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = .string(title)
    return .object(schema)
  }

  func run(in environment: CommandEnvironment) throws {
    try environment.output((kind == .config ? Self.schema : Self.tableSchema).prettyText)
  }
}
