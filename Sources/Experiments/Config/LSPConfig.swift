/// Local structure preserving (Yang et al. 2020): for each node the student's distribution over
/// in-edges, the softmax of the similarities of its features, follows the teacher's.
struct LSPConfig: FeatureObjectiveSettings {
  static let name = "lsp"
  static let note = "Local structure preserving (Yang et al. 2020)."

  /// The model whose distributions are followed.
  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var kernel = SimilarityKernelConfig()
  var direction = Direction.teacherToStudent

  /// The direction of the Kullback-Leibler divergence between teacher t and student s.
  enum Direction: String, CaseIterable {
    /// KL(t || s) = sum t (log t - log s), as in the authors' code.
    case teacherToStudent
    /// KL(s || t) = sum s (log s - log t), as in the paper.
    case studentToTeacher
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record(
      "kernel", &kernel, required: true, "The similarity of the features at an edge's two ends.")
    visitor.field(
      "direction", &direction, .choice,
      "KL(teacher || student), as in the authors' code, or KL(student || teacher), as in the paper."
    )
  }
}
