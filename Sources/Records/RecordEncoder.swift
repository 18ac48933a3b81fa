/// Writes records: every field, defaults included.
package final class RecordEncoder: FieldVisitor {
  private var members: [String: JSONValue] = [:]

  /// The JSON object of a record.
  package static func encode(_ record: some Record) -> JSONValue {
    let encoder = RecordEncoder()
    var record = record
    record.fields(encoder)
    return .object(encoder.members)
  }

  package func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, required: Bool, _ note: String
  ) {
    members[key] = rule.encode(value)
  }

  package func record<Content: Record>(
    _ key: String, _ value: inout Content, required: Bool, _ note: String
  ) {
    members[key] = (value as? any Variant)?.shortForm ?? Self.encode(value)
  }

  package func optionalRecord<Content: Record>(
    _ key: String, _ value: inout Content?, _ note: String
  ) {
    if let value { members[key] = Self.encode(value) }
  }

  package func records<Element: Record>(
    _ key: String, _ values: inout [Element], required: Bool, _ note: String
  ) {
    members[key] = .array(values.map { Self.encode($0) })
  }

  package func variant<Choice: Variant>(_ value: inout Choice) {
    var settings = value.record
    members[Choice.tag] = .string(type(of: settings).name)
    settings.fields(self)
  }

  package func readElsewhere(_ key: String, schema: [String: JSONValue], _ note: String) {}
}
