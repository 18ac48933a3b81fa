import Foundation
import Records

/// A figure as it was printed: "97.6", or "97.90 ± 0.45" with a deviation. Keeps its digits.
package struct PublishedFigure: Equatable, Sendable {
  package let mean: String
  package let deviation: String?

  /// The figure that a text holds, or nil where it is none.
  package init?(_ text: String) {
    let parts = text.components(separatedBy: " ± ")
    guard parts.count <= 2, Self.isDecimal(parts[0]), parts.dropFirst().allSatisfy(Self.isDecimal)
    else { return nil }
    mean = parts[0]
    deviation = parts.count == 2 ? parts[1] : nil
  }

  /// As it was printed.
  package var text: String { deviation.map { "\(mean) ± \($0)" } ?? mean }

  private static func isDecimal(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
      }
  }
}

extension FieldRule where Value == PublishedFigure {
  /// A figure as it was printed, as a string.
  package static var published: FieldRule {
    FieldRule(
      expected: "a string such as \"97.81\" or \"97.81 ± 0.31\"",
      schema: ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)?( ± [0-9]+(\.[0-9]+)?)?$"#]
    ) {
      guard case .string(let text) = $0 else { return nil }
      return PublishedFigure(text)
    } encode: {
      .string($0.text)
    }
  }
}

/// The training losses that others published of a model, to stand beside the runs'.
package struct PublishedCurve: Record {
  package var name = ""
  package var label = ""
  /// Where the losses are from and what they mean.
  package var source = ""
  /// The model, or a group of students, whose mean is taken.
  package var model = ""
  /// The experiment; nil for the section's.
  package var experiment: String?
  /// The mean training loss by epoch, from 0.
  package var published: [Int: Double] = [:]

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the curve.")
    visitor.field("label", &label, .text, required: true, "What the curve is called.")
    visitor.field(
      "source", &source, .text, required: true, "Where the losses are from and what they mean.")
    visitor.field(
      "model", &model, .name, required: true,
      "The model that it is compared with, or a group of students, whose mean is taken.")
    visitor.field(
      "experiment", &experiment, .orNull(.name), "The experiment; null for the section's.")
    visitor.field(
      "published", &published, .lossesByEpoch, required: true,
      "Mean training losses by epoch, counted from 0: {\"0\": 0.6257, \"10\": 0.402}.")
  }
}

extension FieldRule where Value == [Int: Double] {
  /// Losses by epoch, one or more.
  package static var lossesByEpoch: FieldRule {
    let loss = FieldRule<Double>.number(.nonNegative)
    return FieldRule(
      expected: "an object of one or more epochs from \"0\" to \"999999\", each with "
        + loss.expected,
      schema: [
        "type": "object", "additionalProperties": .object(loss.schema), "minProperties": 1,
        "propertyNames": ["pattern": "^(0|[1-9][0-9]{0,5})$"],
      ]
    ) {
      guard case .object(let members) = $0, !members.isEmpty else { return nil }
      var losses: [Int: Double] = [:]
      for (key, value) in members {
        guard let epoch = Int(key), (0...999_999).contains(epoch), String(epoch) == key,
          let loss = loss.decode(value)
        else { return nil }
        losses[epoch] = loss
      }
      return losses
    } encode: {
      .object(Dictionary(uniqueKeysWithValues: $0.map { (String($0), loss.encode($1)) }))
    }
  }
}
