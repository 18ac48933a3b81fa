/// A value that goes to and from a JSON object and lists its fields once.
///
/// The one list serves reading, writing and the JSON Schema, so the three cannot disagree:
///
///     struct CosineSchedule: VariantSettings {
///       static let name = "cosine"
///       var minimum = 0.0
///       mutating func fields(_ visitor: any FieldVisitor) {
///         visitor.field("minimum", &minimum, .number(.nonNegative), "The last learning rate.")
///       }
///     }
///
/// `init()` gives every field its default; a field without a meaningful default is `required`.
public protocol Record: Equatable, Sendable {
  /// Every field at its default.
  init()

  /// Shows every field to a visitor, always in the same order.
  mutating func fields(_ visitor: any FieldVisitor)

  /// What is wrong with fields that are right one by one but do not go together. Asked only when
  /// every field could be read.
  var inconsistencies: [Inconsistency] { get }

  /// What can be meant but is likelier a slip: settings that change nothing beside the others. Asked
  /// only of a record that is right; `RecordWarnings` collects them.
  var warnings: [Inconsistency] { get }
}

extension Record {
  /// Most fields go together whatever they are.
  public var inconsistencies: [Inconsistency] { [] }
  /// Nothing to warn of.
  public var warnings: [Inconsistency] { [] }
}

/// Fields that do not go together.
public struct Inconsistency: Equatable {
  /// The key, or key path below the record, of the field at fault.
  public var key: String
  /// What is wrong, as it follows the key: "found 3, which is above ...".
  public var message: String

  /// An inconsistency at a key.
  public init(key: String, message: String) {
    self.key = key
    self.message = message
  }
}

/// Does something with each field of a record: reads it, writes it, describes it.
public protocol FieldVisitor {
  /// A field with a plain value. Where it is missing, `value` stays as it is, unless `required`.
  func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, required: Bool, _ note: String)

  /// A field that is a record itself.
  func record<Content: Record>(
    _ key: String, _ value: inout Content, required: Bool, _ note: String)

  /// A field that is a record, or nothing where it is missing or `null`.
  func optionalRecord<Content: Record>(_ key: String, _ value: inout Content?, _ note: String)

  /// A field that is a list of records, each with a "name" of its own; of at least one where it is
  /// required.
  func records<Element: Record>(
    _ key: String, _ values: inout [Element], required: Bool, _ note: String)

  /// The tag of a variant, and the fields that go with it, in the object at hand.
  func variant<Choice: Variant>(_ value: inout Choice)

  /// A key that is allowed here and read elsewhere: by editors, or before the record is decoded.
  func readElsewhere(_ key: String, schema: [String: JSONValue], _ note: String)
}

extension FieldVisitor {
  /// A field with a plain value that may be missing.
  public func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, _ note: String
  ) {
    field(key, &value, rule, required: false, note)
  }

  /// A field that is a record and may be missing.
  public func record<Content: Record>(_ key: String, _ value: inout Content, _ note: String) {
    record(key, &value, required: false, note)
  }

  /// A required field that is a list of at least one record.
  public func records<Element: Record>(_ key: String, _ values: inout [Element], _ note: String) {
    records(key, &values, required: true, note)
  }
}
