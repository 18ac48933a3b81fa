import Layers
import Records

/// A schedule that lets the rate fall where a quantity no longer improves.
public struct PlateauSchedule: Sendable, Equatable {
  /// What is looked at.
  public enum Quantity: String, CaseIterable, Sendable {
    /// The task loss on the validation nodes, at each evaluation.
    case validationLoss
    /// The score that checkpoints go by, at each evaluation.
    case validationScore
    /// The mean training loss of each epoch.
    case trainingLoss
  }

  /// What is looked at.
  public var watches: Quantity
  /// When the rate falls, and how far, as for a loss.
  public var rule: Plateau.Rule

  /// A schedule from its parts.
  public init(watches: Quantity, rule: Plateau.Rule) {
    self.watches = watches
    self.rule = rule
  }

  /// The same where the validation score is that of a metric, of which more may be better.
  package func rule(of metric: String) -> Plateau.Rule {
    var rule = rule
    rule.higherIsBetter =
      watches == .validationScore
      && Registries.metrics.metric(named: metric)?.higherIsBetter ?? true
    return rule
  }
}

extension Plateau.Rule {
  /// Why it is none for this rate, or nil.
  func problem(rate: Double) -> Inconsistency? {
    guard minimum > rate else { return nil }
    return Inconsistency(
      key: "minimum",
      message: "found \(JSONValue.real(minimum).compactText), which is above the optimiser's "
        + "learningRate, \(JSONValue.real(rate).compactText): the rate would rise")
  }
}

/// As PyTorch's ReduceLROnPlateau; see `Plateau`.
package struct PlateauScheduleConfig: ScheduleSettings {
  package static let name = "plateau"
  package static let note =
    "The rate is multiplied by a factor where a loss or a score no longer improves."

  package var watches = PlateauSchedule.Quantity.validationLoss
  package var factor = Plateau.Rule().factor
  package var patience = Plateau.Rule().patience
  package var threshold = Plateau.Rule().threshold
  package var cooldown = Plateau.Rule().cooldown
  package var minimum = Plateau.Rule().minimum

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "watches", &watches, .choice,
      "What has to improve: the task loss on the validation nodes or the score selectOn, at each "
        + "evaluation, or the training loss of each epoch.")
    visitor.field("factor", &factor, .number(.above(0, atMost: 1)), "What a fall multiplies by.")
    visitor.field(
      "patience", &patience, .integer(0...1_000_000),
      "Values in a row without a better one that are borne; the next lets the rate fall.")
    visitor.field(
      "threshold", &threshold, .number(.halfOpen(0, 1)),
      "The share of the best value by which one has to be better.")
    visitor.field(
      "cooldown", &cooldown, .integer(0...1_000_000), "Values after a fall that do not count.")
    visitor.field("minimum", &minimum, .number(.nonNegative), "The rate never falls below.")
  }

  package var plateau: PlateauSchedule? {
    var rule = Plateau.Rule()
    rule.factor = factor
    rule.patience = patience
    rule.threshold = threshold
    rule.cooldown = cooldown
    rule.minimum = minimum
    return PlateauSchedule(watches: watches, rule: rule)
  }

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double { 1 }
}
