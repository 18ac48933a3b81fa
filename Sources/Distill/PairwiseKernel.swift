import Tensor

/// A function of two feature vectors x and y that depends on their inner product and their lengths.
enum PairwiseKernel: Equatable {
  /// x . y
  case linear
  /// (x . y + offset)^degree
  case poly(degree: Int, offset: Double)
  /// |x - y|
  case distance
  /// exp(-|x - y|^2 / (2 variance))
  case rbf(variance: Double)
  /// f of x . y or of |x - y|^2
  case function(AnyKernelFunction)

  /// Whether it depends on the lengths too, and so sends them a gradient.
  var readsDistances: Bool {
    switch self {
    case .linear, .poly: false
    case .distance, .rbf: true
    case .function(let kernel): kernel.argument == .squaredDistance
    }
  }

  /// The kernel of all pairs, n x m, and its backward pass to the inner products alone.
  ///
  /// - Parameters:
  ///   - inner: The inner products, n x m.
  ///   - squares: The squared lengths of the n vectors.
  ///   - otherSquares: The squared lengths of the m vectors.
  ///   - own: As in ``squaredDistances(inner:squares:otherSquares:own:)``.
  func forward<S>(
    inner: Matrix<S>, squares: Matrix<S>, otherSquares: Matrix<S>, own: Int?
  ) -> (values: Matrix<S>, backward: (Matrix<S>) -> Matrix<S>) {
    func distances() -> Matrix<S> {
      squaredDistances(inner: inner, squares: squares, otherSquares: otherSquares, own: own)
    }
    func toInner(_ dSquared: consuming Matrix<S>) -> Matrix<S> {
      dSquared.multiply(by: -2)
      return dSquared
    }
    switch self {
    case .linear:
      return (inner, { $0 })
    case .poly(let degree, let offset):
      return (
        power(inner, offset: S(offset), degree: degree),
        { powerBackward(input: inner, dOutput: $0, offset: S(offset), degree: degree) }
      )
    case .distance:
      let y = squareRoot(distances())
      return (y, { toInner(squareRootBackward(output: y, dOutput: $0)) })
    case .rbf(let variance):
      let rate = S(-1 / (2 * variance))
      let y = exponential(distances(), factor: rate)
      return (y, { toInner(exponentialBackward(output: y, dOutput: $0, factor: rate)) })
    case .function(let kernel) where readsDistances:
      let (y, backward) = kernel.forward(distances())
      return (y, { toInner(backward($0)) })
    case .function(let kernel):
      return kernel.forward(inner)
    }
  }
}
