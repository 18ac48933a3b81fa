import Layers
import Records
import Tensor

/// A network of spatial framelet convolutions.
package struct FrameletConfig: ArchitectureSettings {
  package static let name = "framelet"
  package static let note =
    "Spatial framelet network (Shi et al. 2025): in each band a propagation and a relu."

  package var hidden: [Int] = []
  package var propagation = FrameletPropagationConfig()
  /// Dropout on each layer's input.
  package var dropout = 0.0
  /// That of the first layer, where it is another.
  package var inputDropout: Double?
  package var bias = true
  /// Whether the last layer has the relu of the others.
  package var outputRelu = true
  package var trunk = TrunkConfig()

  package init(
    hidden: [Int] = [], propagation: FrameletPropagationConfig = FrameletPropagationConfig(),
    dropout: Double = 0.0, inputDropout: Double? = nil, bias: Bool = true, outputRelu: Bool = true
  ) {
    self.hidden = hidden
    self.propagation = propagation
    self.dropout = dropout
    self.inputDropout = inputDropout
    self.bias = bias
    self.outputRelu = outputRelu
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths(), required: true, "Width of each hidden layer.")
    propagation.fields(visitor)
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "inputDropout", &inputDropout, .orNull(.dropout),
      "Dropout on the node features (0 as published); null for the same as dropout.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
    visitor.field(
      "outputRelu", &outputRelu, .boolean,
      "Whether the last layer has the relu of the others, as published. It can lose a class: one "
        + "whose relu is 0 at every node learns nothing more.")
    trunk.fields(visitor)
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var place = 0
    // The nonlinearity is inside.
    var trunk = trunk.options(.none)
    trunk.readoutBias = bias
    trunk.readoutDropout = hidden.isEmpty ? inputDropout ?? dropout : dropout
    return context.chain(hidden, trunk) { name, input, width in
      defer { place += 1 }
      return SpatialFrameletLayer<S>(
        name: name, inputWidth: input, outputWidth: width, options: propagation.options,
        bias: bias, rectifies: outputRelu || place < hidden.count,
        dropout: S(place == 0 ? inputDropout ?? dropout : dropout), seed: context.seed)
    }
  }

  package func problem(graphs count: Int, of data: String) -> Inconsistency? {
    propagation.problem(graphs: count, of: data)
  }
}

/// One linear layer of powers of framelet operators.
package struct SimplifiedFrameletConfig: ArchitectureSettings {
  package static let name = "simplifiedFramelet"
  package static let note = "Simplified framelet network (Shi et al. 2025): one linear layer."

  package var power = 2
  package var propagation = FrameletPropagationConfig()
  /// Dropout on the input.
  package var dropout = 0.0
  package var bias = true

  package var hidden: [Int] { [] }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("power", &power, .power, "The power of each band's operator.")
    propagation.fields(visitor)
    visitor.field("dropout", &dropout, .dropout, "Dropout on the input.")
    visitor.field("bias", &bias, .boolean, "Whether it adds a bias.")
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    context.chain([], TrunkOptions()) {
      SimplifiedFrameletLayer<S>(
        name: $0, inputWidth: $1, outputWidth: $2, options: propagation.options, power: power,
        bias: bias, dropout: S(dropout), seed: context.seed)
    }
  }

  package func problem(graphs count: Int, of data: String) -> Inconsistency? {
    propagation.problem(graphs: count, of: data)
  }
}

extension FieldRule where Value == Int {
  /// A power of a graph's operators.
  package static var power: FieldRule { .integer(1...256) }
}
