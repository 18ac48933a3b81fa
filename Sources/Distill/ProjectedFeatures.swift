import Layers
import Tensor

/// The learnt maps in front of an objective that compares the features of student and teacher as a
/// function of their difference.
struct ProjectedFeatures<S: Scalar> {
  private let studentHead: ProjectionHead<S>?
  private let teacherHead: ProjectionHead<S>?
  private let normalizes: Bool

  /// Those of the projections.
  var parameters: [Parameter<S>] {
    (studentHead?.parameters ?? []) + (teacherHead?.parameters ?? [])
  }

  /// - Parameters:
  ///   - name: The term's name, for those of its parameters.
  ///   - studentWidth: The columns of the student's features.
  ///   - teacherWidth: The columns of the teacher's features.
  ///   - projection: The learnt maps.
  ///   - normalizes: Whether each node's features are scaled to length 1 after them.
  ///   - seed: For the first values of the maps.
  init(
    name: String, studentWidth: Int, teacherWidth: Int, projection: FitNetProjection,
    normalizes: Bool, seed: UInt64
  ) {
    self.normalizes = normalizes
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

  /// A distance of the projected features, its gradient at the student's features, and those of the
  /// maps' parameters.
  ///
  /// - Parameter distance: From the projected features of student and teacher, a loss and its
  ///   gradient at the student's. That at the teacher's is the same with the other sign.
  func evaluate(
    _ features: Matrix<S>, reference: (NodeSample) -> Matrix<S>,
    distance: (_ student: Matrix<S>, _ teacher: Matrix<S>) -> (Double, Matrix<S>)
  ) -> (loss: Double, gradient: Matrix<S>, ofParameters: [String: Matrix<S>]) {
    var ofParameters: [String: Matrix<S>] = [:]
    let all = NodeSample.all(features.rows)
    let studentPass = studentHead?.forward(all) { _ in features }
    let teacherPass = teacherHead?.forward(all) { reference($0) }
    let student = scaled(studentPass?.output ?? features)
    let teacher = scaled(teacherPass?.output ?? reference(all))
    let (loss, dStudent) = distance(student.output, teacher.output)
    if let teacherPass {
      var dTeacher = dStudent
      dTeacher.multiply(by: -1)
      _ = teacherPass.backward(teacher.backward(dTeacher), &ofParameters, false)
    }
    let dProjected = student.backward(dStudent)
    let gradient = studentPass?.backward(dProjected, &ofParameters, true) ?? dProjected
    return (loss, gradient, ofParameters)
  }

  private func scaled(
    _ x: Matrix<S>
  ) -> (output: Matrix<S>, backward: (Matrix<S>) -> Matrix<S>) {
    guard normalizes else { return (x, { $0 }) }
    let rows = NormalizedRows(x)
    return (rows.output, rows.backward)
  }
}
