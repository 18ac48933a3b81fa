import Distill
import Records
import Tensor

/// Attention transfer (Zagoruyko & Komodakis 2017): the student's energy is spread over the nodes
/// like the teacher's.
package struct ATConfig: FeatureObjectiveSettings {
  package static let name = "at"
  package static let note = "Attention transfer (Zagoruyko & Komodakis 2017)."
  package static let citation =
    "Zagoruyko & Komodakis, Paying more attention to attention, ICLR 2017"

  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var distance = AttentionDistance.meanSquared

  package var needsNodes: String? {
    "a map of where in a graph the activations are large; a row a graph would be compared with the "
      + "other graphs of its batch, which are others in each epoch"
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.field(
      "distance", &distance, .choice,
      "The mean of squared differences, as in code, or the norm, as in the paper.")
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    AttentionTransfer(
      tap: features.student, distance: distance, reference: try reference(context))
  }
}
