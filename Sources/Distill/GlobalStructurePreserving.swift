import Layers
import Tensor

/// How alike two nodes are in global structure preserving.
public enum GlobalSimilarity: Sendable, Equatable {
  /// z_i . z_j / (|z_i| |z_j|)
  case cosine
  /// (cosine + offset)^degree; degree 2 and offset 0 in the authors' code.
  case poly(degree: Int, offset: Double)
  /// |z_i - z_j|
  case l2
  /// exp(-|z_i - z_j|^2 / (2 sigma^2)); sigma 1 in the authors' code.
  case rbf(sigma: Double)
  /// f of z_i . z_j or of |z_i - z_j|^2, of the features as they are or scaled to length 1.
  case function(AnyKernelFunction, ofDirections: Bool)

  /// Whether features are scaled to length 1 first.
  package var normalizes: Bool {
    switch self {
    case .cosine, .poly: true
    case .l2, .rbf: false
    case .function(_, let ofDirections): ofDirections
    }
  }

  fileprivate var kernel: PairwiseKernel {
    switch self {
    case .cosine: .linear
    case .poly(let degree, let offset): .poly(degree: degree, offset: offset)
    case .l2: .distance
    case .rbf(let sigma): .rbf(variance: sigma * sigma)
    case .function(let function, _): .function(function)
    }
  }
}

/// Global structure preserving (GSP; Joshi et al., TNNLS 2022): all pairs of nodes shall be as alike
/// for the student as for the teacher. Over m sampled nodes,
///
///     loss = 1 / m^2 sum over i, j of (SIM(s_i, s_j) - SIM(t_i, t_j))^2
///
/// with every node paired with itself as well, as in the authors' code. Work and time grow as
/// m^2 (widths of student and teacher); pairs are worked on in panels of rows, so memory grows as m.
public final class GlobalStructurePreserving<S: Scalar>: Objective {
  private let name: String
  private let tap: Tap
  private let similarity: GlobalSimilarity
  private let maxSamples: Int?
  private let reference: TeacherReference<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }

  /// - Parameters:
  ///   - name: The term's name, for its random numbers.
  ///   - tap: The student's features.
  ///   - similarity: SIM.
  ///   - maxSamples: The most nodes that are compared in a step; nil for all.
  ///   - reference: The teacher's features.
  public init(
    name: String, tap: Tap, similarity: GlobalSimilarity, maxSamples: Int? = 8_192,
    reference: @escaping TeacherReference<S>
  ) {
    precondition(maxSamples ?? 1 > 0, "a sample has a node")
    self.name = name
    self.tap = tap
    self.similarity = similarity
    self.maxSamples = maxSamples
    self.reference = reference
  }

  /// The mean squared error of similarities and its gradient at the tap.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let features = try input[tap]
    let nodes = NodeSample.random(
      of: features.rows, atMost: maxSamples, for: name, input.context)
    let student = Points(nodes.rows(of: features), similarity)
    let teacher = Points(reference(input.batch, nodes), similarity)
    let m = nodes.count
    let share = 1 / (Double(m) * Double(m))
    var dPoints = Matrix<S>(uninitialized: m, student.rows.columns)
    var total = 0.0
    let panelRows = 512
    for first in stride(from: 0, to: m, by: panelRows) {
      let panel = first..<min(m, first + panelRows)
      let (values, backward) = student.similarities(panel)
      var gap = values
      gap.add(teacher.similarities(panel).values, scale: -1)
      total += gap.sumOfSquares
      gap.multiply(by: S(2 * share))
      dPoints.replaceRows(from: first, with: student.backward(panel, backward(gap)))
    }
    return ObjectiveValue(
      loss: m == 0 ? 0 : share * total,
      gradients: [tap: nodes.rowsBackward(student.featureGradient(dPoints))])
  }
}

/// The features of one model that are compared with one another.
private struct Points<S: Scalar> {
  let rows: Matrix<S>
  private let squares: Matrix<S>
  private let kernel: PairwiseKernel
  private let normalized: NormalizedRows<S>?

  init(_ features: Matrix<S>, _ similarity: GlobalSimilarity) {
    normalized = similarity.normalizes ? NormalizedRows(features) : nil
    rows = normalized?.output ?? features
    squares = rows.rowSquares()
    kernel = similarity.kernel
  }

  /// The similarities of the rows `panel` to all rows, and the backward pass to inner products.
  func similarities(
    _ panel: Range<Int>
  ) -> (values: Matrix<S>, backward: (Matrix<S>) -> Matrix<S>) {
    kernel.forward(
      inner: Matrix.product(rows.slice(rows: panel), rows, transposing: .right),
      squares: squares.slice(rows: panel), otherSquares: squares, own: panel.lowerBound)
  }

  /// The gradient of the rows `panel` from that of their inner products H, panel x m. The pairs
  /// (i, j) and (j, i) weigh the same, so dx_i = 2 sum over j of H_ij x_j; distances change with
  /// lengths too, and have dx_i = 2 sum over j of H_ij (x_j - x_i).
  func backward(_ panel: Range<Int>, _ dInner: Matrix<S>) -> Matrix<S> {
    var dRows = Matrix.product(dInner, rows, scale: 2)
    if kernel.readsDistances {
      dRows.addScaledRows(of: rows.slice(rows: panel), by: dInner.rowSums(), scale: -2)
    }
    return dRows
  }

  /// From the gradient of the rows to that of the features.
  func featureGradient(_ dRows: Matrix<S>) -> Matrix<S> { normalized?.backward(dRows) ?? dRows }
}
