import Graph
import Tensor

/// A graph attention layer with the nonlinearity inside the scores (Brody, Alon & Yahav, How attentive are
/// graph attention networks?, ICLR 2022), as PyTorch Geometric's `GATv2Conv`, with h heads of width d:
///
///     X' = featureDropout(X);   Z = X' W + c;   V = X' U + u
///     alpha[e] = softmax over in-edges of a . LeakyReLU(z_j + v_i)
///     out_i = sum over edges e from j to i of attentionDropout(alpha[e]) z_j + residual(X')_i + b
///
/// X is n x in, W and U and the residual's weights in x (h d), a, b, c and u 1 x (h d); where the two maps
/// share their weights, V is Z. The options' bias stands for b, c and u together. Heads are concatenated or
/// averaged, and residuals are those of a ``GATLayer``. A node without in-edges gets its residual and b
/// alone. Both passes of the attention: ``dynamicAttention(_:source:destination:a:options:addingTo:)``.
public final class GATv2Layer<S: Scalar>: GraphLayer {
  private let name: String
  private let options: GATLayer<S>.Options
  private let source: Map
  /// The destinations' own map; nil where the weights are shared.
  private let destination: Map?
  private let attention: Parameter<S>
  private let offset: HeadOffset<S>

  /// A linear map of the dropped input.
  private struct Map {
    let weight: Parameter<S>
    let bias: Parameter<S>?

    var parameters: [Parameter<S>] { [weight] + (bias.map { [$0] } ?? []) }

    func callAsFunction(_ input: NodeFeatures<S>) -> Matrix<S> {
      var output = input.product(weight.value)
      if let bias { output.addToRows(bias.value) }
      return output
    }

    func accumulate(input: NodeFeatures<S>, dOutput: Matrix<S>) {
      weight.accumulate(input.transposedProduct(dOutput))
      bias?.accumulate(dOutput.columnSums())
    }
  }

  /// The number of input columns.
  public var inputWidth: Int { source.weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int {
    options.averagesHeads ? options.headWidth : options.heads * options.headWidth
  }
  /// W and c, U and u where they are not shared, a, then the residual's weight and b where there are.
  public var parameters: [Parameter<S>] {
    source.parameters + (destination?.parameters ?? []) + [attention] + offset.parameters
  }

  /// A layer with weights of gain sqrt(2), as in a ``GATLayer``, and zero biases.
  ///
  /// - Parameter sharesWeights: Whether U is W and u is c.
  public init(
    name: String, inputWidth: Int, options: GATLayer<S>.Options, sharesWeights: Bool = false,
    initialization: Initialization = .xavierNormal, seed: UInt64
  ) {
    self.name = name
    self.options = options
    let wide = options.heads * options.headWidth
    func parameter(_ part: String, _ rows: Int, fan: Int) -> Parameter<S> {
      let purpose = "\(name).\(part)"
      return Parameter(
        purpose,
        initialization.values(
          rows, wide, fan: fan, gain: 2.0.squareRoot(),
          stream: RandomStream(seed: seed, purpose: purpose)))
    }
    func map(_ end: String) -> Map {
      Map(
        weight: parameter("\(end)Weight", inputWidth, fan: inputWidth + wide),
        bias: options.bias ? Parameter("\(name).\(end)Bias", Matrix(zeros: 1, wide)) : nil)
    }
    source = map("source")
    destination = sharesWeights ? nil : map("destination")
    attention = parameter("attention", 1, fan: wide + options.headWidth)
    offset = HeadOffset(
      name: name, inputWidth: inputWidth, heads: options.heads, headWidth: options.headWidth,
      averagesHeads: options.averagesHeads, residual: options.residual, bias: options.bias
    ) { parameter("residualWeight", inputWidth, fan: inputWidth + wide) }
  }

  /// The output of the layer for all nodes.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(S(options.featureDropout), purpose: "\(name) features"))
    let how = AttentionOptions<S>(
      heads: options.heads, averagesHeads: options.averagesHeads,
      negativeSlope: S(options.negativeSlope),
      dropout: context.dropout(S(options.attentionDropout), purpose: "\(name) attention"))
    let z = source(input)
    let (output, state) = dynamicAttention(
      graph, source: z, destination: destination?(input) ?? z, a: attention.value, options: how,
      addingTo: offset.output(input))
    return LayerPass(output: output) { [self] dOutput in
      var (dSource, dDestination, da) = dynamicAttentionBackward(
        graph, state: state, a: attention.value, options: how, dOutput: dOutput)
      attention.accumulate(da)
      if destination == nil { dSource.add(dDestination) }
      source.accumulate(input: input, dOutput: dSource)
      destination?.accumulate(input: input, dOutput: dDestination)
      offset.accumulate(input: input, dOutput: dOutput)
      guard needsInputGradient else { return nil }
      var dInput = Matrix.product(dSource, source.weight.value, transposing: .right)
      if let destination {
        dInput.addProduct(dDestination, destination.weight.value, transposing: .right)
      }
      offset.addInputGradient(of: dOutput, to: &dInput)
      return throughDropout(dInput)
    }
  }
}
