import Distill
import Tensor

/// Deep mutual learning (Zhang et al. 2018): each student's predictions follow those of the students
/// that train beside it.
struct MutualConfig: PeerObjectiveSettings {
  static let name = "mutual"
  static let note = "Distillation among the students of the group, on logits (Zhang et al. 2018)."
  static let citation = "Zhang, Xiang, Hospedales & Lu, Deep mutual learning, CVPR 2018"

  var predictions = SoftPredictionsConfig()

  mutating func fields(_ visitor: any FieldVisitor) { predictions.fields(visitor) }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    MutualDistillation(
      peers: context.peers, form: predictions.form.settings.form(),
      temperature: predictions.temperature, nodes: predictions.nodes)
  }
}
