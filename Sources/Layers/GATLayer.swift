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

  /// What is added to the aggregated features.
  private enum Residual {
    case none
    /// X' R, for each head its own map.
    case linear(Parameter<S>)
    /// X' added to every head; in = d.
    case everyHead
    /// X', head by head; in = h d.
    case identity
  }

  private let name: String
  private let options: Options
  private let weight: Parameter<S>
  private let attentionSource: Parameter<S>
  private let attentionDestination: Parameter<S>
  private let residual: Residual
  private let bias: Parameter<S>?

  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int {
    options.averagesHeads ? options.headWidth : options.heads * options.headWidth
  }
  /// The weight, both attention vectors, then the residual's weight and the bias where there are.
  public var parameters: [Parameter<S>] {
    var list = [weight, attentionSource, attentionDestination]
    if case .linear(let map) = residual { list.append(map) }
    if let bias { list.append(bias) }
    return list
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
    switch options.residual {
    case .none: residual = .none
    case .perHead where inputWidth == d: residual = .everyHead
    case .current where inputWidth == heads * d: residual = .identity
    case .perHead, .current:
      residual = .linear(parameter("residualWeight", inputWidth, fan: inputWidth + heads * d))
    }
    bias = options.bias ? Parameter("\(name).bias", Matrix(zeros: 1, heads * d)) : nil
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
      options: attention, addingTo: offset(input))
    return LayerPass(output: output) { [self] dOutput in
      let (dProjected, daSource, daDestination) = graphAttentionBackward(
        graph, state: state, aSource: attentionSource.value,
        aDestination: attentionDestination.value, options: attention, dOutput: dOutput)
      attentionSource.accumulate(daSource)
      attentionDestination.accumulate(daDestination)
      weight.accumulate(input.transposedProduct(dProjected))
      accumulateOffsetGradients(input: input, dOutput: dOutput)
      guard needsInputGradient else { return nil }
      var dInput = Matrix.product(dProjected, weight.value, transposing: .right)
      addResidualGradient(dOutput, to: &dInput)
      return throughDropout(dInput)
    }
  }

  /// The number that scales a sum over heads: 1 / h for an average.
  private var headShare: S { 1 / S(options.heads) }

  /// residual(X') + b, in the shape of the output; nil for zero.
  private func offset(_ input: NodeFeatures<S>) -> Matrix<S>? {
    var sum: Matrix<S>?
    switch residual {
    case .none: break
    case .linear(let map):
      sum = input.product(options.averagesHeads ? meanOverHeads(map.value) : map.value)
    case .everyHead where options.averagesHeads: sum = input.filled
    case .identity where !options.averagesHeads: sum = input.filled
    case .everyHead:
      sum = Matrix(zeros: input.rows, outputWidth)
      sum!.addToBlocks(input.filled, blocks: options.heads, scale: 1)
    case .identity: sum = meanOverHeads(input.filled)
    }
    if let bias {
      if sum == nil { sum = Matrix(zeros: input.rows, outputWidth) }
      sum!.addToRows(options.averagesHeads ? meanOverHeads(bias.value) : bias.value)
    }
    return sum
  }

  private func accumulateOffsetGradients(input: NodeFeatures<S>, dOutput: Matrix<S>) {
    if case .linear(let map) = residual {
      map.accumulate(perHead(input.transposedProduct(dOutput)))
    }
    bias?.accumulate(perHead(dOutput.columnSums()))
  }

  private func addResidualGradient(_ dOutput: Matrix<S>, to dInput: inout Matrix<S>) {
    switch residual {
    case .none: break
    case .linear(let map):
      let weights = options.averagesHeads ? meanOverHeads(map.value) : map.value
      dInput.addProduct(dOutput, weights, transposing: .right)
    case .everyHead where options.averagesHeads: dInput.add(dOutput)
    case .identity where !options.averagesHeads: dInput.add(dOutput)
    case .everyHead: dInput.addBlockSums(of: dOutput, blocks: options.heads, scale: 1)
    case .identity: dInput.addToBlocks(dOutput, blocks: options.heads, scale: headShare)
    }
  }

  /// r x (h d) to r x d.
  private func meanOverHeads(_ wide: Matrix<S>) -> Matrix<S> {
    var mean = Matrix<S>(zeros: wide.rows, options.headWidth)
    mean.addBlockSums(of: wide, blocks: options.heads, scale: headShare)
    return mean
  }

  /// The gradient of a per-head parameter from that of what the heads' mean or concatenation gave.
  private func perHead(_ gradient: Matrix<S>) -> Matrix<S> {
    guard options.averagesHeads else { return gradient }
    var wide = Matrix<S>(zeros: gradient.rows, options.heads * options.headWidth)
    wide.addToBlocks(gradient, blocks: options.heads, scale: headShare)
    return wide
  }
}
