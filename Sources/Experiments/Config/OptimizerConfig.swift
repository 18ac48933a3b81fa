/// The optimiser.
enum OptimizerConfig: Variant {
  case adam(AdamConfig)
  case sgd(SGDConfig)

  init() { self = .adam(AdamConfig()) }

  static let tag = "type"
  static let choices = [VariantChoice(Self.adam), VariantChoice(Self.sgd)]

  var settings: any VariantSettings {
    switch self {
    case .adam(let settings): settings
    case .sgd(let settings): settings
    }
  }
}

/// Adam (Kingma and Ba 2015), with coupled or decoupled weight decay.
struct AdamConfig: VariantSettings {
  static let name = "adam"
  static let note = "Adam, or AdamW where the weight decay is decoupled."

  var learningRate = 0.001
  var weightDecay = 0.0
  /// Whether weights shrink by learningRate * weightDecay apart from the gradient (AdamW).
  var decoupled = false
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "learningRate", &learningRate, .number(.positive), required: true, "The step size.")
    visitor.field("weightDecay", &weightDecay, .number(.nonNegative), "L2 penalty.")
    visitor.field(
      "decoupled", &decoupled, .boolean, "Decay the weights apart from the gradient (AdamW).")
    visitor.field("beta1", &beta1, .number(.halfOpen(0, 1)), "Decay of the mean gradient.")
    visitor.field("beta2", &beta2, .number(.halfOpen(0, 1)), "Decay of the mean squared gradient.")
    visitor.field("epsilon", &epsilon, .number(.positive), "Added to the root in the divisor.")
  }
}

/// Stochastic gradient descent with momentum.
struct SGDConfig: VariantSettings {
  static let name = "sgd"
  static let note = "Stochastic gradient descent."

  var learningRate = 0.1
  var momentum = 0.0
  var nesterov = false
  var weightDecay = 0.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "learningRate", &learningRate, .number(.positive), required: true, "The step size.")
    visitor.field("momentum", &momentum, .number(.halfOpen(0, 1)), "Decay of the velocity.")
    visitor.field("nesterov", &nesterov, .boolean, "Nesterov's momentum.")
    visitor.field("weightDecay", &weightDecay, .number(.nonNegative), "L2 penalty.")
  }

  var inconsistencies: [Inconsistency] {
    guard nesterov && momentum == 0 else { return [] }
    return [Inconsistency(key: "nesterov", message: "needs a momentum above 0")]
  }
}
