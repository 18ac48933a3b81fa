import Layers
import Records
import Tensor

/// RMSprop, centred or not, with or without momentum.
package struct RMSpropConfig: OptimizerSettings {
  package static let name = "rmsprop"
  package static let note = "Steps divided by a running root mean square of the gradient."
  package static let citation =
    "Hinton, Neural networks for machine learning, lecture 6e, 2012; centred: Graves, Generating "
    + "sequences with recurrent neural networks, 2013"

  package var learningRate = 0.01
  package var decay = WeightDecayConfig()
  package var alpha = 0.99
  package var epsilon = 1e-8
  package var momentum = 0.0
  package var centered = false

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "learningRate", &learningRate, .number(.positive), required: true, "The step size.")
    decay.fields(visitor)
    visitor.field("alpha", &alpha, .number(.halfOpen(0, 1)), "Decay of the mean squared gradient.")
    visitor.field("epsilon", &epsilon, .number(.positive), "Added to the root in the divisor.")
    visitor.field("momentum", &momentum, .number(.halfOpen(0, 1)), "Decay of the velocity.")
    visitor.field(
      "centered", &centered, .boolean,
      "Divide by the deviation of the gradient: its mean is taken out of the mean square.")
  }

  package var inconsistencies: [Inconsistency] { decay.inconsistencies }
  package var warnings: [Inconsistency] { decay.warnings }
  package var decayGroups: WeightDecayGroups { decay.groups }

  package func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S> {
    var options = RMSprop<S>.Options()
    options.alpha = alpha
    options.epsilon = epsilon
    options.momentum = momentum
    options.centered = centered
    options.weightDecay = decay.everywhere
    options.decayGroups = decay.groups
    return RMSprop(parameters, options: options)
  }
}
