import Distill
import Layers
import Records
import Tensor

/// Binary cross-entropy with logits, the mean over known nodes and labels.
package struct BinaryCrossEntropyConfig: ObjectiveSettings {
  package static let name = "bce"
  package static let note = "Binary cross-entropy with the labels, for several labels a node."

  package var taskLoss: TaskLoss? { .binaryCrossEntropy }

  package init() {}

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    TaskObjective(.binaryCrossEntropy)
  }
}

/// Cross-entropy with the one label of a node, the mean over known nodes, weighted where it says so.
package struct CrossEntropyConfig: ObjectiveSettings {
  package static let name = "crossEntropy"
  package static let note = "Cross-entropy with the labels, for one label a node."

  package var smoothing = 0.0
  package var smoothingOver = SmoothedClasses.all
  package var classWeights = ClassWeights.none
  /// The exponent of the focal loss.
  package var focusing = 0.0

  /// Evaluations have plain labels.
  package var taskLoss: TaskLoss? { .crossEntropy(smoothing: 0) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "smoothing", &smoothing, .number(.halfOpen(0, 1)),
      "Label smoothing in training: what targets give to other classes than the label's. Evaluations "
        + "have plain labels.")
    visitor.field(
      "smoothingOver", &smoothingOver, .choice,
      "\"all\": each target is 1 - smoothing for the label, and smoothing / C more for each of the C "
        + "classes. \"others\": 1 - smoothing for the label, smoothing / (C - 1) for each other class."
    )
    visitor.field(
      "classWeights", &classWeights, .classWeights,
      "What nodes of a class count in training, as PyTorch's weight: null for all alike; \"balanced\": "
        + "n / (C n_c) for each of C classes with n_c of the n training nodes; or a number a class. "
        + "Evaluations count all nodes alike.")
    visitor.field(
      "focusing", &focusing, .number(.closed(0, 100)),
      "The exponent g of the focal loss, (1 - p)^g times the cross-entropy of a label of probability p, "
        + "in training (Lin et al., ICCV 2017); 0 for none.")
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    TaskObjective(
      .crossEntropy(smoothing: smoothing, over: smoothingOver),
      weighting: CrossEntropyWeighting(
        classes: try classWeights.weights(of: context), focus: focusing))
  }

  package func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency? {
    guard case .byHand(let weights) = classWeights, weights.count != data.labelCount else {
      return nil
    }
    return Inconsistency(
      key: "classWeights",
      message:
        "found \(weights.count) numbers, expected one for each of the \(data.labelCount) classes "
        + "of \(data.summary.name)")
  }

  package var inconsistencies: [Inconsistency] {
    guard case .byHand(let weights) = classWeights, !weights.contains(where: { $0 > 0 }) else {
      return []
    }
    return [Inconsistency(key: "classWeights", message: "all are 0: no node would count")]
  }
}
