import Distill
import Records
import Tensor

/// Deep mutual learning (Zhang et al. 2018): each student's predictions follow those of the students
/// that train beside it.
package struct MutualConfig: PeerObjectiveSettings {
  package static let name = "mutual"
  package static let note =
    "Distillation among the students of the group, on logits (Zhang et al. 2018)."
  package static let citation = "Zhang, Xiang, Hospedales & Lu, Deep mutual learning, CVPR 2018"

  package var predictions = SoftPredictionsConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) { predictions.fields(visitor) }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    MutualDistillation(
      peers: context.peers, form: predictions.form.settings.form(),
      temperature: predictions.temperature, nodes: predictions.nodes)
  }
}
