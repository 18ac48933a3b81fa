/// The model that an objective learns from; it stays as it is. Its fields stand among the
/// objective's own.
struct TeacherConfig: Hashable, Sendable {
  /// The model, trained before.
  var name = ""
  var weights = Weights.last

  /// Which of the teacher's weights are used.
  enum Weights: String, CaseIterable {
    /// The last epoch's.
    case last
    /// Those that its checkpoint rule kept.
    case selected
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "teacher", &name, .name, required: true, "The model, trained before, to learn from.")
    visitor.field(
      "teacherWeights", &weights, .choice,
      "The teacher's weights: the last epoch's, or those that its checkpoint rule kept.")
  }
}

/// The features of student and teacher that an objective compares. Its fields stand among the
/// objective's own.
struct FeaturePairConfig: Equatable, Sendable {
  var studentTap = ""
  var teacherTap = ""

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "studentTap", &studentTap, .text, required: true,
      "The student's feature: hidden.0, hidden.0.activated, ..., logits.")
    visitor.field(
      "teacherTap", &teacherTap, .text, required: true, "The teacher's feature, likewise.")
  }
}

/// The settings of an objective that compares a feature of the student with one of a teacher.
protocol FeatureObjectiveSettings: ObjectiveSettings {
  var source: TeacherConfig { get }
  var features: FeaturePairConfig { get }
}

extension FeatureObjectiveSettings {
  var teacher: TeacherConfig? { source }

  var taps: [TapUse] {
    [
      TapUse(key: "studentTap", tap: features.studentTap, reads: .student),
      TapUse(key: "teacherTap", tap: features.teacherTap, reads: .teacher),
    ]
  }
}
