import Graph
import Tensor

/// A linear map: Y = dropout(X) W + b, with X of n x in, W of in x out, b of 1 x out. Ignores the
/// graph; layers of it make an MLP.
///
/// Backward: dW = X^T dY, db = column sums of dY, dX = dY W^T.
public final class LinearLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let weight: Parameter<S>
  private let bias: Parameter<S>?
  private let dropoutProbability: S

  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { weight.value.columns }
  /// It ignores the graph.
  public var readsEdges: Bool { false }
  /// The weight, then the bias where there is one.
  public var parameters: [Parameter<S>] { [weight] + (bias.map { [$0] } ?? []) }

  /// A layer with the given initial weights and zero bias.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, bias: Bool, dropout: S = 0,
    initialization: Initialization = .xavierUniform, seed: UInt64
  ) {
    self.name = name
    dropoutProbability = dropout
    weight = Parameter(
      "\(name).weight",
      initialization.values(
        inputWidth, outputWidth, stream: RandomStream(seed: seed, purpose: "\(name).weight")))
    self.bias = bias ? Parameter("\(name).bias", Matrix(zeros: 1, outputWidth)) : nil
  }

  /// Y = dropout(X) W + b.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(dropoutProbability, purpose: name))
    var output = input.product(weight.value)
    if let bias { output.addToRows(bias.value) }
    return LayerPass(output: output) { [weight, bias] dOutput in
      weight.accumulate(input.transposedProduct(dOutput))
      bias?.accumulate(dOutput.columnSums())
      guard needsInputGradient else { return nil }
      return throughDropout(.product(dOutput, weight.value, transposing: .right))
    }
  }
}
