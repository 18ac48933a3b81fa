import Layers
import Records
import Tensor

/// The optimiser: the settings of any registered one.
package struct OptimizerConfig: Variant {
  package var settings: any OptimizerSettings

  package init(settings: any OptimizerSettings) { self.settings = settings }
  package static var registry: Registry<any OptimizerSettings> { Registries.optimizers }
}

/// The settings of an optimiser: its keys, and the optimiser that they make.
public protocol OptimizerSettings: VariantSettings {
  /// The rate that the schedule starts from.
  var learningRate: Double { get }
  /// Weight decays of parameters that do not have the optimiser's, by patterns that each fit one at
  /// least.
  var decayGroups: WeightDecayGroups { get }
  /// The optimiser of the given parameters.
  func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S>
}

extension OptimizerSettings {
  /// None.
  public var decayGroups: WeightDecayGroups { WeightDecayGroups() }
}

extension Registry where Value == any OptimizerSettings {
  /// Adds an optimiser.
  public func register<Settings: OptimizerSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

/// Adam (Kingma and Ba 2015), with coupled or decoupled weight decay.
package struct AdamConfig: OptimizerSettings {
  package static let name = "adam"
  package static let note = "Adam, or AdamW where the weight decay is decoupled."
  package static let citation =
    "Kingma & Ba, Adam, ICLR 2015; Loshchilov & Hutter, Decoupled weight decay, ICLR 2019"

  package var learningRate = 0.001
  package var decay = WeightDecayConfig()
  /// Whether weights shrink by learningRate * weightDecay apart from the gradient (AdamW).
  package var decoupled = false
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon = 1e-8

  package init(
    learningRate: Double = 0.001, weightDecay: Double = 0.0, decoupled: Bool = false,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) {
    self.learningRate = learningRate
    decay.everywhere = weightDecay
    self.decoupled = decoupled
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "learningRate", &learningRate, .number(.positive), required: true, "The step size.")
    decay.fields(visitor)
    visitor.field(
      "decoupled", &decoupled, .boolean, "Decay the weights apart from the gradient (AdamW).")
    visitor.field("beta1", &beta1, .number(.halfOpen(0, 1)), "Decay of the mean gradient.")
    visitor.field("beta2", &beta2, .number(.halfOpen(0, 1)), "Decay of the mean squared gradient.")
    visitor.field("epsilon", &epsilon, .number(.positive), "Added to the root in the divisor.")
  }

  package var decayGroups: WeightDecayGroups { decay.groups }

  package var inconsistencies: [Inconsistency] { decay.inconsistencies }

  package var warnings: [Inconsistency] {
    guard decoupled, !decay.isUsed else { return decay.warnings }
    return decay.warnings + [
      Inconsistency(key: "decoupled", message: "has no effect without a weightDecay above 0")
    ]
  }

  package func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S> {
    var options = Adam<S>.Options()
    options.beta1 = beta1
    options.beta2 = beta2
    options.epsilon = epsilon
    options.weightDecay = decay.everywhere
    options.decayGroups = decay.groups
    options.decoupled = decoupled
    return Adam(parameters, options: options)
  }
}

/// Stochastic gradient descent with momentum.
package struct SGDConfig: OptimizerSettings {
  package static let name = "sgd"
  package static let note = "Stochastic gradient descent."

  package var learningRate = 0.1
  package var momentum = 0.0
  package var nesterov = false
  package var decay = WeightDecayConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "learningRate", &learningRate, .number(.positive), required: true, "The step size.")
    visitor.field("momentum", &momentum, .number(.halfOpen(0, 1)), "Decay of the velocity.")
    visitor.field("nesterov", &nesterov, .boolean, "Nesterov's momentum.")
    decay.fields(visitor)
  }

  package var inconsistencies: [Inconsistency] {
    guard nesterov && momentum == 0 else { return decay.inconsistencies }
    return decay.inconsistencies + [
      Inconsistency(key: "nesterov", message: "needs a momentum above 0")
    ]
  }

  package var warnings: [Inconsistency] { decay.warnings }

  package var decayGroups: WeightDecayGroups { decay.groups }

  package func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S> {
    var options = SGD<S>.Options()
    options.momentum = momentum
    options.nesterov = nesterov
    options.weightDecay = decay.everywhere
    options.decayGroups = decay.groups
    return SGD(parameters, options: options)
  }
}
