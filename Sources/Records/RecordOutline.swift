/// One key of a record, for readers.
package struct FieldOutline: Equatable {
  /// The key, below nested records the key path: "kernel", "framelets.levels".
  package var key: String
  /// What it may be: "an integer from 1 to 64".
  package var expected: String
  /// The default; nil for a key that must be there.
  package var standard: JSONValue?
  package var note: String
}

/// One choice of a registry, for readers.
package struct ChoiceOutline {
  package var name: String
  package var note: String
  package var citation: String
  /// What it is for, where choices of one kind serve different ends; empty for all.
  package var uses: [String]
  package var fields: [FieldOutline]
}

/// Lists the keys of records: what `experiments list` prints.
package final class RecordOutline: FieldVisitor {
  private var fields: [FieldOutline] = []
  private let prefix: String

  private init(below prefix: String) { self.prefix = prefix }

  /// The keys that a record shows to a visitor.
  package static func fields(_ visit: (any FieldVisitor) -> Void) -> [FieldOutline] {
    let outline = RecordOutline(below: "")
    visit(outline)
    return outline.fields
  }

  /// The keys of a record itself, without those of what it holds.
  package static func keys<Content: Record>(of record: Content) -> [String] {
    var record = record
    var seen: Set<String> = []
    return fields { record.fields($0) }.map { String($0.key.prefix { $0 != "." }) }
      .filter { seen.insert($0).inserted }
  }

  private func add(_ key: String, _ expected: String, _ standard: JSONValue?, _ note: String) {
    fields.append(
      FieldOutline(key: prefix + key, expected: expected, standard: standard, note: note))
  }

  package func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, required: Bool, _ note: String
  ) {
    add(key, rule.expected, required ? JSONValue?.none : rule.encode(value), note)
  }

  package func record<Content: Record>(
    _ key: String, _ value: inout Content, required: Bool, _ note: String
  ) {
    if let variant = value as? any Variant {
      let standard = variant.shortForm ?? RecordEncoder.encode(variant)
      add(key, type(of: variant).expectation, required ? JSONValue?.none : standard, note)
    } else {
      let outline = RecordOutline(below: "\(prefix)\(key).")
      value.fields(outline)
      fields += outline.fields
    }
  }

  package func optionalRecord<Content: Record>(
    _ key: String, _ value: inout Content?, _ note: String
  ) {
    var content = value ?? Content()
    record(key, &content, required: false, note)
  }

  package func records<Element: Record>(
    _ key: String, _ values: inout [Element], required: Bool, _ note: String
  ) {
    add(key, "a list of objects, each with a name", required ? JSONValue?.none : [], note)
  }

  package func variant<Choice: Variant>(_ value: inout Choice) {
    add(
      Choice.tag, Choice.choiceNames.map { "\"\($0)\"" }.joined(separator: " or "), .none,
      "One of the \(Choice.registry.kind).")
  }

  package func readElsewhere(_ key: String, schema: [String: JSONValue], _ note: String) {
    add(key, "read before all else", .null, note)
  }
}
