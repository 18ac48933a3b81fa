import Distill
import Records
import Tensor

/// Graph contrastive representation distillation (Joshi et al. 2022): among all teacher nodes a
/// student's node is most like itself.
package struct GCRDConfig: FeatureObjectiveSettings {
  package static let name = "gcrd"
  package static let note = "Graph contrastive representation distillation (Joshi et al. 2022)."
  package static let citation =
    "Joshi et al., On representation knowledge distillation for graph neural networks, TNNLS 2022"

  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var temperature = 0.075
  package var width = 256
  package var head = ProjectionHeadKind.linear
  package var maxSamples: Int? = 8_192

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.field(
      "temperature", &temperature, .number(.positive), "Cosines are divided by it.")
    visitor.projection(width: &width, head: &head)
    visitor.maxSamples(&maxSamples, "The most nodes that are compared in a step")
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
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
