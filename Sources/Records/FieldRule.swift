/// What the value of one field may be: how to read it, write it and describe it.
public struct FieldRule<Value> {
  /// What is expected, for messages: "an integer from 1 to 64".
  package var expected: String
  /// The same as a JSON Schema.
  package var schema: [String: JSONValue]
  /// The value that a JSON value stands for, or nil where it is not one.
  package var decode: (JSONValue) -> Value?
  /// The JSON value that stands for a value.
  package var encode: (Value) -> JSONValue
  /// The strings that are allowed, where these are few: a message names the nearest.
  package var names: [String] = []

  package init(
    expected: String, schema: [String: JSONValue], decode: @escaping (JSONValue) -> Value?,
    encode: @escaping (Value) -> JSONValue, names: [String] = []
  ) {
    self.expected = expected
    self.schema = schema
    self.decode = decode
    self.encode = encode
    self.names = names
  }
}

extension FieldRule {
  /// The same with the strings that are allowed.
  fileprivate func suggesting(_ names: [String]) -> FieldRule {
    var rule = self
    rule.names = names
    return rule
  }
}

extension FieldRule where Value == JSONValue {
  /// Any value at all.
  package static var anything: FieldRule {
    FieldRule(expected: "a value", schema: [:], decode: { $0 }, encode: { $0 })
  }
}

extension FieldRule where Value == Bool {
  /// `true` or `false`.
  public static var boolean: FieldRule {
    FieldRule(expected: "true or false", schema: ["type": "boolean"]) {
      if case .bool(let value) = $0 { value } else { nil }
    } encode: {
      .bool($0)
    }
  }
}

extension FieldRule where Value == String {
  /// Any string.
  public static var text: FieldRule {
    FieldRule(expected: "a string", schema: ["type": "string"]) {
      if case .string(let value) = $0 { value } else { nil }
    } encode: {
      .string($0)
    }
  }

  /// A name that is safe in key paths and file names.
  public static var name: FieldRule {
    FieldRule(
      expected: "a name of lower-case letters, digits, \"_\" and \"-\" (at most 64)",
      schema: ["type": "string", "pattern": "^[a-z0-9_-]{1,64}$"]
    ) {
      guard case .string(let value) = $0, (1...64).contains(value.utf8.count),
        value.utf8.allSatisfy({ Self.nameBytes.contains($0) })
      else { return nil }
      return value
    } encode: {
      .string($0)
    }
  }

  private static var nameBytes: String.UTF8View { "abcdefghijklmnopqrstuvwxyz0123456789_-".utf8 }

  /// One of a list of strings.
  public static func oneOf(_ names: [String]) -> FieldRule {
    FieldRule(
      expected: names.map { "\"\($0)\"" }.joined(separator: " or "),
      schema: ["enum": .array(names.map { .string($0) })]
    ) {
      guard case .string(let value) = $0, names.contains(value) else { return nil }
      return value
    } encode: {
      .string($0)
    }
    .suggesting(names)
  }
}

extension FieldRule where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the cases of an enumeration, by its raw value.
  public static var choice: FieldRule {
    let names = FieldRule<String>.oneOf(Value.allCases.map(\.rawValue))
    return FieldRule(expected: names.expected, schema: names.schema) {
      names.decode($0).flatMap(Value.init(rawValue:))
    } encode: {
      .string($0.rawValue)
    }
    .suggesting(names.names)
  }
}

extension FieldRule where Value: Equatable {
  /// One of a few values, by names.
  public static func named(_ values: KeyValuePairs<String, Value>) -> FieldRule {
    let names = FieldRule<String>.oneOf(values.map(\.key))
    return FieldRule(expected: names.expected, schema: names.schema) { found in
      names.decode(found).flatMap { name in values.first { $0.key == name }?.value }
    } encode: { value in
      guard let name = values.first(where: { $0.value == value })?.key else {
        preconditionFailure("\(value) has no name in configs")
      }
      return .string(name)
    }
    .suggesting(names.names)
  }
}

