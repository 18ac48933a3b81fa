/// A JSON value. Booleans, integers and other numbers are different cases, so `true` is never 1.
///
/// Numbers have one form only: one without a fraction that a `Double` holds exactly is an
/// `integer`, however it was written (`5`, `5.0`, `5e0`). Make numbers with `real(_:)` where a
/// `Double` is at hand, so that equal numbers are equal values.
public enum JSONValue: Equatable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without a fraction.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// An object, whose members have no order.
  case object([String: JSONValue])

  /// The value of a real number: an `integer` where it is one (up to 2^53), else a `number`.
  package static func real(_ value: Double) -> JSONValue {
    if value.magnitude <= 0x1p53, let integer = Int(exactly: value) { return .integer(integer) }
    return .number(value)
  }

  /// What kind of value this is, for messages: "a number", "an object", ...
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The value on one line and cut to at most 60 characters, for messages.
  package var excerpt: String {
    let text = compactText
    return text.count <= 60 ? text : text.prefix(57) + "..."
  }

  /// The value under `key` where this is an object that has it.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .real(value) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object of different keys.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
