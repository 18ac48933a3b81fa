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
  /// x Phi(x) with the normal distribution Phi: the exact form, by the error function.
  case gelu
  /// x where positive, elsewhere a slope times x that is learnt, for each place of a network its own:
  /// ``PReLULayer``.
  case prelu

  /// The output with its backward pass, which needs the output alone, or the input of a ``gelu``. That of
  /// a ``prelu``, which learns, is its layer's.
  public func forward<S>(_ x: Matrix<S>) -> LayerPass<S> {
    switch self {
    case .prelu: preconditionFailure("a PReLU has a parameter, and is a PReLULayer")
    case .none:
      return LayerPass(output: x) { $0 }
    case .elu:
      let y = Tensor.elu(x)
      return LayerPass(output: y) { eluBackward(output: y, dOutput: $0) }
    case .gelu:
      return LayerPass(output: Tensor.gelu(x)) { geluBackward(input: x, dOutput: $0) }
    case .relu:
      return Activation.leakyReLU(slope: 0).forward(x)
    case .leakyReLU(let slope):
      let y = Tensor.leakyReLU(x, slope: S(slope))
      return LayerPass(output: y) { leakyReLUBackward(input: y, dOutput: $0, slope: S(slope)) }
    }
  }
}
