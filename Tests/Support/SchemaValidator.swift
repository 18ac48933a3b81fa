import Foundation
import Testing

@testable import Records

/// A validator for the part of JSON Schema that is used.
enum SchemaValidator {
  /// Whether a document follows a schema.
  static func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool { follows(value, schema) }

  /// Every key path of a document, and of each object one key that it does not have.
  static func places(in value: JSONValue, at path: [String] = []) -> [String] {
    let here = path.isEmpty ? [] : [path.joined(separator: ".")]
    switch value {
    case .object(let members):
      return here + members.sorted { $0.key < $1.key }.flatMap { places(in: $1, at: path + [$0]) }
        + [(path + ["surplus"]).joined(separator: ".")]
    case .array(let elements):
      return here
        + elements.enumerated().flatMap { places(in: $1, at: path + [String($0)]) }
    default: return here
    }
  }

  private static func follows(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    guard case .object(let rules) = schema else { return schema == true }
    return rules.allSatisfy { rule, content in follows(value, rule, content, rules) }
  }

  private static func follows(
    _ value: JSONValue, _ rule: String, _ content: JSONValue, _ rules: [String: JSONValue]
  ) -> Bool {
    var number: Double?
    if case .integer(let integer) = value { number = Double(integer) }
    if case .number(let real) = value { number = real }
    func compare(_ holds: (Double, Double) -> Bool) -> Bool {
      guard let number else { return true }
      switch content {
      case .integer(let bound): return holds(number, Double(bound))
      case .number(let bound): return holds(number, bound)
      default: return false
      }
    }
    switch (rule, content) {
    case ("$schema", _), ("title", _), ("description", _), ("default", _): return true
    case ("type", .array(let types)):
      return types.contains { follows(value, "type", $0, rules) }
    case ("type", .string(let type)):
      switch (type, value) {
      case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
        ("null", .null), ("integer", .integer), ("number", .integer), ("number", .number):
        return true
      default: return false
      }
    case ("if", _):
      let rule = follows(value, content) ? rules["then"] : rules["else"]
      return rule.map { follows(value, $0) } ?? true
    case ("then", _), ("else", _): return true  // Asked for by "if".
    case ("const", _): return value == content
    case ("enum", .array(let choices)): return choices.contains(value)
    case ("minimum", _): return compare(>=)
    case ("maximum", _): return compare(<=)
    case ("exclusiveMinimum", _): return compare(>)
    case ("exclusiveMaximum", _): return compare(<)
    case ("pattern", .string(let pattern)):
      guard case .string(let text) = value else { return true }
      return text.range(of: pattern, options: .regularExpression) != nil
    case ("anyOf", .array(let schemas)): return schemas.contains { follows(value, $0) }
    case ("oneOf", .array(let schemas)): return schemas.count { follows(value, $0) } == 1
    case ("items", _):
      guard case .array(let elements) = value else { return true }
      return elements.allSatisfy { follows($0, content) }
    case ("minItems", .integer(let count)):
      guard case .array(let elements) = value else { return true }
      return elements.count >= count
    case ("maxItems", .integer(let count)):
      guard case .array(let elements) = value else { return true }
      return elements.count <= count
    case ("minProperties", .integer(let count)):
      guard case .object(let members) = value else { return true }
      return members.count >= count
    case ("propertyNames", _):
      guard case .object(let members) = value else { return true }
      return members.keys.allSatisfy { follows(.string($0), content) }
    case ("required", .array(let keys)):
      guard case .object(let members) = value else { return true }
      return keys.allSatisfy { key in members.keys.contains { .string($0) == key } }
    case ("properties", .object(let properties)):
      guard case .object(let members) = value else { return true }
      return members.allSatisfy { key, member in
        properties[key].map { follows(member, $0) } ?? true
      }
    case ("additionalProperties", _):
      guard case .object(let members) = value else { return true }
      var known: Dictionary<String, JSONValue>.Keys = [:].keys
      if case .object(let properties)? = rules["properties"] { known = properties.keys }
      return members.allSatisfy { key, member in
        known.contains(key) || (content != false && follows(member, content))
      }
    default:
      Issue.record("the schema uses \(rule), which this test does not know")
      return false
    }
  }
}
