import Distill
import Tensor

/// Binary cross-entropy with logits, the mean over known nodes and labels.
struct BinaryCrossEntropyConfig: ObjectiveSettings {
  static let name = "bce"
  static let note = "Binary cross-entropy with the labels, for several labels a node."

  var taskLoss: TaskLoss? { .binaryCrossEntropy }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    TaskObjective(.binaryCrossEntropy)
  }
}

/// Cross-entropy with the one label of a node, the mean over known nodes.
struct CrossEntropyConfig: ObjectiveSettings {
  static let name = "crossEntropy"
  static let note = "Cross-entropy with the labels, for one label a node."

  var smoothing = 0.0

  /// Evaluations have plain labels.
  var taskLoss: TaskLoss? { .crossEntropy(smoothing: 0) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "smoothing", &smoothing, .number(.halfOpen(0, 1)),
      "Label smoothing in training: each target is 1 - smoothing for the label, and smoothing / C "
        + "more for each of the C classes. Evaluations have plain labels.")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    TaskObjective(.crossEntropy(smoothing: smoothing))
  }
}
