import Distill
import Tensor

/// Graph contrastive representation distillation (Joshi et al. 2022): among all teacher nodes a
/// student's node is most like itself.
struct GCRDConfig: FeatureObjectiveSettings {
  static let name = "gcrd"
  static let note = "Graph contrastive representation distillation (Joshi et al. 2022)."
  static let citation =
    "Joshi et al., On representation knowledge distillation for graph neural networks, TNNLS 2022"

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var temperature = 0.075
  var width = 256
  var head = ProjectionHeadKind.linear
  var maxSamples: Int? = 8_192

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.field(
      "temperature", &temperature, .number(.positive), "Cosines are divided by it.")
    visitor.projection(width: &width, head: &head)
    visitor.maxSamples(&maxSamples, "The most nodes that are compared in a step")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    var options = ContrastiveDistillation<S>.Options()
    options.temperature = temperature
    options.width = width
    options.head = head
    options.maxSamples = maxSamples
    let widths = try widths(context)
    return ContrastiveDistillation(
      name: context.name, tap: features.student, studentWidth: widths.student,
      teacherWidth: widths.teacher, options: options, seed: context.seed,
      reference: try reference(context))
  }
}
