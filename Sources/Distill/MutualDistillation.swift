import Graph
import Layers
import Tensor

/// Deep mutual learning (Zhang et al., CVPR 2018): each student's predictions shall be those of the
/// students that train beside it,
///
///     loss = 1 / (S - 1) * sum over peers j of KD(logits, logits_j)
///
/// with the divergence of ``KnowledgeDistillation``. The peers' side carries no gradient.
public final class MutualDistillation<S: Scalar>: Objective {
  private let divergences: [KnowledgeDistillation<S>]

  /// The student's logits.
  public let taps: [Tap] = [.logits]

  /// - Parameters:
  ///   - peers: The S - 1 other students; at least one.
  ///   - form: Softmax or sigmoid.
  ///   - temperature: T > 0.
  ///   - nodes: Which nodes count.
  public init(
    peers: [TeacherFeatures<S>], form: KnowledgeDistillation<S>.Form, temperature: Double,
    nodes: CountedNodes = .all
  ) {
    precondition(!peers.isEmpty, "mutual learning needs a peer")
    divergences = peers.map {
      KnowledgeDistillation(
        form: form, temperature: temperature, nodes: nodes, reference: $0.reference(at: .logits))
    }
  }

  /// The mean over peers.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let share = 1 / Double(divergences.count)
    var total = 0.0
    let logits = try input[.logits]
    var dLogits = Matrix<S>(zeros: logits.rows, logits.columns)
    for divergence in divergences {
      let value = try divergence.evaluate(input)
      total += share * value.loss
      dLogits.add(value.gradients[.logits]!, scale: S(share))
    }
    return ObjectiveValue(loss: total, gradients: [.logits: dLogits])
  }
}
