import Layers
import Records
import Tensor

/// A GraphSAGE network.
package struct GraphSAGEConfig: ArchitectureSettings {
  package static let name = "graphsage"
  package static let note = "GraphSAGE network."
  package static let citation =
    "Hamilton, Ying & Leskovec, Inductive representation learning on large graphs, NIPS 2017"

  package var hidden: [Int] = []
  package var aggregator = GraphSAGEAggregator.mean
  package var activation = Activation.relu
  /// Dropout on each layer's input.
  package var dropout = 0.0
  package var bias = GraphSAGEBias.single
  /// Whether each row of a layer's output is divided by its length.
  package var normalize = false
  package var trunk = TrunkConfig()

  package init(
    hidden: [Int] = [], aggregator: GraphSAGEAggregator = GraphSAGEAggregator.mean,
    activation: Activation = Activation.relu, dropout: Double = 0.0,
    bias: GraphSAGEBias = GraphSAGEBias.single
  ) {
    self.hidden = hidden
    self.aggregator = aggregator
    self.activation = activation
    self.dropout = dropout
    self.bias = bias
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths(), required: true, "Width of each hidden layer.")
    visitor.field(
      "aggregator", &aggregator, .choice,
      "What stands for in-neighbours: their mean; their maximum after a linear map and ReLU (pool), or "
        + "without (max); or the mean of theirs and the node's own, without a weight for the node (gcn)."
    )
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "bias", &bias, .choice,
      "Biases of each layer's output: none, one, or one with each of its two products (older DGL; "
        + "Alignahead). With \"gcn\" there is one product, and one bias.")
    visitor.field(
      "normalize", &normalize, .boolean,
      "Divide each node's row of a layer's output by its length, as in the paper's algorithm 1.")
    trunk.fields(visitor)
  }

  package var inconsistencies: [Inconsistency] {
    var found = trunk.inconsistencies(widths: hiddenColumns)
    if aggregator == .gcn, bias == .both {
      found.append(
        Inconsistency(
          key: "bias",
          message: "found \"both\" with the aggregator \"gcn\", which has one product; "
            + "expected \"none\" or \"single\""))
    }
    return found
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var options = trunk.options(activation)
    options.readoutBias = bias != .none
    options.readoutDropout = dropout
    return context.chain(hidden, options) {
      GraphSAGELayer(
        name: $0, inputWidth: $1, outputWidth: $2, aggregator: aggregator, bias: bias,
        normalizesRows: normalize, dropout: S(dropout), seed: context.seed)
    }
  }
}
