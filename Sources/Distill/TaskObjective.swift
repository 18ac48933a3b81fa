import Graph
import Layers
import Tensor

/// How logits are compared with labels.
public enum TaskLoss: Sendable, Equatable {
  /// Binary cross-entropy for each of several labels a node;
  /// ``binaryCrossEntropy(logits:labels:counts:)``.
  case binaryCrossEntropy
  /// Softmax cross-entropy with the one label of a node, smoothed by the given amount;
  /// ``crossEntropy(logits:target:counts:)``, ``smoothed(_:amount:over:)``.
  case crossEntropy(smoothing: Double, over: SmoothedClasses = .all)
}

/// The loss of the task itself: logits against the labels of the batch.
public final class TaskObjective<S: Scalar>: Objective {
  private let loss: TaskLoss
  private let weighting: CrossEntropyWeighting
  /// The logits.
  public let taps: [Tap] = [.logits]

  /// An objective with the given loss.
  ///
  /// - Parameter weighting: Of classes and nodes in a cross-entropy in training;
  ///   ``weightedCrossEntropy(logits:target:labels:counts:_:)``. ``loss(_:)`` is without.
  public init(_ loss: TaskLoss, weighting: CrossEntropyWeighting = CrossEntropyWeighting()) {
    self.loss = loss
    self.weighting = weighting
  }

  /// The mean loss over the rows whose labels are known: nodes, or graphs.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let (logits, target) = try operands(input)
    let value =
      switch loss {
      case .binaryCrossEntropy:
        binaryCrossEntropy(logits: logits, labels: target, counts: input.batch.counts)
      case .crossEntropy where weighting.isPlain:
        crossEntropy(logits: logits, target: target, counts: input.batch.counts)
      case .crossEntropy:
        weightedCrossEntropy(
          logits: logits, target: target, labels: input.batch.labels, counts: input.batch.counts,
          weighting)
      }
    return ObjectiveValue(loss: value.loss, gradients: [.logits: value.dLogits])
  }

  /// The loss alone, for evaluations: that of every node alike.
  ///
  /// - Throws: As ``evaluate(_:)``.
  public func loss(_ input: ObjectiveInput<S>) throws -> Double {
    let (logits, target) = try operands(input)
    switch loss {
    case .binaryCrossEntropy:
      return binaryCrossEntropyLoss(logits: logits, labels: target, counts: input.batch.counts)
    case .crossEntropy:
      return crossEntropyLoss(logits: logits, target: target, counts: input.batch.counts)
    }
  }

  private func operands(
    _ input: ObjectiveInput<S>
  ) throws -> (logits: Matrix<S>, target: Matrix<S>) {
    let (logits, labels) = (try input[.logits], input.batch.labels)
    guard logits.rows == labels.rows, logits.columns == labels.columns else {
      throw ObjectiveError(
        "compares logits of \(logits.rows) x \(logits.columns) with labels of \(labels.rows) x "
          + "\(labels.columns): a network for labels of graphs has a readout, one for labels of "
          + "nodes has none")
    }
    guard case .crossEntropy(let smoothing, let classes) = loss, smoothing != 0 else {
      return (logits, labels)
    }
    return (logits, smoothed(labels, amount: S(smoothing), over: classes))
  }
}
