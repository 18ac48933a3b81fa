/// Local structure preserving (Yang et al. 2020): for each node the student's distribution over
/// in-edges, the softmax of the similarities of its features, follows the teacher's.
struct LSPConfig: ObjectiveSettings {
  static let name = "lsp"
  static let note = "Local structure preserving (Yang et al. 2020)."

  /// The model whose distributions are followed; it stays as it is.
  var teacherName = ""
  var teacherWeights = TeacherWeights.last
  var studentTap = ""
  var teacherTap = ""
  var kernel = SimilarityKernelConfig()
  var direction = Direction.teacherToStudent

  /// Which of the teacher's weights are used.
  enum TeacherWeights: String, CaseIterable {
    /// The last epoch's.
    case last
    /// Those that its checkpoint rule kept.
    case selected
  }

  /// The direction of the Kullback-Leibler divergence between teacher t and student s.
  enum Direction: String, CaseIterable {
    /// KL(t || s) = sum t (log t - log s), as in the authors' code.
    case teacherToStudent
    /// KL(s || t) = sum s (log s - log t), as in the paper.
    case studentToTeacher
  }

  var teacher: String? { teacherName }

  var taps: [TapUse] {
    [
      TapUse(key: "studentTap", tap: studentTap, reads: .student),
      TapUse(key: "teacherTap", tap: teacherTap, reads: .teacher),
    ]
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "teacher", &teacherName, .name, required: true, "The model, trained before, to learn from.")
    visitor.field(
      "teacherWeights", &teacherWeights, .choice,
      "The teacher's weights: the last epoch's, or those that its checkpoint rule kept.")
    visitor.field(
      "studentTap", &studentTap, .text, required: true,
      "The student's feature: hidden.0, hidden.0.activated, ..., logits.")
    visitor.field(
      "teacherTap", &teacherTap, .text, required: true, "The teacher's feature, likewise.")
    visitor.record(
      "kernel", &kernel, required: true, "The similarity of the features at an edge's two ends.")
    visitor.field(
      "direction", &direction, .choice,
      "KL(teacher || student), as in the authors' code, or KL(student || teacher), as in the paper."
    )
  }
}
