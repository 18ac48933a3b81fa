import Distill
import Tensor

/// Knowledge distillation (Hinton et al. 2015): the student's softened predictions follow the
/// teacher's.
struct KDConfig: ObjectiveSettings {
  static let name = "kd"
  static let note = "Knowledge distillation (Hinton et al. 2015), on logits."
  static let citation =
    "Hinton, Vinyals & Dean, Distilling the knowledge in a neural network, arXiv:1503.02531, 2015"

  var source = TeacherConfig()
  var predictions = SoftPredictionsConfig()

  var teacher: TeacherConfig? { source }

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    predictions.fields(visitor)
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    KnowledgeDistillation(
      form: predictions.form.settings.form(), temperature: predictions.temperature,
      nodes: predictions.nodes, reference: try context.teacher(source).reference(at: .logits))
  }
}

/// How predictions are compared. Its fields stand among the objective's own.
struct SoftPredictionsConfig: Equatable, Sendable {
  var form = DistillationFormConfig()
  var temperature = 1.0
  var nodes = CountedNodes.all

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("form", &form, required: true, "How logits become distributions.")
    visitor.field(
      "temperature", &temperature, .number(.closed(1e-3, 1e6)),
      "Logits are divided by T, and the loss is multiplied by T^2.")
    visitor.field(
      "nodes", &nodes, .choice, "Which nodes count: all, or those with known labels.")
  }
}

/// How logits become distributions.
struct DistillationFormConfig: Variant {
  var settings: any DistillationFormSettings
  static let registry = Registry<any DistillationFormSettings>(
    "forms", [.init(SigmoidFormConfig.self) { $0 }, .init(SoftmaxFormConfig.self) { $0 }])
}

/// A way from logits to distributions.
protocol DistillationFormSettings: VariantSettings {
  /// In the terms of the objective.
  func form<S: Scalar>() -> KnowledgeDistillation<S>.Form
}

/// A sigmoid for each of several labels a node.
struct SigmoidFormConfig: DistillationFormSettings {
  static let name = "sigmoid"
  static let note = "Several labels a node; the mean over nodes and labels."

  func form<S: Scalar>() -> KnowledgeDistillation<S>.Form { .sigmoid }
}

/// A softmax over the classes of a node.
struct SoftmaxFormConfig: DistillationFormSettings {
  static let name = "softmax"
  static let note = "One label a node."

  var average = DistillationAverage.nodes

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "average", &average, .choice,
      "What the loss is the mean over: nodes, or nodes and classes, as in the code of G-CRD.")
  }

  func form<S: Scalar>() -> KnowledgeDistillation<S>.Form { .softmax(average) }
}
