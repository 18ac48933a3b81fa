import Graph
import Tensor

/// A graph convolution (Kipf & Welling, ICLR 2017): Y = A dropout(X) W + b, where A holds the edge
/// weights of a ``GraphNormalization``; X is n x in, W in x out, b 1 x out.
///
/// The product with the narrower side is taken first: A (X W) where out <= in or X is sparse,
/// (A X) W otherwise.
/// Backward: with Z = A^T dY, dW = X^T Z and dX = Z W^T; or dW = (A X)^T dY and dX = A^T (dY W^T);
/// db = column sums of dY.
public final class GCNLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let weight: Parameter<S>
  private let bias: Parameter<S>?
  private let normalization: GraphNormalization
  private let dropoutProbability: S

  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { weight.value.columns }
  /// The weight, then the bias where there is one.
  public var parameters: [Parameter<S>] { [weight] + (bias.map { [$0] } ?? []) }

  /// A layer with Xavier-uniform weights unless told otherwise, and zero bias.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, normalization: GraphNormalization, bias: Bool,
    dropout: S = 0, initialization: Initialization = .xavierUniform, seed: UInt64
  ) {
    self.name = name
    self.normalization = normalization
    dropoutProbability = dropout
    weight = Parameter(
      "\(name).weight",
      initialization.values(
        inputWidth, outputWidth, stream: RandomStream(seed: seed, purpose: "\(name).weight")))
    self.bias = bias ? Parameter("\(name).bias", Matrix(zeros: 1, outputWidth)) : nil
  }

  /// Y = A dropout(X) W + b.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(dropoutProbability, purpose: name))
    let projectsFirst = outputWidth <= inputWidth || x.isSparse
    // The left factor of the product with W, which its gradient needs.
    let factor =
      projectsFirst ? input : .dense(normalizedProduct(graph, input.filled, normalization))
    var output = factor.product(weight.value)
    if projectsFirst { output = normalizedProduct(graph, output, normalization) }
    if let bias { output.addToRows(bias.value) }
    return LayerPass(output: output) { [weight, bias, normalization] dOutput in
      bias?.accumulate(dOutput.columnSums())
      let dProduct =
        projectsFirst
        ? normalizedProductBackward(graph, dOutput: dOutput, normalization) : dOutput
      weight.accumulate(factor.transposedProduct(dProduct))
      guard needsInputGradient else { return nil }
      let dFactor = Matrix.product(dProduct, weight.value, transposing: .right)
      return throughDropout(
        projectsFirst
          ? dFactor : normalizedProductBackward(graph, dOutput: dFactor, normalization))
    }
  }
}
