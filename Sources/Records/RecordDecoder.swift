/// Something wrong at one place of a JSON document.
package struct JSONProblem: Equatable {
  /// The key path: "models.lsp.training.epochs"; empty for the whole document.
  package var path: String
  package var message: String

  package init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// Reads records strictly: a key that no field has, a wrong type and a value out of range are
/// problems. It goes on after a problem and collects them all.
package final class RecordDecoder: FieldVisitor {
  /// Collects the problems of a whole document.
  private final class Problems {
    var all: [JSONProblem] = []
  }

  private let members: [String: JSONValue]
  private let path: [String]
  private let problems: Problems
  private var knownKeys: [String] = []
  /// Whether the tag of a variant could not be read, so that its keys are unknown to us.
  private var lacksVariant = false

  private init(_ members: [String: JSONValue], path: [String], problems: Problems) {
    self.members = members
    self.path = path
    self.problems = problems
  }

  /// The record that a document holds, and everything that is wrong with it. The record means
  /// something only where there are no problems.
  package static func decode<Content: Record>(
    _ type: Content.Type, from document: JSONValue
  ) -> (record: Content, problems: [JSONProblem]) {
    let problems = Problems()
    var record = Content()
    decode(&record, from: document, path: [], problems: problems)
    return (record, problems.all)
  }

  private static func decode<Content: Record>(
    _ record: inout Content, from value: JSONValue, path: [String], problems: Problems
  ) {
    guard let members = members(of: Content.self, in: value, path: path, problems) else { return }
    let before = problems.all.count
    let decoder = RecordDecoder(members, path: path, problems: problems)
    record.fields(decoder)
    decoder.reportUnknownKeys()
    guard problems.all.count == before else { return }
    for inconsistency in record.inconsistencies {
      decoder.report(inconsistency.key, inconsistency.message)
    }
  }

  /// The members of the object that stands for a record; of a variant it may be its name alone.
  private static func members<Content: Record>(
    of type: Content.Type, in value: JSONValue, path: [String], _ problems: Problems
  ) -> [String: JSONValue]? {
    if case .object(let members) = value { return members }
    var expected = "an object"
    var hint = ""
    if let variant = type as? any Variant.Type, variant.hasShortForm {
      expected = variant.expectation
      if case .string(let name) = value {
        if variant.choiceNames.contains(name) { return [variant.tag: value] }
        hint = NearestName.hint(for: name, among: variant.choiceNames)
      }
    }
    problems.all.append(
      JSONProblem(
        path: path.joined(separator: "."),
        message: "found \(value.excerpt), expected \(expected)\(hint)"))
    return nil
  }

  // MARK: Fields

  package func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, required: Bool, _ note: String
  ) {
    guard let found = take(key, required: required, expected: rule.expected) else { return }
    if let decoded = rule.decode(found) {
      value = decoded
    } else {
      report(
        key, "found \(found.excerpt), expected \(rule.expected)\(hint(for: found, rule.names))")
    }
  }

  /// The name that somebody who mistyped one probably meant, as a phrase.
  private func hint(for found: JSONValue, _ names: [String]) -> String {
    guard case .string(let text) = found else { return "" }
    return NearestName.hint(for: text, among: names)
  }

  package func record<Content: Record>(
    _ key: String, _ value: inout Content, required: Bool, _ note: String
  ) {
    guard let found = take(key, required: required, expected: "an object") else { return }
    Self.decode(&value, from: found, path: path + [key], problems: problems)
  }

  package func optionalRecord<Content: Record>(
    _ key: String, _ value: inout Content?, _ note: String
  ) {
    guard let found = take(key, required: false, expected: "an object"), found != .null else {
      return
    }
    var content = Content()
    Self.decode(&content, from: found, path: path + [key], problems: problems)
    value = content
  }

  package func records<Element: Record>(
    _ key: String, _ values: inout [Element], required: Bool, _ note: String
  ) {
    let expected = "a list of \(required ? "one or more " : "")objects, each with a name"
    guard let found = take(key, required: required, expected: expected) else { return }
    guard case .array(let elements) = found, !(required && elements.isEmpty) else {
      report(key, "found \(found.excerpt), expected \(expected)")
      return
    }
    values = elements.enumerated().map { index, element in
      var name = String(index)
      if case .string(let own)? = element["name"] { name = own }
      var value = Element()
      Self.decode(&value, from: element, path: path + [key, name], problems: problems)
      return value
    }
  }

  package func variant<Choice: Variant>(_ value: inout Choice) {
    let rule = FieldRule.oneOf(Choice.choiceNames)
    lacksVariant = true
    guard let found = take(Choice.tag, required: true, expected: rule.expected) else { return }
    guard let name = rule.decode(found) else {
      report(
        Choice.tag,
        "found \(found.excerpt), expected \(rule.expected)\(hint(for: found, rule.names))")
      return
    }
    lacksVariant = false
    if let choice = Choice.registry[name] { value = Choice(settings: choice.visit(self)) }
  }

  package func readElsewhere(_ key: String, schema: [String: JSONValue], _ note: String) {
    knownKeys.append(key)
  }

  // MARK: Problems

  private func take(_ key: String, required: Bool, expected: String) -> JSONValue? {
    knownKeys.append(key)
    if members[key] == nil && required { report(key, "missing; expected \(expected)") }
    return members[key]
  }

  private func report(_ key: String, _ message: String) {
    let keys = key.isEmpty ? path : path + [key]
    problems.all.append(JSONProblem(path: keys.joined(separator: "."), message: message))
  }

  private func reportUnknownKeys() {
    guard !lacksVariant else { return }
    for key in members.keys.sorted() where !knownKeys.contains(key) {
      let hint = NearestName.hint(for: key, among: knownKeys)
      let valid = knownKeys.sorted().joined(separator: ", ")
      report(key, "unknown key\(hint) (valid keys: \(valid))")
    }
  }
}
