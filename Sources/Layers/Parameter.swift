import Tensor

/// Numbers that make a network what it is: what weight files, checkpoints and kept weights hold.
public protocol NamedWeight<S>: AnyObject {
  /// The precision.
  associatedtype S: Scalar
  /// The name in weight files, unique in its model.
  var name: String { get }
  /// The numbers.
  var value: Matrix<S> { get set }
}

/// Numbers that a layer keeps and nobody learns, such as the running means of batch normalisation.
/// Optimisers do not see them; they go wherever weights go.
public final class LayerState<S: Scalar>: NamedWeight {
  /// The name in weight files, unique in its model: "layers.0.norm.runningMean".
  public let name: String
  /// The numbers.
  public var value: Matrix<S>

  /// A state from its first values.
  public init(_ name: String, _ value: Matrix<S>) {
    self.name = name
    self.value = value
  }
}

/// What a training pass changes of a state. A forward call changes nothing by itself, so it can be
/// repeated; the trainer commits the change with the step.
public struct StateUpdate<S: Scalar> {
  /// What is changed.
  public let state: LayerState<S>
  /// The new numbers from those at the time of the commitment.
  public let newValue: (Matrix<S>) -> Matrix<S>

  /// An update from its parts.
  public init(of state: LayerState<S>, to newValue: @escaping (Matrix<S>) -> Matrix<S>) {
    self.state = state
    self.newValue = newValue
  }

  /// Makes the change.
  func commit() { state.value = newValue(state.value) }
}

/// Numbers that are learnt, with the gradient that backward passes add up for them.
public final class Parameter<S: Scalar>: NamedWeight {
  /// The name in weight files, unique in its model: "layers.0.weight".
  public let name: String
  /// The numbers.
  public var value: Matrix<S>
  /// The gradient of the loss so far, or nil where no backward pass has reached this parameter
  /// since ``clearGradient()``.
  public private(set) var gradient: Matrix<S>?

  /// A parameter from its first values.
  public init(_ name: String, _ value: Matrix<S>) {
    self.name = name
    self.value = value
  }

  /// Adds to the gradient.
  public func accumulate(_ gradient: consuming Matrix<S>) {
    precondition(
      gradient.rows == value.rows && gradient.columns == value.columns,
      "the gradient of \(name) is \(gradient.rows) x \(gradient.columns), "
        + "the parameter \(value.rows) x \(value.columns)")
    if self.gradient == nil {
      self.gradient = gradient
    } else {
      self.gradient!.add(gradient)
    }
  }

  /// Multiplies the gradient, for clipping.
  public func scaleGradient(by factor: S) { gradient?.multiply(by: factor) }

  /// Forgets the gradient, before the next step.
  public func clearGradient() { gradient = nil }
}

/// First values of parameters.
public enum Initialization: String, Sendable, CaseIterable {
  /// Normal with deviation gain sqrt(2 / (fanIn + fanOut)); Glorot & Bengio, AISTATS 2010.
  case xavierNormal
  /// Uniform within gain sqrt(6 / (fanIn + fanOut)); the same paper.
  case xavierUniform

  /// A rows x columns matrix of first values.
  ///
  /// - Parameters:
  ///   - fan: fanIn + fanOut; rows + columns unless given.
  ///   - gain: sqrt(2) for layers before a ReLU, 1 for linear ones.
  public func values<S: Scalar>(
    _ rows: Int, _ columns: Int, fan: Int? = nil, gain: Double = 1, stream: RandomStream
  ) -> Matrix<S> {
    let fan = Double(fan ?? rows + columns)
    switch self {
    case .xavierNormal:
      return .normal(rows, columns, deviation: gain * (2 / fan).squareRoot(), stream: stream)
    case .xavierUniform:
      return .uniform(rows, columns, bound: gain * (6 / fan).squareRoot(), stream: stream)
    }
  }
}
