import Layers
import Records

/// Weight decay of all parameters, and of some another. Its fields stand among the optimiser's own.
package struct WeightDecayConfig: Equatable, Sendable {
  package var everywhere = 0.0
  /// By pattern of parameters' names.
  package var byPattern: [String: Double] = [:]

  package init() {}

  /// The field of other decays.
  private static let key = "weightDecayOf"

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("weightDecay", &everywhere, .number(.nonNegative), "L2 penalty.")
    visitor.field(
      Self.key, &byPattern, .dictionary(of: .number(.nonNegative)),
      "L2 penalties of parameters that shall have another, by the first words of their names, where * "
        + "stands for any one: {\"layers.1\": 0, \"layers.*.bias\": 0}. The pattern of the most words "
        + "counts, then that of the fewest *. Optimisers alone see it: the loss does not.")
  }

  package var groups: WeightDecayGroups { WeightDecayGroups(byPattern) }

  /// Whether anything decays.
  package var isUsed: Bool { everywhere > 0 || byPattern.values.contains { $0 > 0 } }

  package var inconsistencies: [Inconsistency] {
    if let wrong = byPattern.keys.sorted().first(where: { !WeightDecayGroups.isPattern($0) }) {
      return [
        Inconsistency(
          key: Self.key,
          message: "found the name \"\(wrong)\", expected words with dots between them, such as "
            + "\"layers.0\" or \"layers.*.bias\"")
      ]
    }
    guard let (a, b) = groups.ambiguity else { return [] }
    return [
      Inconsistency(
        key: Self.key,
        message: "\"\(a)\" and \"\(b)\" have different values for names that both fit; give one of "
          + "them more words")
    ]
  }

  package var warnings: [Inconsistency] {
    // One that takes back what a shorter one says is no slip.
    guard byPattern.count == 1, let (pattern, decay) = byPattern.first, decay == everywhere else {
      return []
    }
    return [
      Inconsistency(
        key: Self.key, message: "\"\(pattern)\" has the value of weightDecay, and changes nothing")
    ]
  }

  /// What is wrong with patterns that fit no parameter of a model, or nil.
  package static func problem(
    _ groups: WeightDecayGroups, parameters: [String]
  ) -> Inconsistency? {
    guard let unused = groups.unused(among: parameters).first else { return nil }
    return Inconsistency(
      key: "training.optimizer.\(key)",
      message: "\"\(unused)\" fits none of the model's parameters, which are "
        + parameters.map { "\"\($0)\"" }.joined(separator: ", "))
  }
}
