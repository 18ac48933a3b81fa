import Graph
import Tensor

/// Which residual connection a GAT layer has.
public enum GATResidual: String, Sendable, CaseIterable {
  /// None.
  case none
  /// The rule of the library version that the published results were made with: a linear map
  /// where the input width differs from the width of **one head**, else the input, added to every
  /// head.
  case perHead
  /// Today's rule: a linear map where the input width differs from heads x width, else the input.
  case current
}

/// A graph attention layer (Velickovic et al., ICLR 2018) with h heads of width d:
///
///     X' = featureDropout(X);   Z = X' W
///     alpha[e] = softmax over in-edges of LeakyReLU(aSource . z_j + aDestination . z_i)
///     out_i = sum over edges e from j to i of attentionDropout(alpha[e]) z_j + residual(X')_i + b
///
/// X is n x in, W and the residual's weights in x (h d), aSource, aDestination and b 1 x (h d).
/// Heads are concatenated (n x (h d)) or averaged (n x d). A linear residual of averaged heads is
/// one thin product with the mean of the heads' weights. A node without in-edges gets its residual
/// and bias alone.
public final class GATLayer<S: Scalar>: GraphLayer {
  /// The options of a layer.
  public struct Options: Sendable {
    /// The number of heads.
    public var heads: Int
    /// The width of one head.
    public var headWidth: Int
    /// Whether heads are averaged instead of concatenated.
    public var averagesHeads = false
    /// The slope of the LeakyReLU below zero.
    public var negativeSlope = 0.2
    /// The probability that an input feature is dropped.
    public var featureDropout = 0.0
    /// The probability that an attention weight is dropped.
    public var attentionDropout = 0.0
    /// The residual connection.
    public var residual = GATResidual.none
    /// Whether there is a bias.
    public var bias = false

    /// `heads` heads of width `headWidth`, all else as published.
    public init(heads: Int, headWidth: Int) {
      self.heads = heads
      self.headWidth = headWidth
    }
  }

  private let name: String
  private let options: Options
  private let weight: Parameter<S>
  private let attentionSource: Parameter<S>
  private let attentionDestination: Parameter<S>
  private let offset: HeadOffset<S>

  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int {
    options.averagesHeads ? options.headWidth : options.heads * options.headWidth
  }
  /// The weight, both attention vectors, then the residual's weight and the bias where there are.
  public var parameters: [Parameter<S>] {
    [weight, attentionSource, attentionDestination] + offset.parameters
  }

  /// A layer with Xavier-normal weights of gain sqrt(2), as published, and zero bias.
  public init(
    name: String, inputWidth: Int, options: Options,
    initialization: Initialization = .xavierNormal, seed: UInt64
  ) {
    self.name = name
    self.options = options
    let (heads, d) = (options.heads, options.headWidth)
    func parameter(_ part: String, _ rows: Int, fan: Int) -> Parameter<S> {
      let purpose = "\(name).\(part)"
      return Parameter(
        purpose,
        initialization.values(
          rows, heads * d, fan: fan, gain: 2.0.squareRoot(),
          stream: RandomStream(seed: seed, purpose: purpose)))
    }
    weight = parameter("weight", inputWidth, fan: inputWidth + heads * d)
    // Fans of the original's 1 x heads x width tensors.
    attentionSource = parameter("attentionSource", 1, fan: heads * d + d)
    attentionDestination = parameter("attentionDestination", 1, fan: heads * d + d)
    offset = HeadOffset(
      name: name, inputWidth: inputWidth, heads: heads, headWidth: d,
      averagesHeads: options.averagesHeads, residual: options.residual, bias: options.bias
    ) { parameter("residualWeight", inputWidth, fan: inputWidth + heads * d) }
  }

  /// The output of the layer for all nodes.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(S(options.featureDropout), purpose: "\(name) features"))
    let attention = AttentionOptions<S>(
      heads: options.heads, averagesHeads: options.averagesHeads,
      negativeSlope: S(options.negativeSlope),
      dropout: context.dropout(S(options.attentionDropout), purpose: "\(name) attention"))
    let projected = input.product(weight.value)
    let (output, state) = graphAttention(
      graph, projected, aSource: attentionSource.value, aDestination: attentionDestination.value,
      options: attention, addingTo: offset.output(input))
    return LayerPass(output: output) { [self] dOutput in
      let (dProjected, daSource, daDestination) = graphAttentionBackward(
        graph, state: state, aSource: attentionSource.value,
        aDestination: attentionDestination.value, options: attention, dOutput: dOutput)
      attentionSource.accumulate(daSource)
      attentionDestination.accumulate(daDestination)
      weight.accumulate(input.transposedProduct(dProjected))
      offset.accumulate(input: input, dOutput: dOutput)
      guard needsInputGradient else { return nil }
      var dInput = Matrix.product(dProjected, weight.value, transposing: .right)
      offset.addInputGradient(of: dOutput, to: &dInput)
      return throughDropout(dInput)
    }
  }
}
