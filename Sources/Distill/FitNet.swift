import Layers
import Tensor

/// Which learnt maps stand between the features that FitNet compares.
public enum FitNetProjection: Sendable, Equatable {
  /// A linear map of the student's features to the teacher's width where the widths differ, none
  /// where they are equal: the regressor of Romero et al.
  case whereWidthsDiffer
  /// The linear map in any case.
  case student
  /// A head on each side, both to `width` columns, as in the code of the authors of G-CRD.
  case both(width: Int, head: ProjectionHeadKind)
}

/// FitNet (Romero et al., ICLR 2015) on features of length 1, as compared with G-CRD (Joshi et al.,
/// TNNLS 2022): with student features s_i and teacher features t_i of node i, after projection,
///
///     loss = mean over nodes and columns of (s_i / |s_i| - t_i / |t_i|)^2
///
/// A row of zeros stays one and gets no gradient.
public final class FitNet<S: Scalar>: Objective {
  private let tap: Tap
  private let reference: TeacherReference<S>
  private let studentHead: ProjectionHead<S>?
  private let teacherHead: ProjectionHead<S>?

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }
  /// Those of the projections.
  public var parameters: [Parameter<S>] {
    (studentHead?.parameters ?? []) + (teacherHead?.parameters ?? [])
  }

  /// - Parameters:
  ///   - name: The term's name, for those of its parameters.
  ///   - tap: The student's features.
  ///   - studentWidth: The columns of the student's features.
  ///   - teacherWidth: The columns of the teacher's features.
  ///   - projection: The learnt maps.
  ///   - seed: For the first values of the maps.
  ///   - reference: The teacher's features.
  public init(
    name: String, tap: Tap, studentWidth: Int, teacherWidth: Int,
    projection: FitNetProjection = .whereWidthsDiffer, seed: UInt64,
    reference: @escaping TeacherReference<S>
  ) {
    self.tap = tap
    self.reference = reference
    func head(_ side: String, _ from: Int, _ to: Int, _ kind: ProjectionHeadKind)
      -> ProjectionHead<S>
    {
      ProjectionHead(
        name: "\(name).\(side)", inputWidth: from, outputWidth: to, kind: kind, seed: seed)
    }
    switch projection {
    case .whereWidthsDiffer where studentWidth == teacherWidth:
      (studentHead, teacherHead) = (nil, nil)
    case .whereWidthsDiffer, .student:
      studentHead = head("student", studentWidth, teacherWidth, .linear)
      teacherHead = nil
    case .both(let width, let kind):
      studentHead = head("student", studentWidth, width, kind)
      teacherHead = head("teacher", teacherWidth, width, kind)
    }
  }

  /// The mean squared error and its gradient at the tap.
  public func evaluate(_ input: ObjectiveInput<S>, weight: Double) -> ObjectiveValue<S> {
    let features = input[tap]
    let all = NodeSample.all(features.rows)
    let studentPass = studentHead?.forward(all) { _ in features }
    let teacherPass = teacherHead?.forward(all) { reference(input.batch, $0) }
    let student = NormalizedRows(studentPass?.output ?? features)
    let teacher = NormalizedRows(teacherPass?.output ?? reference(input.batch, all))
    let (loss, dStudent) = meanSquaredError(student.output, teacher.output)
    if let teacherPass {
      // The gradient of the teacher's side is that of the student's with the other sign.
      var dTeacher = dStudent
      dTeacher.multiply(by: -1)
      _ = teacherPass.backward(teacher.backward(dTeacher), weight, false)
    }
    let dProjected = student.backward(dStudent)
    return ObjectiveValue(
      loss: loss,
      gradients: [tap: studentPass?.backward(dProjected, weight, true) ?? dProjected])
  }
}
