import Layers
import Tensor

extension OptimizerConfig {
  /// The optimiser of the given parameters.
  func optimizer<S: Scalar>(of parameters: [Parameter<S>]) -> any Optimizer<S> {
    switch self {
    case .adam(let config):
      var options = Adam<S>.Options()
      options.beta1 = config.beta1
      options.beta2 = config.beta2
      options.epsilon = config.epsilon
      options.weightDecay = config.weightDecay
      options.decoupled = config.decoupled
      return Adam(parameters, options: options)
    case .sgd(let config):
      var options = SGD<S>.Options()
      options.momentum = config.momentum
      options.nesterov = config.nesterov
      options.weightDecay = config.weightDecay
      return SGD(parameters, options: options)
    }
  }

  /// The rate that the schedule starts from.
  var learningRate: Double {
    switch self {
    case .adam(let config): config.learningRate
    case .sgd(let config): config.learningRate
    }
  }
}

extension TrainingConfig {
  /// The learning rate in an epoch.
  func learningRate(epoch: Int) -> Double {
    let rate = optimizer.learningRate
    let factors: LearningRateSchedule =
      switch schedule {
      case .constant: .constant
      case .step(let config): .step(every: config.every, factor: config.factor)
      case .cosine(let config): .cosine(minimum: config.minimum / rate)
      case .linearWarmup(let config): .linearWarmup(epochs: config.epochs)
      }
    return rate * factors.factor(epoch: epoch, of: epochs)
  }
}
