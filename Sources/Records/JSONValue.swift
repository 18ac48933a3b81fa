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

/// A short mark of a JSON document: the same in every process, on every machine.
package enum StableHash {
  /// Eight hexadecimal digits: FNV-1a, 64 bits folded to 32, of the document's compact text.
  package static func hash(_ value: JSONValue) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in value.compactText.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x100_0000_01B3
    }
    let folded = String(UInt32(truncatingIfNeeded: hash ^ hash >> 32), radix: 16)
    return String(repeating: "0", count: 8 - folded.count) + folded
  }
}

extension JSONValue {
  /// The key paths at which two documents differ, in order. List elements go by their "name"
  /// where they have one; lists that differ in anything but named elements are one difference.
  package func differences(from other: JSONValue, at path: [String] = []) -> [String] {
    switch (self, other) {
    case (.object(let mine), .object(let theirs)):
      return Set(mine.keys).union(theirs.keys).sorted().flatMap { key -> [String] in
        guard let own = mine[key], let their = theirs[key] else {
          return [(path + [key]).joined(separator: ".")]
        }
        return own.differences(from: their, at: path + [key])
      }
    case (.array(let mine), .array(let theirs)):
      let names = mine.map { $0["name"] ?? .null }
      guard !names.contains(.null), names == theirs.map({ $0["name"] ?? .null }) else { break }
      return zip(mine, theirs).flatMap { own, their -> [String] in
        guard case .string(let name)? = own["name"] else { return [] }
        return own.differences(from: their, at: path + [name])
      }
    default: break
    }
    return self == other ? [] : [path.joined(separator: ".")]
  }
}
