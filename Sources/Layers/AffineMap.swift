import Graph
import Tensor

/// A learnt map X W + b that layers are put together from; X is n x in, W in x out, b 1 x out.
///
/// Unlike a ``LinearLayer`` it is a part and no layer: several layers may share it. First values are
/// those of PyTorch's `Linear`: W and b uniform within 1 / sqrt(in).
public final class AffineMap<S: Scalar> {
  /// W.
  public let weight: Parameter<S>
  /// b.
  public let bias: Parameter<S>?

  /// W, then b where there is one.
  public var parameters: [Parameter<S>] { [weight] + (bias.map { [$0] } ?? []) }
  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { weight.value.columns }

  /// A map whose parameters are "NAME.weight" and "NAME.bias".
  public init(name: String, inputWidth: Int, outputWidth: Int, bias: Bool, seed: UInt64) {
    let bound = 1 / Double(max(inputWidth, 1)).squareRoot()
    func parameter(_ part: String, _ rows: Int) -> Parameter<S> {
      let purpose = "\(name).\(part)"
      return Parameter(
        purpose,
        .uniform(
          rows, outputWidth, bound: bound, stream: RandomStream(seed: seed, purpose: purpose)))
    }
    weight = parameter("weight", inputWidth)
    self.bias = bias ? parameter("bias", 1) : nil
  }

  /// X W + b.
  public func callAsFunction(_ x: NodeFeatures<S>) -> Matrix<S> {
    adding(to: x.product(weight.value))
  }

  /// X W + b.
  public func callAsFunction(_ x: Matrix<S>) -> Matrix<S> { self(.dense(x)) }

  /// `product` + b, for a product with W that was taken elsewhere.
  func adding(to product: consuming Matrix<S>) -> Matrix<S> {
    if let bias { product.addToRows(bias.value) }
    return product
  }

  /// The backward pass to the parameters: dW = X^T dY, db = column sums of dY.
  public func accumulate(input x: NodeFeatures<S>, dOutput: Matrix<S>) {
    weight.accumulate(x.transposedProduct(dOutput))
    bias?.accumulate(dOutput.columnSums())
  }

  /// The backward pass to the input: dX = dY W^T.
  public func inputGradient(_ dOutput: Matrix<S>) -> Matrix<S> {
    .product(dOutput, weight.value, transposing: .right)
  }
}
