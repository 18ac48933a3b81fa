import Graph
import Layers
import Records
import Tensor

/// Predictions of an MLP, spread over the graph by personalised PageRank.
package struct APPNPConfig: ArchitectureSettings {
  package static let name = "appnp"
  package static let note =
    "An MLP whose predictions are spread over the graph by steps of personalised PageRank."
  package static let citation =
    "Gasteiger, Bojchevski & Guennemann, Predict then propagate: graph neural networks meet "
    + "personalized PageRank, ICLR 2019"

  package var hidden: [Int] = []
  package var activation = Activation.relu
  /// Dropout on each layer's input.
  package var dropout = 0.0
  package var bias = true
  package var steps = 10
  package var teleport = 0.1
  package var normalization = GraphNormalization.both
  package var trunk = TrunkConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "hidden", &hidden, .widths(), required: true, "Width of each hidden layer of the MLP.")
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
    visitor.field("steps", &steps, .integer(1...1_000), "Steps over the graph.")
    visitor.field(
      "teleport", &teleport, .number(.closed(0, 1)),
      "The share of the MLP's own predictions that every step takes back in.")
    visitor.field(
      "normalization", &normalization, .choice, "The edge weights, as in a gcn.")
    trunk.fields(visitor)
  }

  package var warnings: [Inconsistency] {
    var found = trunk.warnings(widths: hidden)
    if trunk.readout != nil {
      found.append(
        Inconsistency(
          key: "steps",
          message: "found \(steps), and behind a readout the last layer does not go over the graph")
      )
    }
    return found
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var options = trunk.options(activation)
    options.readoutBias = bias
    options.readoutDropout = dropout
    var spread = PropagatedLayer<S>.Options(steps: steps, teleport: teleport)
    spread.normalization = normalization
    var place = 0
    return context.chain(hidden, options) { name, input, output in
      defer { place += 1 }
      guard place == hidden.count else {
        return LinearLayer(
          name: name, inputWidth: input, outputWidth: output, bias: bias, dropout: S(dropout),
          seed: context.seed)
      }
      return PropagatedLayer(
        name: name, inputWidth: input, outputWidth: output, options: spread, bias: bias,
        dropout: S(dropout), seed: context.seed)
    }
  }
}

/// A graph convolution without hidden layers, over several steps.
package struct SGCConfig: ArchitectureSettings {
  package static let name = "sgc"
  package static let note =
    "Simplified graph convolution: one linear map of features spread K steps."
  package static let citation =
    "Wu et al., Simplifying graph convolutional networks, ICML 2019"

  package var hidden: [Int] { [] }
  /// Dropout on the features.
  package var dropout = 0.0
  package var bias = true
  package var steps = 2
  package var normalization = GraphNormalization.both
  /// Whether the network sees a self loop at each node.
  package var trunk = TrunkConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("dropout", &dropout, .dropout, "Dropout on the features.")
    visitor.field("bias", &bias, .boolean, "Whether a bias is added.")
    visitor.field("steps", &steps, .integer(1...1_000), "Steps over the graph, K.")
    visitor.field(
      "normalization", &normalization, .choice, "The edge weights, as in a gcn.")
    visitor.field(
      "selfLoops", &trunk.selfLoops, .boolean,
      "Whether the network sees one self loop at each node, also where the data have none.")
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var spread = PropagatedLayer<S>.Options(steps: steps, teleport: 0)
    spread.normalization = normalization
    spread.addsBiasLast = true
    return context.chain([], trunk.options(.relu)) { name, input, output in
      PropagatedLayer(
        name: name, inputWidth: input, outputWidth: output, options: spread, bias: bias,
        dropout: S(dropout), seed: context.seed)
    }
  }
}
