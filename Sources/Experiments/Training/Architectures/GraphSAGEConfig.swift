import Layers
import Tensor

/// A GraphSAGE network.
struct GraphSAGEConfig: ArchitectureSettings {
  static let name = "graphsage"
  static let note = "GraphSAGE network."
  static let citation =
    "Hamilton, Ying & Leskovec, Inductive representation learning on large graphs, NIPS 2017"

  var hidden: [Int] = []
  var aggregator = GraphSAGEAggregator.mean
  var activation = Activation.relu
  /// Dropout on each layer's input.
  var dropout = 0.0
  var bias = GraphSAGEBias.single

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths, required: true, "Width of each hidden layer.")
    visitor.field(
      "aggregator", &aggregator, .choice,
      "What stands for in-neighbours: their mean, or their maximum after a linear map and ReLU.")
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "bias", &bias, .choice,
      "Biases of each layer's output: none, one, or one with each of its two products (older DGL; "
        + "Alignahead).")
  }

  func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    context.chain(hidden + [context.outputWidth], activation) {
      GraphSAGELayer(
        name: $0, inputWidth: $1, outputWidth: $2, aggregator: aggregator, bias: bias,
        dropout: S(dropout), seed: context.seed)
    }
  }
}
