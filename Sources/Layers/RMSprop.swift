import Tensor

/// RMSprop (Hinton's lecture 6e of Neural networks for machine learning, 2012) in PyTorch's form, with
/// epsilon outside of the root:
///
///     g += decay p
///     v = alpha v + (1 - alpha) g^2
///     d = sqrt(v) + epsilon,  or centred  a = alpha a + (1 - alpha) g,  d = sqrt(v - a^2) + epsilon
///     u = momentum u + g / d,  p -= rate u
///
/// The centred form is Graves's (Generating sequences with recurrent neural networks, 2013). In exact
/// numbers v - a^2 is never negative; where rounding makes it so, it counts as 0.
public final class RMSprop<S: Scalar>: Optimizer {
  /// The options.
  public struct Options: Sendable {
    /// The decay of the mean squared gradient.
    public var alpha = 0.99
    /// What keeps the division finite.
    public var epsilon = 1e-8
    /// The momentum; 0 for none.
    public var momentum = 0.0
    /// Whether the mean gradient is taken out of the mean square.
    public var centered = false
    /// Weight decay, coupled.
    public var weightDecay = 0.0
    /// Weight decay of parameters that have one of their own.
    public var decayGroups = WeightDecayGroups()

    /// PyTorch's defaults.
    public init() {}
  }

  private let parameters: [Parameter<S>]
  private let options: Options
  /// The weight decay of each parameter.
  private let decays: [Double]
  private var squares: [Matrix<S>]
  /// The mean gradients; none unless centred.
  private var means: [Matrix<S>]
  /// None without momentum.
  private var velocities: [Matrix<S>]
  /// The number of steps taken.
  public private(set) var stepCount = 0

  /// An optimiser of the given parameters.
  public init(_ parameters: [Parameter<S>], options: Options = Options()) {
    self.parameters = parameters
    self.options = options
    decays = options.decayGroups.decays(of: parameters, otherwise: options.weightDecay)
    let zeros = parameters.map { Matrix<S>(zeros: $0.value.rows, $0.value.columns) }
    squares = zeros
    means = options.centered ? zeros : []
    velocities = options.momentum > 0 ? zeros : []
  }

  /// One step.
  public func step(learningRate: Double) {
    stepCount += 1
    for (i, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      let (g, decay) = (gradient.pointer, decays[i])
      let v = squares[i].mutablePointer
      let a = options.centered ? means[i].mutablePointer : nil
      let u = options.momentum > 0 ? velocities[i].mutablePointer : nil
      let p = parameter.value.mutablePointer
      Parallel.elements(gradient.count) { r in
        let first = r.lowerBound
        S.kernels.rmsprop(
          r.count, S(learningRate), S(options.alpha), S(options.epsilon), S(options.momentum),
          S(decay), options.centered ? 1 : 0, g + first, v + first, a.map { $0 + first },
          u.map { $0 + first }, p + first)
      }
      withExtendedLifetime(gradient) {}
    }
  }

  /// Mean squares, and mean gradients and velocities where there are any, by parameter name.
  public var state: [String: Matrix<S>] {
    var result: [String: Matrix<S>] = [:]
    for (i, parameter) in parameters.enumerated() {
      result["\(parameter.name).square"] = squares[i]
      if options.centered { result["\(parameter.name).mean"] = means[i] }
      if options.momentum > 0 { result["\(parameter.name).velocity"] = velocities[i] }
    }
    return result
  }

  /// Goes back to a saved state.
  public func restore(state: [String: Matrix<S>], stepCount: Int) throws {
    squares = try parameters.map { try saved("\($0.name).square", $0, in: state) }
    if options.centered {
      means = try parameters.map { try saved("\($0.name).mean", $0, in: state) }
    }
    if options.momentum > 0 {
      velocities = try parameters.map { try saved("\($0.name).velocity", $0, in: state) }
    }
    self.stepCount = stepCount
  }
}
