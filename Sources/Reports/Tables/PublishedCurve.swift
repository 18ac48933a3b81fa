import Records

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
