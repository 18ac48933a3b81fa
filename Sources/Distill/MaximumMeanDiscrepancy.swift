import Layers
import Tensor

/// The kernel of a maximum mean discrepancy, between vectors x and y of length 1.
public enum DiscrepancyKernel: Sendable, Equatable {
  /// x . y
  case linear
  /// (x . y + offset)^degree; degree 2 and offset 0 in the paper.
  case poly(degree: Int, offset: Double)
  /// exp(-|x - y|^2 / (2 variance))
  case rbf(Bandwidth)
  /// f of x . y or of |x - y|^2
  case function(AnyKernelFunction)

  /// Where the variance sigma^2 of the RBF kernel comes from.
  public enum Bandwidth: Sendable, Equatable {
    /// A given number.
    case variance(Double)
    /// The mean of |x - y|^2 over all pairs of different vectors, student's and teacher's together,
    /// of the step: a constant in the gradient, and at least 1e-6.
    case meanSquaredDistance
  }

  /// Whether no discrepancy is negative: where every matrix of kernel values is positive semidefinite.
  var isPositive: Bool {
    switch self {
    case .linear, .rbf: true
    case .poly(_, let offset): offset >= 0
    // Nothing is known of it: a negative discrepancy is given as it is.
    case .function: false
    }
  }
}

/// Maximum mean discrepancy as in neuron selectivity transfer (NST; Huang & Wang 2017): the channels
/// of student and teacher shall be active at the same nodes. A channel is a sample: the vector of
/// its activations over m sampled nodes, scaled to length 1. With the C_s channels x of the student
/// and the C_t channels y of the teacher,
///
///     loss = mean over i, i' of k(x_i, x_i') + mean over j, j' of k(y_j, y_j')
///            - 2 mean over i, j of k(x_i, y_j)
///
/// so widths are free. A channel that is 0 at all nodes stays so and gets no gradient.
public final class MaximumMeanDiscrepancy<S: Scalar>: Objective {
  private let name: String
  private let tap: Tap
  private let kernel: DiscrepancyKernel
  private let maxSamples: Int?
  private let reference: TeacherReference<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }

  /// - Parameters:
  ///   - name: The term's name, for its random numbers.
  ///   - tap: The student's features.
  ///   - kernel: k.
  ///   - maxSamples: The most nodes over which channels are compared in a step; nil for all.
  ///   - reference: The teacher's features.
  public init(
    name: String, tap: Tap, kernel: DiscrepancyKernel, maxSamples: Int? = 1_024,
    reference: @escaping TeacherReference<S>
  ) {
    precondition(maxSamples ?? 1 > 0, "a sample has a node")
    self.name = name
    self.tap = tap
    self.kernel = kernel
    self.maxSamples = maxSamples
    self.reference = reference
  }

  /// The discrepancy and its gradient at the tap.
  ///
  /// With G the slopes of k with respect to inner products, dX = 2 / C_s^2 X G_xx
  /// - 2 / (C_s C_t) Y G_xy^T. (Lengths are fixed by the scaling, whose backward pass takes out every
  /// gradient along a vector: that of |x|^2 in a distance need not be computed.)
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let features = try input[tap]
    let nodes = NodeSample.random(
      of: features.rows, atMost: maxSamples, for: name, input.context)
    let student = NormalizedColumns(nodes.rows(of: features))
    let (x, y) = (student.output, NormalizedColumns(reference(input.batch, nodes)).output)
    let (xSquares, ySquares) = (x.columnDots(x), y.columnDots(y))
    let k = pairwiseKernel(x, y, squares: xSquares.sum + ySquares.sum)

    // The mean of k over pairs, times `factor`, and the gradient of the inner products.
    func mean(
      _ a: Matrix<S>, _ aSquares: Matrix<S>, _ b: Matrix<S>, _ bSquares: Matrix<S>, own: Int?,
      factor: Double, needsGradient: Bool
    ) -> (value: Double, dInner: Matrix<S>?) {
      let (values, backward) = k.forward(
        inner: .product(a, b, transposing: .left), squares: aSquares, otherSquares: bSquares,
        own: own)
      let share = factor / Double(values.count)
      let gradient =
        needsGradient
        ? backward(Matrix(repeating: S(share), values.rows, values.columns)) : nil
      return (share * values.sum, gradient)
    }
    guard x.columns > 0, y.columns > 0 else {
      return ObjectiveValue(loss: 0, gradients: [tap: Matrix(zeros: features.rows, x.columns)])
    }
    let within = mean(x, xSquares, x, xSquares, own: 0, factor: 1, needsGradient: true)
    let teacher = mean(y, ySquares, y, ySquares, own: 0, factor: 1, needsGradient: false)
    let across = mean(x, xSquares, y, ySquares, own: nil, factor: -2, needsGradient: true)
    var dx = Matrix<S>(zeros: x.rows, x.columns)
    if let d = within.dInner { dx.addProduct(x, d, scale: 2) }
    if let d = across.dInner { dx.addProduct(y, d, transposing: .right) }
    let discrepancy = within.value + teacher.value + across.value
    return ObjectiveValue(
      // Of channels that are nearly the same, rounding may leave a little less than nothing.
      loss: kernel.isPositive && discrepancy < 0 ? 0 : discrepancy,
      gradients: [tap: nodes.rowsBackward(student.backward(dx))])
  }

  /// The kernel of this step; `squares` is the sum of |v|^2 over all vectors v.
  ///
  /// Over all pairs of M vectors, the sum of |v - w|^2 is 2 M sum |v|^2 - 2 |sum v|^2.
  private func pairwiseKernel(_ x: Matrix<S>, _ y: Matrix<S>, squares: Double) -> PairwiseKernel {
    switch kernel {
    case .linear: return .linear
    case .poly(let degree, let offset): return .poly(degree: degree, offset: offset)
    case .function(let function): return .function(function)
    case .rbf(.variance(let variance)): return .rbf(variance: variance)
    case .rbf(.meanSquaredDistance):
      let count = Double(x.columns + y.columns)
      var sum = x.rowSums()
      sum.add(y.rowSums())
      let total = 2 * count * squares - 2 * sum.sumOfSquares
      return .rbf(variance: max(total / max(count * (count - 1), 1), 1e-6))
    }
  }
}
