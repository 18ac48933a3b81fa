import Graph
import Layers
import Tensor

/// How logits are compared with labels.
public enum TaskLoss: Sendable, Equatable {
  /// Binary cross-entropy for each of several labels a node;
  /// ``binaryCrossEntropy(logits:labels:counts:)``.
  case binaryCrossEntropy
  /// Softmax cross-entropy with the one label of a node, smoothed by the given amount;
  /// ``crossEntropy(logits:target:counts:)``.
  case crossEntropy(smoothing: Double)
}

/// The loss of the task itself: logits against the labels of the batch.
public final class TaskObjective<S: Scalar>: Objective {
  private let loss: TaskLoss
  /// The logits.
  public let taps: [Tap] = [.logits]

  /// An objective with the given loss.
  public init(_ loss: TaskLoss) {
    self.loss = loss
  }

  /// The mean loss over the nodes whose labels are known.
  public func evaluate(_ input: ObjectiveInput<S>, weight: Double) -> ObjectiveValue<S> {
    let batch = input.batch
    let value: LossValue<S>
    switch loss {
    case .binaryCrossEntropy:
      value = binaryCrossEntropy(
        logits: input[.logits], labels: batch.labels, counts: batch.counts)
    case .crossEntropy(let smoothing):
      let target = smoothing == 0 ? batch.labels : smoothed(batch.labels, amount: S(smoothing))
      value = crossEntropy(logits: input[.logits], target: target, counts: batch.counts)
    }
    return ObjectiveValue(loss: value.loss, gradients: [.logits: value.dLogits])
  }
}
