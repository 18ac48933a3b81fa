import Foundation
import Testing

@testable import Experiments

@Suite("Config schema")
struct SchemaTests {
  private let schema = SchemaCommand.schema

  @Test func theShippedSchemaIsTheDecoders() throws {
    let file = packageRoot.appending(path: "configs/schema.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == schema.prettyText, "run: swift run experiments schema > configs/schema.json")
  }

  @Test func validConfigsFollowTheSchema() throws {
    #expect(accepts(sampleConfig))
    #expect(accepts(RecordEncoder.encode(decode(sampleConfig).config)))
    let main = packageRoot.appending(path: "configs/ppi_lsp.json")
    #expect(accepts(try JSONFile.read(main, named: "ppi_lsp.json")))
  }

  /// Puts a wrong value at every place of a full config and asks decoder and schema.
  @Test func decoderAndSchemaRefuseTheSame() throws {
    #expect(try refusals(in: sampleConfig) > 500)
    #expect(try refusals(in: graphSAGESample, under: "models.2.architecture") > 50)
  }

  private func refusals(in config: JSONValue, under prefix: String = "") throws -> Int {
    let full = RecordEncoder.encode(decode(config).config)
    let wrong: [JSONValue] = [nil, true, -1, 0, 0.5, 1, 2_000_000, "x!", [], [1], [:], ["q": 1]]
    var refused = 0
    for path in places(in: full) where path.hasPrefix(prefix) {
      for value in wrong {
        var document = full
        let override = try #require(Override(path: path, value: value, origin: "test"))
        _ = try override.apply(to: &document)
        let problems = decode(document).problems
        let accepted = accepts(document)
        // What concerns several fields at once is beyond the schema.
        if accepted && !problems.isEmpty {
          #expect(
            problems.allSatisfy { problem in
              [
                "has no tap", "heads: found", "none compares", "is before", "probability",
                "nesterov",
              ]
              .contains(where: problem.contains) || problem.contains("more than a graph's")
            }, "\(path) = \(value.compactText): \(problems)")
        } else {
          #expect(accepted == problems.isEmpty, "\(path) = \(value.compactText): \(problems)")
        }
        if !accepted { refused += 1 }
      }
    }
    return refused
  }

  private func places(in value: JSONValue, at path: [String] = []) -> [String] {
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

  // MARK: A validator for the part of JSON Schema that is used

  private func accepts(_ value: JSONValue) -> Bool { follows(value, schema) }

  private func follows(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    guard case .object(let rules) = schema else { return schema == true }
    return rules.allSatisfy { rule, content in follows(value, rule, content, rules) }
  }

  private func follows(
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
