import Layers
import Tensor

/// Graph contrastive representation distillation (G-CRD; Joshi et al., TNNLS 2022): among all
/// teacher nodes of a sample, a student's node shall be most like itself. Both sides go through
/// learnt projections; with the projected features u_i of the student and v_i of the teacher, scaled
/// to length 1, over m sampled nodes,
///
///     loss = -1 / m sum over i of log (exp(u_i . v_i / T) / sum over j of exp(u_i . v_j / T))
///
/// The authors' code, which the defaults follow, has T = 0.075, 256 columns and 8,192 nodes; their
/// scripts raise the last to 16,384, and their heads are ``ProjectionHeadKind/linearBatchNormReLU``.
///
/// Work and time grow as m^2 times the projected width; pairs are worked on in panels of rows, so
/// memory grows as m.
public final class ContrastiveDistillation<S: Scalar>: Objective {
  /// The options that need no teacher.
  public struct Options: Sendable, Equatable {
    /// The temperature T.
    public var temperature = 0.075
    /// The columns of projected features.
    public var width = 256
    /// What the projections compute.
    public var head = ProjectionHeadKind.linear
    /// The most nodes that are compared in a step; nil for all.
    public var maxSamples: Int? = 8_192

    /// The options of the authors' code with linear projections.
    public init() {}
  }

  private let name: String
  private let tap: Tap
  private let options: Options
  private let studentHead: ProjectionHead<S>
  private let teacherHead: ProjectionHead<S>
  private let reference: TeacherReference<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }
  /// Those of both projections.
  public var parameters: [Parameter<S>] { studentHead.parameters + teacherHead.parameters }

  /// - Parameters:
  ///   - name: The term's name, for those of its parameters and for its random numbers.
  ///   - tap: The student's features.
  ///   - studentWidth: The columns of the student's features.
  ///   - teacherWidth: The columns of the teacher's features.
  ///   - options: All else.
  ///   - seed: For the first values of the projections.
  ///   - reference: The teacher's features.
  public init(
    name: String, tap: Tap, studentWidth: Int, teacherWidth: Int, options: Options = Options(),
    seed: UInt64, reference: @escaping TeacherReference<S>
  ) {
    precondition(options.temperature > 0 && options.width > 0, "temperature and width are positive")
    precondition(options.maxSamples ?? 1 > 0, "a sample has a node")
    self.name = name
    self.tap = tap
    self.options = options
    self.reference = reference
    studentHead = ProjectionHead(
      name: "\(name).student", inputWidth: studentWidth, outputWidth: options.width,
      kind: options.head, seed: seed)
    teacherHead = ProjectionHead(
      name: "\(name).teacher", inputWidth: teacherWidth, outputWidth: options.width,
      kind: options.head, seed: seed)
  }

  /// The contrastive loss and its gradient at the tap.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let features = try input[tap]
    let nodes = NodeSample.random(
      of: features.rows, atMost: options.maxSamples, for: name, input.context)
    let studentPass = studentHead.forward(nodes) { $0.rows(of: features) }
    let teacherPass = teacherHead.forward(nodes) { reference(input.batch, $0) }
    let student = NormalizedRows(studentPass.output)
    let teacher = NormalizedRows(teacherPass.output)
    let (loss, dStudent, dTeacher) = diagonalContrast(
      student.output, teacher.output, temperature: options.temperature)
    var ofParameters: [String: Matrix<S>] = [:]
    _ = teacherPass.backward(teacher.backward(dTeacher), &ofParameters, false)
    guard let dFeatures = studentPass.backward(student.backward(dStudent), &ofParameters, true)
    else {
      preconditionFailure("a head that was asked for its input's gradient returns it")
    }
    return ObjectiveValue(
      loss: loss, gradients: [tap: dFeatures], parameterGradients: ofParameters)
  }
}

/// Softmax cross-entropy of the inner products u_i . v_j / T over j, with class i for row i:
///
///     loss = 1 / m sum over i of (log sum over j of exp(u_i . v_j / T) - u_i . v_i / T)
///     P    = (softmax of rows - identity) / (m T),   du = P v,   dv = P^T u
///
/// - Parameters:
///   - u: m x d.
///   - v: m x d.
/// - Returns: The loss, 0 without rows, and both gradients, m x d.
func diagonalContrast<S>(
  _ u: Matrix<S>, _ v: Matrix<S>, temperature: Double
) -> (loss: Double, du: Matrix<S>, dv: Matrix<S>) {
  precondition(u.rows == v.rows && u.columns == v.columns, "both sides have one shape")
  let m = u.rows
  var du = Matrix<S>(uninitialized: m, u.columns)
  var dv = Matrix<S>(zeros: m, u.columns)
  var total = 0.0
  let panelRows = 512
  for first in stride(from: 0, to: m, by: panelRows) {
    let panel = u.slice(rows: first..<min(m, first + panelRows))
    var logits = Matrix.product(panel, v, transposing: .right, scale: S(1 / temperature))
    let x = logits.mutablePointer
    total += Parallel.sum(panel.rows, of: 32) { r in
      S.kernels.diagonalCrossEntropy(
        r.count, m, first + r.lowerBound, S(1 / (temperature * Double(m))), x + r.lowerBound * m)
    }
    du.replaceRows(from: first, with: .product(logits, v))
    dv.addProduct(logits, panel, transposing: .left)
  }
  return (m == 0 ? 0 : total / Double(m), du, dv)
}
