import Distill
import Layers
import Records
import Tensor

/// Knowledge distillation (Hinton et al. 2015): the student's softened predictions follow the
/// teacher's.
package struct KDConfig: ObjectiveSettings {
  package static let name = "kd"
  package static let note = "Knowledge distillation (Hinton et al. 2015), on logits."
  package static let citation =
    "Hinton, Vinyals & Dean, Distilling the knowledge in a neural network, arXiv:1503.02531, 2015"

  package var source = TeacherConfig()
  package var predictions = SoftPredictionsConfig()

  package var teacher: TeacherConfig? { source }
  package var teacherCache: TeacherCache { .features(tap: Tap.logits.name) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    predictions.fields(visitor)
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    KnowledgeDistillation(
      form: predictions.form.settings.form(), temperature: predictions.temperature,
      nodes: predictions.nodes, reference: try context.teacher(source).reference(at: .logits))
  }
}

/// How predictions are compared. Its fields stand among the objective's own.
package struct SoftPredictionsConfig: Equatable, Sendable {
  package var form = DistillationFormConfig()
  package var temperature = 1.0
  package var nodes = CountedNodes.all

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("form", &form, required: true, "How logits become distributions.")
    visitor.field(
      "temperature", &temperature, .number(.closed(1e-3, 1e6)),
      "Logits are divided by T, and the loss is multiplied by T^2.")
    visitor.field(
      "nodes", &nodes, .choice, "Which nodes count: all, or those with known labels.")
  }
}

/// How logits become distributions.
package struct DistillationFormConfig: Variant {
  package var settings: any DistillationFormSettings

  package init(settings: any DistillationFormSettings) { self.settings = settings }
  package static let registry = Registry<any DistillationFormSettings>(
    "forms", [.init(SigmoidFormConfig.self) { $0 }, .init(SoftmaxFormConfig.self) { $0 }])
}

/// A way from logits to distributions.
package protocol DistillationFormSettings: VariantSettings {
  /// In the terms of the objective.
  func form<S: Scalar>() -> KnowledgeDistillation<S>.Form
}

/// A sigmoid for each of several labels a node.
package struct SigmoidFormConfig: DistillationFormSettings {
  package static let name = "sigmoid"
  package static let note = "Several labels a node; the mean over nodes and labels."

  package init() {}

  package func form<S: Scalar>() -> KnowledgeDistillation<S>.Form { .sigmoid }
}

/// A softmax over the classes of a node.
package struct SoftmaxFormConfig: DistillationFormSettings {
  package static let name = "softmax"
  package static let note = "One label a node."

  package var average = DistillationAverage.nodes

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "average", &average, .choice,
      "What the loss is the mean over: nodes, or nodes and classes, as in the code of G-CRD.")
  }

  package func form<S: Scalar>() -> KnowledgeDistillation<S>.Form { .softmax(average) }
}
