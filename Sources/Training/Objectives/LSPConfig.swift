import Distill
import Layers
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
  /// Taps beside the pair of ``features``, one of the teacher's for each of the student's: the loss is
  /// the mean over all pairs.
  package var furtherStudentTaps: [String] = []
  package var furtherTeacherTaps: [String] = []
  package var kernel = SimilarityKernelConfig()
  /// KL(t || s) as in the authors' code, or KL(s || t) as in the paper.
  package var direction = LSPDirection.teacherToStudent

  package var needsEdges: Bool { true }
  package var teacherCache: TeacherCache { .edges }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.field(
      "furtherStudentTaps", &furtherStudentTaps, .list(of: .text, count: 0...256),
      "More features of the student; the loss is the mean of all pairs' divergences.")
    visitor.field(
      "furtherTeacherTaps", &furtherTeacherTaps, .list(of: .text, count: 0...256),
      "The teacher's feature for each of these.")
    visitor.record(
      "kernel", &kernel, required: true, "The similarity of the features at an edge's two ends.")
    visitor.field(
      "direction", &direction, .choice,
      "KL(teacher || student), as in the authors' code, or KL(student || teacher), as in the paper."
    )
  }

  package var taps: [TapUse] {
    func uses(_ key: String, _ tap: String, _ reads: TapUse.Source) -> TapUse {
      TapUse(key: key, tap: tap, reads: reads, needsEdges: true)
    }
    return [
      uses("studentTap", features.studentTap, .student),
      uses("teacherTap", features.teacherTap, .teacher),
    ] + furtherStudentTaps.map { uses("furtherStudentTaps", $0, .student) }
      + furtherTeacherTaps.map { uses("furtherTeacherTaps", $0, .teacher) }
  }

  package var inconsistencies: [Inconsistency] {
    guard furtherStudentTaps.count != furtherTeacherTaps.count else { return [] }
    let message =
      "found \(furtherTeacherTaps.count) for \(furtherStudentTaps.count) furtherStudentTaps; each of "
      + "the student's features is compared with one of the teacher's"
    return [Inconsistency(key: "furtherTeacherTaps", message: message)]
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    let similarity = kernel.settings.edgeKernel
    let teacher = try context.teacher(source)
    let further = zip(furtherStudentTaps, furtherTeacherTaps).map {
      (Tap(validated: $0), Tap(validated: $1))
    }
    let parts = ([(features.student, features.teacher)] + further).map { own, taught in
      LocalStructurePreserving(
        tap: own, kernel: similarity, direction: direction,
        reference: teacher.structure(at: taught, similarity))
    }
    return parts.count == 1 ? parts[0] : AveragedObjectives(parts)
  }
}
