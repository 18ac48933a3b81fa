import Distill

/// Deep mutual learning (Zhang et al. 2018): each student's predictions follow those of the students
/// that train beside it.
struct MutualConfig: PeerObjectiveSettings {
  static let name = "mutual"
  static let note = "Distillation among the students of the group, on logits (Zhang et al. 2018)."

  var form = DistillationFormConfig()
  var temperature = 1.0
  var nodes = CountedNodes.all

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("form", &form, required: true, "How logits become distributions.")
    visitor.field(
      "temperature", &temperature, .number(.positive),
      "Logits are divided by T, and the loss is multiplied by T^2.")
    visitor.field(
      "nodes", &nodes, .choice, "Which nodes count: all, or those with known labels.")
  }
}
