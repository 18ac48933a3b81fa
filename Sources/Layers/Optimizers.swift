import Foundation
import Tensor

/// Changes parameters by their gradients.
public protocol Optimizer<S>: AnyObject {
  /// The precision.
  associatedtype S: Scalar
  /// One step with the given learning rate; parameters without a gradient stay as they are.
  func step(learningRate: Double)
  /// What a checkpoint must hold to go on with the same bits: matrices by name.
  var state: [String: Matrix<S>] { get }
  /// The number of steps taken.
  var stepCount: Int { get }
  /// Goes back to a saved state.
  ///
  /// - Throws: ``OptimizerStateError`` where a matrix is missing or has another shape.
  func restore(state: [String: Matrix<S>], stepCount: Int) throws
}

/// A saved optimiser state that does not belong to these parameters.
public struct OptimizerStateError: Error, CustomStringConvertible {
  /// The name of the matrix.
  public let name: String
  /// The message for a person.
  public var description: String {
    "the saved optimiser state has no matrix \"\(name)\" of the right shape"
  }
}

/// Adam (Kingma & Ba, ICLR 2015), as in PyTorch:
///
///     m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
///     p -= rate / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + epsilon)
///
/// Weight decay is coupled (g += decay p) or decoupled (p *= 1 - rate decay before the step;
/// AdamW, Loshchilov & Hutter, ICLR 2019).
public final class Adam<S: Scalar>: Optimizer {
  /// The options.
  public struct Options: Sendable {
    /// The decay of the first moment.
    public var beta1 = 0.9
    /// The decay of the second moment.
    public var beta2 = 0.999
    /// What keeps the division finite.
    public var epsilon = 1e-8
    /// Weight decay.
    public var weightDecay = 0.0
    /// Weight decay of parameters that have one of their own.
    public var decayGroups = WeightDecayGroups()
    /// Whether the decay is decoupled from the gradient.
    public var decoupled = false

    /// The defaults of the paper.
    public init() {}
  }

  private let parameters: [Parameter<S>]
  private let options: Options
  /// The weight decay of each parameter.
  private let decays: [Double]
  private var moments: [(m: Matrix<S>, v: Matrix<S>)]
  /// The number of steps taken.
  public private(set) var stepCount = 0

  /// An optimiser of the given parameters.
  public init(_ parameters: [Parameter<S>], options: Options = Options()) {
    self.parameters = parameters
    self.options = options
    decays = options.decayGroups.decays(of: parameters, otherwise: options.weightDecay)
    moments = parameters.map {
      let zeros = Matrix<S>(zeros: $0.value.rows, $0.value.columns)
      return (zeros, zeros)
    }
  }

  /// One step.
  public func step(learningRate: Double) {
    stepCount += 1
    let correction1 = 1 - pow(options.beta1, Double(stepCount))
    let correction2 = 1 - pow(options.beta2, Double(stepCount))
    for (i, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      let g = gradient.pointer
      let decay = decays[i]
      let (m, v) = (moments[i].m.mutablePointer, moments[i].v.mutablePointer)
      let p = parameter.value.mutablePointer
      Parallel.elements(gradient.count) { r in
        let first = r.lowerBound
        S.kernels.adam(
          r.count, S(learningRate), S(options.beta1), S(options.beta2), S(options.epsilon),
          S(options.decoupled ? 0 : decay), S(options.decoupled ? decay : 0), correction1,
          correction2, g + first, m + first, v + first, p + first)
      }
      withExtendedLifetime(gradient) {}
    }
  }

  /// First and second moments by parameter name.
  public var state: [String: Matrix<S>] {
    var result: [String: Matrix<S>] = [:]
    for (parameter, (m, v)) in zip(parameters, moments) {
      result["\(parameter.name).m"] = m
      result["\(parameter.name).v"] = v
    }
    return result
  }

  /// Goes back to saved moments.
  public func restore(state: [String: Matrix<S>], stepCount: Int) throws {
    moments = try parameters.map {
      (try saved("\($0.name).m", $0, in: state), try saved("\($0.name).v", $0, in: state))
    }
    self.stepCount = stepCount
  }
}

