import Layers
import Records
import Tensor

/// A graph isomorphism network.
package struct GINConfig: ArchitectureSettings {
  package static let name = "gin"
  package static let note =
    "Graph isomorphism network: perceptrons of two layers over sums of neighbours."
  package static let citation =
    "Xu et al., How powerful are graph neural networks?, ICLR 2019"

  package var hidden: [Int] = []
  package var activation = Activation.relu
  /// Dropout on each layer's input.
  package var dropout = 0.0
  package var epsilon = 0.0
  package var learnEpsilon = false
  /// Whether the perceptrons have a batch normalisation.
  package var mlpNorm = true
  package var bias = true
  package var trunk = TrunkConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths(), required: true, "Width of each hidden layer.")
    visitor.field(
      "activation", &activation, .activation,
      "What follows a hidden layer, and the first layer of each perceptron.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "epsilon", &epsilon, .number(),
      "What a node's own features weigh more than 1, or do at first.")
    visitor.field("learnEpsilon", &learnEpsilon, .boolean, "Whether each layer learns its epsilon.")
    visitor.field(
      "mlpNorm", &mlpNorm, .boolean,
      "Whether each perceptron normalises over the rows of a batch, behind its first layer.")
    visitor.field("bias", &bias, .boolean, "Whether linear maps add a bias.")
    trunk.fields(visitor)
  }

  package var batchNormKey: String? {
    if mlpNorm, !hidden.isEmpty || trunk.readout == nil { return "mlpNorm" }
    if case .batch = trunk.norm.normalization { return "norm" }
    return nil
  }

  /// The columns inside of a layer's perceptron: those of its output, but for the layer that gives the
  /// logits, which would be a bottle-neck of as many columns as classes; that has those of its input.
  func innerWidth(_ width: Int, inputWidth: Int, _ isLast: Bool) -> Int {
    isLast && !hidden.isEmpty ? inputWidth : width
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var trunk = trunk.options(activation)
    trunk.readoutBias = bias
    trunk.readoutDropout = dropout
    var place = 0
    return context.chain(hidden, trunk) { name, input, width in
      var options = GINLayer<S>.Options(
        innerWidth: innerWidth(width, inputWidth: input, place == hidden.count))
      place += 1
      options.epsilon = epsilon
      options.learnsEpsilon = learnEpsilon
      options.normalizes = mlpNorm
      options.activation = activation
      options.bias = bias
      options.dropout = dropout
      return GINLayer(
        name: name, inputWidth: input, outputWidth: width, options: options, seed: context.seed)
    }
  }
}
