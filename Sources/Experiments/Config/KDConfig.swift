import Distill

/// Knowledge distillation (Hinton et al. 2015): the student's softened predictions follow the
/// teacher's.
struct KDConfig: ObjectiveSettings {
  static let name = "kd"
  static let note = "Knowledge distillation (Hinton et al. 2015), on logits."

  var source = TeacherConfig()
  var predictions = SoftPredictionsConfig()

  var teacher: TeacherConfig? { source }

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    predictions.fields(visitor)
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
      "temperature", &temperature, .number(.positive),
      "Logits are divided by T, and the loss is multiplied by T^2.")
    visitor.field(
      "nodes", &nodes, .choice, "Which nodes count: all, or those with known labels.")
  }
}

/// How logits become distributions.
enum DistillationFormConfig: Variant {
  case sigmoid(SigmoidFormConfig)
  case softmax(SoftmaxFormConfig)

  init() { self = .sigmoid(SigmoidFormConfig()) }

  static let tag = "type"
  static let choices = [VariantChoice(Self.sigmoid), VariantChoice(Self.softmax)]

  var settings: any VariantSettings {
    switch self {
    case .sigmoid(let settings): settings
    case .softmax(let settings): settings
    }
  }
}

/// A sigmoid for each of several labels a node.
struct SigmoidFormConfig: VariantSettings {
  static let name = "sigmoid"
  static let note = "Several labels a node; the mean over nodes and labels."

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// A softmax over the classes of a node.
struct SoftmaxFormConfig: VariantSettings {
  static let name = "softmax"
  static let note = "One label a node."

  var average = DistillationAverage.nodes

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "average", &average, .choice,
      "What the loss is the mean over: nodes, or nodes and classes, as in the code of G-CRD.")
  }
}
