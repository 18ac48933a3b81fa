import Layers
import Records
import Tensor

/// A graph attention network: hidden layers with concatenated heads, an output layer with averaged
/// ones.
package struct GATConfig: ArchitectureSettings {
  package static let name = "gat"
  package static let note = "Graph attention network."
  package static let citation = "Velickovic et al., Graph attention networks, ICLR 2018"

  /// Width of one head, a hidden layer each.
  package var hidden: [Int] = []
  /// Heads of each hidden layer.
  package var heads: [Int] = []
  /// Heads of the output layer; their outputs are averaged.
  package var outputHeads = 1
  package var activation = Activation.elu
  /// Slope of the attention scores' LeakyReLU below zero.
  package var negativeSlope = 0.2
  /// Dropout on each layer's input.
  package var featureDropout = 0.0
  /// Dropout on the attention weights.
  package var attentionDropout = 0.0
  package var residual = GATResidual.none
  package var bias = true
  package var trunk = TrunkConfig()
  package var initialization = Initialization.xavierNormal

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let headCount = FieldRule<Int>.integer(1...1_024)
    visitor.field(
      "hidden", &hidden, .widths(), required: true, "Width of one head, for each hidden layer.")
    visitor.field(
      "heads", &heads,
      .perLayer(headCount, layers: hidden.count, most: FieldRule<[Int]>.mostLayers),
      required: true, "Heads of each hidden layer, or one number for all.")
    visitor.field(
      "outputHeads", &outputHeads, headCount, "Heads of the output layer, which are averaged.")
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field(
      "negativeSlope", &negativeSlope, .number(.nonNegative),
      "Slope of the attention scores' LeakyReLU below zero.")
    visitor.field("featureDropout", &featureDropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "attentionDropout", &attentionDropout, .dropout, "Dropout on the attention weights.")
    visitor.field(
      "residual", &residual, .choice,
      "Adds a layer's input to its output, on all layers but the first: not at all; with a linear "
        + "map where the width differs from one head's; or from all heads' together.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
    visitor.field(
      "initialization", &initialization, .choice,
      "How weights begin: Xavier-normal, as in DGL, or Xavier-uniform, each with gain sqrt(2).")
    trunk.fields(visitor, hasOwnResidual: true)
  }

  package var hiddenColumns: [Int] { zip(hidden, heads).map { $0 * $1 } }

  package var inconsistencies: [Inconsistency] {
    guard heads.count != hidden.count else {
      return trunk.inconsistencies(widths: hiddenColumns)
    }
    let message = "found \(heads.count) values for \(hidden.count) hidden layers"
    return [Inconsistency(key: "heads", message: message)]
  }

  package var warnings: [Inconsistency] {
    var found = trunk.warnings(widths: hiddenColumns)
    if trunk.readout != nil, outputHeads != 1 {
      let message =
        "found \(outputHeads), and behind a readout the last layer is linear and has no heads"
      found.append(Inconsistency(key: "outputHeads", message: message))
    }
    return found
  }

  package var effectOnNodesWithoutNeighbours: String? {
    trunk.selfLoops ? nil : "a GAT gives them no more than its residual and bias"
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    network(context) { name, input, options in
      GATLayer(
        name: name, inputWidth: input, options: options, initialization: initialization,
        seed: context.seed)
    }
  }

  /// A network of layers with these heads.
  func network<S: Scalar>(
    _ context: NetworkContext,
    layer: (_ name: String, _ inputWidth: Int, GATLayer<S>.Options) -> any GraphLayer<S>
  ) -> Network<S> {
    var place = 0
    var trunk = trunk.options(activation)
    trunk.readoutBias = bias
    trunk.readoutDropout = featureDropout
    return context.chain(hidden, trunk) { name, input, width in
      let isOutput = place == hidden.count
      var options = GATLayer<S>.Options(
        heads: isOutput ? outputHeads : heads[place], headWidth: width)
      options.averagesHeads = isOutput
      options.negativeSlope = negativeSlope
      options.featureDropout = featureDropout
      options.attentionDropout = attentionDropout
      options.residual = place == 0 ? .none : residual
      options.bias = bias
      place += 1
      return layer(name, input, options)
    }
  }
}
