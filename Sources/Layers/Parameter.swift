import Tensor

/// Numbers that are learnt, with the gradient that backward passes add up for them.
public final class Parameter<S: Scalar> {
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
