import Distill
import Records
import Tensor

/// Local structure preserving (Yang et al. 2020): for each node the student's distribution over
/// in-edges, the softmax of the similarities of its features, follows the teacher's.
package struct LSPConfig: FeatureObjectiveSettings {
  package static let name = "lsp"
  package static let note = "Local structure preserving (Yang et al. 2020)."
  package static let citation =
    "Yang, Qiu, Song, Tao & Wang, Distilling knowledge from graph convolutional networks, CVPR 2020"

  /// The model whose distributions are followed.
  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var kernel = SimilarityKernelConfig()
  /// KL(t || s) as in the authors' code, or KL(s || t) as in the paper.
  package var direction = LSPDirection.teacherToStudent

  package var needsEdges: Bool { true }
  package var teacherCache: TeacherCache { .edges }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record(
      "kernel", &kernel, required: true, "The similarity of the features at an edge's two ends.")
    visitor.field(
      "direction", &direction, .choice,
      "KL(teacher || student), as in the authors' code, or KL(student || teacher), as in the paper."
    )
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    let similarity = kernel.settings.edgeKernel
    return LocalStructurePreserving(
      tap: features.student, kernel: similarity, direction: direction,
      reference: try context.teacher(source).structure(at: features.teacher, similarity))
  }
}
