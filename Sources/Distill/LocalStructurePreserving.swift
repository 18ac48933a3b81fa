import Graph
import Layers
import Tensor

/// Which way the divergence of local structure preserving goes.
public enum LSPDirection: String, Sendable, CaseIterable {
  /// KL(teacher || student), as the authors' code computes it.
  case teacherToStudent
  /// KL(student || teacher), as the paper writes it.
  case studentToTeacher
}

/// Local structure preserving (LSP; Yang et al., CVPR 2020): the student's distribution of
/// similarity over each node's neighbours shall be the teacher's,
///
///     LS_ij = exp(SIM(z_i, z_j)) / sum over j' in N(i) of exp(SIM(z_i, z_j'))
///     loss  = mean over nodes i of KL between LS_i of the student and of the teacher
///
/// Only distributions over edges are compared, so the widths of teacher and student are free. N(i) are
/// the edges into i of the graph on which both taps live; where a network builds its own graphs, of
/// the union of the two, on which each side's similarities are taken from its own features. Gradients
/// flow to the student's features only: which nodes are neighbours is a constant.
public final class LocalStructurePreserving<S: Scalar>: Objective {
  private let tap: Tap
  private let kernel: SimilarityKernel
  private let direction: LSPDirection
  private let reference: TeacherStructure<S>

  /// The one tap that is compared.
  public var taps: [Tap] { [tap] }

  /// - Parameters:
  ///   - tap: The student's features.
  ///   - kernel: SIM.
  ///   - direction: Which way the divergence goes.
  ///   - reference: The teacher's local structure; see ``TeacherFeatures``.
  public init(
    tap: Tap, kernel: SimilarityKernel, direction: LSPDirection,
    reference: @escaping TeacherStructure<S>
  ) {
    self.tap = tap
    self.kernel = kernel
    self.direction = direction
    self.reference = reference
  }

  /// The mean divergence over the nodes of the batch.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let teacher = try reference(input.batch, input.graph(at: tap))
    let (similarities, backward) = kernel.forward(teacher.graph, try input[tap])
    let (loss, dScores) = edgeDivergence(
      teacher.graph, scores: similarities, logProbabilities: teacher.logProbabilities,
      direction: direction == .teacherToStudent ? .forward : .reverse)
    return ObjectiveValue(loss: loss, gradients: [tap: backward(dScores)])
  }
}

/// The local structure of features: log LS of every edge, m x 1.
public func localStructure<S>(
  _ graph: CSRGraph, features z: Matrix<S>, kernel: SimilarityKernel
) -> Matrix<S> {
  edgeLogSoftmax(graph, scores: kernel.forward(graph, z).similarities)
}
