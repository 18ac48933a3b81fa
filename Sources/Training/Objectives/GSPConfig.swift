import Distill
import Records
import Tensor

/// Global structure preserving (Joshi et al. 2022): all pairs of nodes are as alike as for the
/// teacher.
package struct GSPConfig: FeatureObjectiveSettings {
  package static let name = "gsp"
  package static let note = "Global structure preserving (Joshi et al. 2022)."
  package static let citation =
    "Joshi et al., On representation knowledge distillation for graph neural networks, TNNLS 2022"

  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var kernel = NodeKernelConfig()
  package var maxSamples: Int? = 8_192

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record("kernel", &kernel, required: true, "How alike two nodes are.")
    visitor.maxSamples(&maxSamples, "The most nodes that are compared in a step")
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    GlobalStructurePreserving(
      name: context.name, tap: features.student, similarity: kernel.settings.nodeKernel,
      maxSamples: maxSamples, reference: try reference(context))
  }
}
