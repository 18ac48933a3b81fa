import Graph
import Layers
import Tensor

/// What a knowledge distillation loss is the mean over.
public enum DistillationAverage: String, Sendable, CaseIterable {
  /// Nodes: sums over the classes of a node, as Hinton et al. write it.
  case nodes
  /// Nodes and classes: the same divided by the number of classes, as the authors of G-CRD compute
  /// it (`kl_div` with its default reduction).
  case nodesAndClasses
}

/// Which nodes of a batch an objective on logits counts.
public enum CountedNodes: String, Sendable, CaseIterable {
  /// All: the teacher's opinion of a node needs no label.
  case all
  /// Those whose labels are known.
  case known
}

/// Knowledge distillation (Hinton, Vinyals & Dean 2015): the student's softened predictions shall be
/// the teacher's. With logits s of the student and t of the teacher, n x c, and a temperature T:
///
///     softmax:  loss = T^2 mean over nodes of KL(softmax(t / T) || softmax(s / T))
///               ds   = T (softmax(s / T) - softmax(t / T)) / nodes
///     sigmoid:  loss = T^2 mean over nodes and labels of KL(sigmoid(t / T) || sigmoid(s / T))
///               ds   = T (sigmoid(s / T) - sigmoid(t / T)) / (nodes labels)
///
/// where KL of sigmoids is that of the two-point distributions (p, 1 - p). Predictions may be as sure
/// as they like: no logarithm of a probability is taken. And temperatures may be as high as they like:
/// with w the student's softened logits less the teacher's, less their mean under p,
///
///     KL(p || q) = log(1 + sum p (exp(w) - 1 - w)),   q - p = p (exp(w - KL) - 1)
///
/// has no negative term and no difference of numbers that are nearly equal, so single precision
/// agrees with double from T = 1e-3 to 1e6, and no rounding makes a loss negative.
///
/// The sigmoid form with T = 1 has the gradient of the binary cross-entropy with the teacher's
/// probabilities as labels, which the authors of G-CRD use on PPI; the losses differ by the entropy
/// of the teacher.
public final class KnowledgeDistillation<S: Scalar>: Objective {
  /// How logits become distributions.
  public enum Form: Sendable, Equatable {
    /// One class a node.
    case softmax(DistillationAverage)
    /// Any set of labels a node.
    case sigmoid
  }

  private let form: Form
  private let temperature: Double
  private let nodes: CountedNodes
  private let reference: TeacherReference<S>

  /// The student's logits.
  public let taps: [Tap] = [.logits]

  /// - Parameters:
  ///   - form: Softmax or sigmoid.
  ///   - temperature: T > 0.
  ///   - nodes: Which nodes count.
  ///   - reference: The teacher's logits.
  public init(
    form: Form, temperature: Double, nodes: CountedNodes = .all,
    reference: @escaping TeacherReference<S>
  ) {
    precondition(temperature > 0 && temperature.isFinite, "a temperature is positive")
    self.form = form
    self.temperature = temperature
    self.nodes = nodes
    self.reference = reference
  }

  /// The divergence and its gradient at the logits; both are 0 where no node counts.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let student = try input[.logits]
    let teacher = reference(input.batch, .all(student.rows))
    let counts = nodes == .known ? input.batch.counts : nil
    guard counts?.count ?? student.rows == student.rows else {
      throw ObjectiveError(
        "counts rows with known labels: the logits have \(student.rows) rows, the labels "
          + "\(counts!.count)")
    }
    guard student.rows == teacher.rows, student.columns == teacher.columns else {
      throw ObjectiveError(
        "compares logits of \(student.rows) x \(student.columns) with a teacher's of "
          + "\(teacher.rows) x \(teacher.columns)")
    }
    let (loss, dLogits) =
      switch form {
      case .softmax(let average):
        divergence(
          student, teacher, counts, perNode: average == .nodes ? 1 : student.columns,
          S.kernels.softmaxDivergence)
      case .sigmoid:
        divergence(
          student, teacher, counts, perNode: student.columns, S.kernels.sigmoidDivergence)
      }
    return ObjectiveValue(loss: loss, gradients: [.logits: dLogits])
  }

  private func divergence(
    _ student: Matrix<S>, _ teacher: Matrix<S>, _ counts: [UInt8]?, perNode: Int,
    _ kernel: (
      Int, Int, Kernels<S>.In, Kernels<S>.In, UnsafePointer<UInt8>?, Double, Double,
      Kernels<S>.Out
    ) -> Double
  ) -> (loss: Double, dLogits: Matrix<S>) {
    precondition(
      student.rows == teacher.rows && student.columns == teacher.columns,
      "logits of \(student.rows) x \(student.columns) and \(teacher.rows) x \(teacher.columns)")
    let counted = counts.map { $0.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } } ?? student.rows
    let share = counted * perNode == 0 ? 0 : 1 / Double(counted * perNode)
    var gradient = Matrix<S>(zeros: student.rows, student.columns)
    guard share > 0 else { return (0, gradient) }
    let (s, t, ds) = (student.pointer, teacher.pointer, gradient.mutablePointer)
    let width = student.columns
    // An empty mask stands for none: it is never looked at.
    let total = (counts ?? []).withUnsafeBufferPointer { mask in
      let mask = counts == nil ? nil : mask.baseAddress
      return Parallel.sum(student.rows, of: 256) { r in
        let first = r.lowerBound * width
        return kernel(
          r.count, width, s + first, t + first, mask.map { $0 + r.lowerBound },
          1 / temperature, temperature * share, ds + first)
      }
    }
    return (temperature * temperature * share * total, gradient)
  }
}
