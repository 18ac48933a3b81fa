/// Collects the warnings of a record and of all records in it, each at its key path.
package final class RecordWarnings: FieldVisitor {
  private let path: [String]
  private var found: [JSONProblem] = []

  private init(path: [String]) { self.path = path }

  /// The warnings, those of a record before those of what it holds.
  package static func all(in record: some Record) -> [JSONProblem] { all(in: record, path: []) }

  private static func all(in record: some Record, path: [String]) -> [JSONProblem] {
    let visitor = RecordWarnings(path: path)
    var record = record
    let own = record.warnings.map { warning in
      JSONProblem(path: (path + [warning.key]).joined(separator: "."), message: warning.message)
    }
    record.fields(visitor)
    return own + visitor.found
  }

  package func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, required: Bool, _ note: String
  ) {}

  package func record<Content: Record>(
    _ key: String, _ value: inout Content, required: Bool, _ note: String
  ) {
    found += Self.all(in: value, path: path + [key])
  }

  package func optionalRecord<Content: Record>(
    _ key: String, _ value: inout Content?, _ note: String
  ) {
    if let value { found += Self.all(in: value, path: path + [key]) }
  }

  package func records<Element: Record>(
    _ key: String, _ values: inout [Element], required: Bool, _ note: String
  ) {
    for (place, element) in values.enumerated() {
      var name = String(place)
      if case .string(let own)? = RecordEncoder.encode(element)["name"] { name = own }
      found += Self.all(in: element, path: path + [key, name])
    }
  }

  /// Whoever holds a variant has its settings' warnings among its own; here are those of what the
  /// settings hold.
  package func variant<Choice: Variant>(_ value: inout Choice) {
    var settings = value.record
    settings.fields(self)
  }

  package func readElsewhere(_ key: String, schema: [String: JSONValue], _ note: String) {}
}
