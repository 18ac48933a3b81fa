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

/// Cross-entropy with the one label of a node, the mean over known nodes.
package struct CrossEntropyConfig: ObjectiveSettings {
  package static let name = "crossEntropy"
  package static let note = "Cross-entropy with the labels, for one label a node."

  package var smoothing = 0.0
  package var smoothingOver = SmoothedClasses.all

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
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    TaskObjective(.crossEntropy(smoothing: smoothing, over: smoothingOver))
  }
}
