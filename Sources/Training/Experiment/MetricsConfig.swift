import Records
import Tensor

/// How predictions of a multi-label task are scored.
package struct MetricsConfig: Record {
  package var thresholdOn = Threshold.probability
  /// A label counts as predicted from this value on.
  package var threshold = 0.5

  /// What the threshold is compared with.
  package enum Threshold: String, CaseIterable {
    /// The model's output z.
    case logit
    /// 1 / (1 + exp(-z)).
    case probability
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "thresholdOn", &thresholdOn, .choice,
      "Whether the threshold is compared with the logit or with its sigmoid.")
    visitor.field(
      "threshold", &threshold, .number(), "A label counts as predicted from this value on.")
  }

  package var inconsistencies: [Inconsistency] {
    guard thresholdOn == .probability, !NumberRange.closed(0, 1).contains(threshold) else {
      return []
    }
    return [
      Inconsistency(
        key: "threshold", message: "found \(threshold), expected a probability from 0 to 1")
    ]
  }
}
