import ArgumentParser
import Records
import Training

/// `experiments list KIND`.
struct ListCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Prints what configs can name: objectives, architectures, data sets, ...",
    discussion: """
      Each choice with what it is, where it was published, and its keys with ranges and defaults. \
      Without a kind, the kinds are listed; with --markdown, docs/config.md: every key of a config.
      """)

  @Argument(
    help: ArgumentHelp(
      "One of \(Registries.all.map(\.kind).joined(separator: ", ")).", valueName: "kind"))
  var kind: String?

  @Flag(help: "Prints JSON.")
  var json = false

  @Flag(help: "Prints all kinds, and the keys that no kind has, as a page of Markdown.")
  var markdown = false

  func validate() throws {
    guard markdown, json || kind != nil else { return }
    throw ValidationError("--markdown is a page of everything: leave out the kind and --json")
  }

  func run(in environment: CommandEnvironment) throws {
    guard !markdown else { return try environment.output(KeysPage.text) }
    guard let kind else {
      let kinds = Registries.all.map { ($0.kind, $0.outline.count) }
      try environment.output(
        json
          ? JSONValue.object(
            Dictionary(uniqueKeysWithValues: kinds.map { ($0, .integer($1)) })
          ).prettyText
          : kinds.map { "\($0): \($1)\n" }.joined())
      return
    }
    guard let registry = Registries.all.first(where: { $0.kind == kind }) else {
      let kinds = Registries.all.map(\.kind)
      throw UsageError(
        message: "list \(kind): there is no such kind\(NearestName.hint(for: kind, among: kinds)) "
          + "(there are: \(kinds.joined(separator: ", ")))")
    }
    let choices = registry.outline
    try environment.output(
      json
        ? JSONValue.array(choices.map(\.json)).prettyText
        : choices.map(\.text).joined(separator: "\n"))
  }
}

extension ChoiceOutline {
  /// The choice and its keys on lines of their own.
  fileprivate var text: String {
    let ends = uses.isEmpty ? "" : " (for \(uses.joined(separator: ", ")))"
    var lines = ["\(name)\(ends): \(note)"]
    if !citation.isEmpty { lines.append("  \(citation)") }
    lines += fields.map { "    \($0.text)" }
    return lines.map { $0 + "\n" }.joined()
  }

  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(name), "description": .string(note),
      "keys": .array(fields.map(\.json)),
    ]
    if !citation.isEmpty { members["source"] = .string(citation) }
    if !uses.isEmpty { members["for"] = .array(uses.map { .string($0) }) }
    return .object(members)
  }
}

extension FieldOutline {
  fileprivate var text: String {
    let standard = standard.map { "default \($0.compactText)" } ?? "required"
    return "\(key) (\(expected); \(standard)): \(note)"
  }

  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "key": .string(key), "expected": .string(expected), "description": .string(note),
      "required": .bool(standard == nil),
    ]
    members["default"] = standard
    return .object(members)
  }
}
