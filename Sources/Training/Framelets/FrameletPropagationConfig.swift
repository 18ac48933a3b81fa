import Graph
import Layers
import Records

/// The operators of framelet networks. Its fields stand among the family's own.
package struct FrameletPropagationConfig: Equatable, Sendable {
  package var framelets = FrameletTransformConfig()
  /// epsilon of A_hat -+ epsilon D^(-1).
  package var perturbation = 0.0

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("framelets", &framelets, "The framelet transform.")
    visitor.field(
      "perturbation", &perturbation, .number(.closed(0, 1_000)),
      "Energy perturbation epsilon: low passes propagate by A - epsilon / D, high ones by A + "
        + "epsilon / D.")
  }

  /// In the terms of the layers.
  package var options: FrameletPropagationOptions {
    FrameletPropagationOptions(framelets: framelets.options, perturbation: perturbation)
  }

  /// Why a network with these operators is not for data of several graphs, or nil.
  package func problem(graphs count: Int, of data: String) -> Inconsistency? {
    guard count > 1, framelets.largestEigenvalue != 2 else { return nil }
    return Inconsistency(
      key: "",
      message:
        "\(data) has \(count) graphs, and operators must not depend "
        + "on which of them are in a batch: set framelets.largestEigenvalue to 2, which fits them all"
    )
  }
}

/// The graph operators that an FMLP student is given. Its fields stand among the family's own.
package struct GraphKnowledgeConfig: Equatable, Sendable {
  package var propagation = FrameletPropagationConfig()
  package var highPass = HighPassChoice.all

  package mutating func fields(_ visitor: any FieldVisitor) {
    propagation.fields(visitor)
    visitor.field(
      "highPass", &highPass, .choice,
      "The high passes that the student is given: the sum of all of them, or the first alone (as "
        + "published; the same for two masks and one level).")
  }

  /// In the terms of the layers.
  package var knowledge: GraphKnowledge {
    GraphKnowledge(propagation: propagation.options, highPass: highPass)
  }
}

/// Slips of the published FMLP students.
package struct PublishedFMLPConfig: Record {
  package var highBranch = false
  package var scores = false

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "highBranch", &highBranch, .boolean,
      "The last step takes its high branch from the low pass: its operator (not in "
        + "fmlpSimplified), encoder and classifier.")
    visitor.field(
      "scores", &scores, .boolean,
      "The last step's scores multiply the features, though those of hidden steps multiply the "
        + "structure.")
  }
}
