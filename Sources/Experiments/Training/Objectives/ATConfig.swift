import Distill
import Tensor

/// Attention transfer (Zagoruyko & Komodakis 2017): the student's energy is spread over the nodes
/// like the teacher's.
struct ATConfig: FeatureObjectiveSettings {
  static let name = "at"
  static let note = "Attention transfer (Zagoruyko & Komodakis 2017)."
  static let citation =
    "Zagoruyko & Komodakis, Paying more attention to attention, ICLR 2017"

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var distance = AttentionDistance.meanSquared

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.field(
      "distance", &distance, .choice,
      "The mean of squared differences, as in code, or the norm, as in the paper.")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    AttentionTransfer(
      tap: features.student, distance: distance, reference: try reference(context))
  }
}
