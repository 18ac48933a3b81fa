import Layers
import Records
import Tensor

/// A multi-layer perceptron on the node features, which does not look at the graph.
package struct MLPConfig: ArchitectureSettings {
  package static let name = "mlp"
  package static let note = "Multi-layer perceptron on node features alone."

  package var hidden: [Int] = []
  package var activation = Activation.relu
  /// Dropout on each layer's input.
  package var dropout = 0.0
  package var bias = true
  package var trunk = TrunkConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths(), required: true, "Width of each hidden layer.")
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
    trunk.fields(visitor)
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var options = trunk.options(activation)
    options.readoutBias = bias
    options.readoutDropout = dropout
    return context.chain(hidden, options) {
      LinearLayer(
        name: $0, inputWidth: $1, outputWidth: $2, bias: bias, dropout: S(dropout),
        seed: context.seed)
    }
  }
}
