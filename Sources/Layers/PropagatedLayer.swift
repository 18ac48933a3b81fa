import Graph
import Tensor

/// A linear map whose output goes K steps over the graph, P as in ``propagated(_:_:steps:teleport:_:)``:
///
///     Y = P (dropout(X) W + b)     the last layer of an APPNP (Gasteiger et al., ICLR 2019), or
///     Y = P (dropout(X) W) + b     a simplified graph convolution (Wu et al., ICML 2019)
///
/// X is n x in, W in x out, b 1 x out.
///
/// Backward: with Z = P^T dY, dW = X^T Z and dX = Z W^T; db = column sums of Z, or of dY where the
/// bias comes after the steps.
public final class PropagatedLayer<S: Scalar>: GraphLayer {
  /// How the output goes over the graph.
  public struct Options: Sendable {
    /// The number of steps, K.
    public var steps: Int
    /// The share that every step takes back to the start, alpha.
    public var teleport: Double
    /// The edge weights.
    public var normalization = GraphNormalization.both
    /// Whether the bias is added behind the steps, and not before them.
    public var addsBiasLast = false

    /// K steps with a share alpha.
    public init(steps: Int, teleport: Double) {
      self.steps = steps
      self.teleport = teleport
    }
  }

  private let name: String
  private let options: Options
  private let weight: Parameter<S>
  private let bias: Parameter<S>?
  private let dropoutProbability: S

  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { weight.value.columns }
  /// The weight, then the bias where there is one.
  public var parameters: [Parameter<S>] { [weight] + (bias.map { [$0] } ?? []) }

  /// A layer with Xavier-uniform weights unless told otherwise, and zero bias.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, options: Options, bias: Bool, dropout: S = 0,
    initialization: Initialization = .xavierUniform, seed: UInt64
  ) {
    self.name = name
    self.options = options
    dropoutProbability = dropout
    weight = Parameter(
      "\(name).weight",
      initialization.values(
        inputWidth, outputWidth, stream: RandomStream(seed: seed, purpose: "\(name).weight")))
    self.bias = bias ? Parameter("\(name).bias", Matrix(zeros: 1, outputWidth)) : nil
  }

  /// P (dropout(X) W + b), or P (dropout(X) W) + b.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(dropoutProbability, purpose: name))
    let alpha = S(options.teleport)
    var output = input.product(weight.value)
    if let bias, !options.addsBiasLast { output.addToRows(bias.value) }
    output = propagated(
      graph, output, steps: options.steps, teleport: alpha, options.normalization)
    if let bias, options.addsBiasLast { output.addToRows(bias.value) }
    return LayerPass(output: output) { [weight, bias, options] dOutput in
      let dProjected = propagatedBackward(
        graph, dOutput: dOutput, steps: options.steps, teleport: alpha, options.normalization)
      bias?.accumulate((options.addsBiasLast ? dOutput : dProjected).columnSums())
      weight.accumulate(input.transposedProduct(dProjected))
      guard needsInputGradient else { return nil }
      return throughDropout(.product(dProjected, weight.value, transposing: .right))
    }
  }
}
