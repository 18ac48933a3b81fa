import Tensor

/// A nonlinearity between layers.
public enum Activation: Sendable, Equatable {
  /// The identity.
  case none
  /// The exponential linear unit with alpha 1.
  case elu
  /// max(x, 0).
  case relu
  /// x where positive, slope x elsewhere.
  case leakyReLU(slope: Double)

  /// The output with its backward pass, which needs the output alone.
  public func forward<S>(_ x: Matrix<S>) -> LayerPass<S> {
    switch self {
    case .none:
      return LayerPass(output: x) { $0 }
    case .elu:
      let y = Tensor.elu(x)
      return LayerPass(output: y) { eluBackward(output: y, dOutput: $0) }
    case .relu:
      return Activation.leakyReLU(slope: 0).forward(x)
    case .leakyReLU(let slope):
      let y = Tensor.leakyReLU(x, slope: S(slope))
      return LayerPass(output: y) { leakyReLUBackward(input: y, dOutput: $0, slope: S(slope)) }
    }
  }
}
