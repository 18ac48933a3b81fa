import Distill

/// Graph contrastive representation distillation (Joshi et al. 2022): among all teacher nodes a
/// student's node is most like itself.
struct GCRDConfig: FeatureObjectiveSettings {
  static let name = "gcrd"
  static let note = "Graph contrastive representation distillation (Joshi et al. 2022)."

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
}
