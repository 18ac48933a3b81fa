import Graph
import Tensor

// What a layer of GCNII is made of (Chen et al., Simple and deep graph convolutional networks, ICML 2020):
//
//     H' = activation(((1 - alpha) P H + alpha H_0) ((1 - beta) I + beta W))
//
// with P the edge weights of a normalisation and H_0 what the first, linear layer gave. The sum in the
// first factor is a block of the network, so that it is three layers without one of two inputs.

/// A step over the graph: Y = f P dropout(X), with f a number and P the edge weights of a normalisation;
/// X is n x d. Backward: dX = f P^T dY. It learns nothing.
public final class PropagationLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let factor: S
  private let normalization: GraphNormalization
  private let dropout: S

  /// d.
  public let inputWidth: Int
  /// d.
  public var outputWidth: Int { inputWidth }
  /// None.
  public var parameters: [Parameter<S>] { [] }

  /// A layer of so many columns; its name is what dropout draws its mask for.
  public init(
    name: String, width: Int, factor: S, normalization: GraphNormalization = .both, dropout: S = 0
  ) {
    self.name = name
    self.factor = factor
    self.normalization = normalization
    self.dropout = dropout
    inputWidth = width
  }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(x, context.dropout(dropout, purpose: name))
    var output = normalizedProduct(graph, input.filled, normalization)
    output.multiply(by: factor)
    return LayerPass(output: output) { [factor, normalization] dOutput in
      guard needsInputGradient else { return nil }
      var dInput = normalizedProductBackward(graph, dOutput: dOutput, normalization)
      dInput.multiply(by: factor)
      return throughDropout(dInput)
    }
  }
}

/// Y = f X with a number f, X of n x d; backward: dX = f dY.
public final class ScaledLayer<S: Scalar>: GraphLayer {
  private let factor: S

  /// d.
  public let inputWidth: Int
  /// d.
  public var outputWidth: Int { inputWidth }
  /// None.
  public var parameters: [Parameter<S>] { [] }
  /// It ignores the graph.
  public var readsEdges: Bool { false }

  /// A layer of so many columns.
  public init(width: Int, factor: S) {
    inputWidth = width
    self.factor = factor
  }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    var output = x.filled
    output.multiply(by: factor)
    return LayerPass(output: output) { [factor] dOutput in
      guard needsInputGradient else { return nil }
      var dInput = dOutput
      dInput.multiply(by: factor)
      return dInput
    }
  }
}

/// A linear map near the identity: Y = (1 - beta) X + beta X W, X of n x d and W of d x d, "NAME.weight".
///
/// Backward: dW = beta X^T dY, dX = (1 - beta) dY + beta dY W^T.
public final class IdentityMappedLayer<S: Scalar>: GraphLayer {
  private let weight: Parameter<S>
  private let beta: S

  /// d.
  public var inputWidth: Int { weight.value.rows }
  /// d.
  public var outputWidth: Int { weight.value.columns }
  /// W.
  public var parameters: [Parameter<S>] { [weight] }
  /// It ignores the graph.
  public var readsEdges: Bool { false }

  /// A layer with Xavier-uniform weights.
  public init(name: String, width: Int, beta: S, seed: UInt64) {
    self.beta = beta
    let purpose = "\(name).weight"
    weight = Parameter(
      purpose,
      Initialization.xavierUniform.values(
        width, width, stream: RandomStream(seed: seed, purpose: purpose)))
  }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let input = x.filled
    var output = Matrix.product(input, weight.value, scale: beta)
    output.add(input, scale: 1 - beta)
    return LayerPass(output: output) { [weight, beta] dOutput in
      weight.accumulate(.product(input, dOutput, transposing: .left, scale: beta))
      guard needsInputGradient else { return nil }
      var dInput = Matrix.product(dOutput, weight.value, transposing: .right, scale: beta)
      dInput.add(dOutput, scale: 1 - beta)
      return dInput
    }
  }
}
