import Graph
import Layers
import Records
import Tensor

/// A graph convolutional network.
package struct GCNConfig: ArchitectureSettings {
  package static let name = "gcn"
  package static let note = "Graph convolutional network."
  package static let citation =
    "Kipf & Welling, Semi-supervised classification with graph convolutional networks, ICLR 2017"

  package var hidden: [Int] = []
  package var activation = Activation.relu
  /// Dropout on each layer's input.
  package var dropout = 0.0
  package var normalization = GraphNormalization.both
  package var bias = true
  package var trunk = TrunkConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths(), required: true, "Width of each hidden layer.")
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "normalization", &normalization, .choice,
      "Symmetric normalisation with out-degrees of sources and in-degrees of destinations, or with "
        + "in-degrees of both (Alignahead); the mean over in-neighbours; or their sum.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
    trunk.fields(visitor)
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var options = trunk.options(activation)
    options.readoutBias = bias
    options.readoutDropout = dropout
    return context.chain(hidden, options) {
      GCNLayer(
        name: $0, inputWidth: $1, outputWidth: $2, normalization: normalization, bias: bias,
        dropout: S(dropout), seed: context.seed)
    }
  }
}