extension FieldRule where Value == Int {
  /// An integer within a range.
  public static func integer(_ range: ClosedRange<Int>) -> FieldRule {
    FieldRule(
      expected: range.upperBound == .max
        ? "an integer of at least \(range.lowerBound)"
        : "an integer from \(range.lowerBound) to \(range.upperBound)",
      schema: [
        "type": "integer", "minimum": .integer(range.lowerBound),
        "maximum": range.upperBound == .max ? nil : .integer(range.upperBound),
      ].compactMapValues { $0 }
    ) {
      guard case .integer(let value) = $0, range.contains(value) else { return nil }
      return value
    } encode: {
      .integer($0)
    }
  }
}

extension FieldRule where Value == UInt64 {
  /// A seed of random numbers: an integer from 0 to 2^63 - 1.
  public static var seed: FieldRule {
    let integer = FieldRule<Int>.integer(0...Int.max)
    return FieldRule(expected: integer.expected, schema: integer.schema) {
      integer.decode($0).map(UInt64.init)
    } encode: {
      .integer(Int($0))
    }
  }
}

extension FieldRule where Value == Double {
  /// A real number within a range.
  public static func number(_ range: NumberRange = .any) -> FieldRule {
    FieldRule(expected: range.expected, schema: range.schema) {
      let value: Double
      switch $0 {
      case .integer(let integer): value = Double(integer)
      case .number(let number): value = number
      default: return nil
      }
      return range.contains(value) ? value : nil
    } encode: {
      .real($0)
    }
  }

  /// A measured value: a number, or `null` where it was not a finite number.
  package static var measurement: FieldRule {
    let number = FieldRule.number()
    return FieldRule(
      expected: "a number or null", schema: ["type": ["number", "null"]]
    ) {
      $0 == .null ? .nan : number.decode($0)
    } encode: {
      .real($0)
    }
  }
}

extension FieldRule {
  /// The same, or `null` for none.
  public static func orNull<Wrapped>(_ rule: FieldRule<Wrapped>) -> FieldRule
  where Value == Wrapped? {
    FieldRule(
      expected: "\(rule.expected), or null",
      schema: ["anyOf": [.object(rule.schema), ["type": "null"]]]
    ) {
      $0 == .null ? .some(nil) : rule.decode($0).map { .some($0) }
    } encode: {
      $0.map(rule.encode) ?? .null
    }
  }

  /// A list of a number of such values.
  public static func list<Element>(
    of rule: FieldRule<Element>, count: ClosedRange<Int>
  ) -> FieldRule where Value == [Element] {
    FieldRule(
      expected:
        "a list of \(count.lowerBound) to \(count.upperBound) values, each \(rule.expected)",
      schema: [
        "type": "array", "items": .object(rule.schema), "minItems": .integer(count.lowerBound),
        "maxItems": .integer(count.upperBound),
      ]
    ) {
      guard case .array(let elements) = $0, count.contains(elements.count) else { return nil }
      let values = elements.compactMap(rule.decode)
      return values.count == elements.count ? values : nil
    } encode: {
      .array($0.map(rule.encode))
    }
  }

  /// One value for each of a number of layers, or a single value that holds for all of them.
  public static func perLayer<Element>(
    _ rule: FieldRule<Element>, layers: Int, most: Int
  ) -> FieldRule where Value == [Element] {
    let list = FieldRule.list(of: rule, count: 0...most)
    return FieldRule(
      expected: "\(rule.expected), or a list of such values, one a hidden layer",
      schema: ["anyOf": [.object(rule.schema), .object(list.schema)]]
    ) {
      rule.decode($0).map { Array(repeating: $0, count: layers) } ?? list.decode($0)
    } encode: {
      list.encode($0)
    }
  }

  /// An object with such values under any keys.
  public static func dictionary<Element>(
    of rule: FieldRule<Element>
  ) -> FieldRule where Value == [String: Element] {
    FieldRule(
      expected: "an object whose values are each \(rule.expected)",
      schema: ["type": "object", "additionalProperties": .object(rule.schema)]
    ) {
      guard case .object(let members) = $0 else { return nil }
      let values = members.compactMapValues(rule.decode)
      return values.count == members.count ? values : nil
    } encode: {
      .object($0.mapValues(rule.encode))
    }
  }
}