/// Stochastic gradient descent with momentum, as in PyTorch:
/// g += decay p;  u = g in the first step, momentum u + g later;  p -= rate u, or with Nesterov's
/// form p -= rate (g + momentum u).
public final class SGD<S: Scalar>: Optimizer {
  /// The options.
  public struct Options: Sendable {
    /// The momentum; 0 for none.
    public var momentum = 0.0
    /// Nesterov's form.
    public var nesterov = false
    /// Weight decay, coupled.
    public var weightDecay = 0.0
    /// Weight decay of parameters that have one of their own.
    public var decayGroups = WeightDecayGroups()

    /// Plain gradient descent.
    public init() {}
  }

  private let parameters: [Parameter<S>]
  private let options: Options
  /// The weight decay of each parameter.
  private let decays: [Double]
  private var velocities: [Matrix<S>]
  /// Which velocities have been filled by a step of their parameter.
  private var isFilled: [Bool]
  /// The number of steps taken.
  public private(set) var stepCount = 0

  /// An optimiser of the given parameters.
  public init(_ parameters: [Parameter<S>], options: Options = Options()) {
    self.parameters = parameters
    self.options = options
    decays = options.decayGroups.decays(of: parameters, otherwise: options.weightDecay)
    velocities = parameters.map { Matrix(zeros: $0.value.rows, $0.value.columns) }
    isFilled = parameters.map { _ in false }
  }

  /// One step.
  public func step(learningRate: Double) {
    stepCount += 1
    for (i, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      let g = gradient.pointer
      let u = velocities[i].mutablePointer
      let p = parameter.value.mutablePointer
      let first: Int32 = isFilled[i] ? 0 : 1
      let decay = decays[i]
      Parallel.elements(gradient.count) { r in
        S.kernels.sgd(
          r.count, S(learningRate), S(options.momentum), S(decay),
          options.nesterov ? 1 : 0, first, g + r.lowerBound, u + r.lowerBound, p + r.lowerBound)
      }
      withExtendedLifetime(gradient) {}
      isFilled[i] = true
    }
  }

  /// Velocities by parameter name; those not yet filled are left out.
  public var state: [String: Matrix<S>] {
    var result: [String: Matrix<S>] = [:]
    for (i, parameter) in parameters.enumerated() where isFilled[i] {
      result["\(parameter.name).velocity"] = velocities[i]
    }
    return result
  }

  /// Goes back to saved velocities.
  public func restore(state: [String: Matrix<S>], stepCount: Int) throws {
    for (i, parameter) in parameters.enumerated() {
      let name = "\(parameter.name).velocity"
      isFilled[i] = state[name] != nil
      if isFilled[i] { velocities[i] = try saved(name, parameter, in: state) }
    }
    self.stepCount = stepCount
  }
}

/// A matrix of a saved state.
///
/// - Throws: ``OptimizerStateError`` where it is missing or has another shape than the parameter.
func saved<S>(
  _ name: String, _ parameter: Parameter<S>, in state: [String: Matrix<S>]
) throws -> Matrix<S> {
  guard let matrix = state[name], matrix.rows == parameter.value.rows,
    matrix.columns == parameter.value.columns
  else { throw OptimizerStateError(name: name) }
  return matrix
}

/// Scales all gradients down together so that their joint Euclidean norm is at most `limit`
/// (Pascanu et al., ICML 2013): g *= limit / norm where norm > limit.
///
/// - Returns: The norm before clipping; a norm that is not finite leaves the gradients as they are.
@discardableResult
public func clipGradientNorm<S>(_ parameters: [Parameter<S>], limit: Double) -> Double {
  let norm = parameters.reduce(0) { $0 + ($1.gradient?.sumOfSquares ?? 0) }.squareRoot()
  if norm > limit, norm.isFinite {
    for parameter in parameters { parameter.scaleGradient(by: S(limit / norm)) }
  }
  return norm
}
