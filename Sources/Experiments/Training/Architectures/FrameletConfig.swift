import Layers
import Tensor

/// A network of spatial framelet convolutions.
struct FrameletConfig: ArchitectureSettings {
  static let name = "framelet"
  static let note =
    "Spatial framelet network (Shi et al. 2025): in each band a propagation and a relu."

  var hidden: [Int] = []
  var propagation = FrameletPropagationConfig()
  /// Dropout on each layer's input.
  var dropout = 0.0
  /// That of the first layer, where it is another.
  var inputDropout: Double?
  var bias = true
  /// Whether the last layer has the relu of the others.
  var outputRelu = true

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths, required: true, "Width of each hidden layer.")
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
  }

  func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    var place = 0
    // The nonlinearity is inside.
    return context.chain(hidden + [context.outputWidth], .none) { name, input, width in
      defer { place += 1 }
      return SpatialFrameletLayer<S>(
        name: name, inputWidth: input, outputWidth: width, options: propagation.options,
        bias: bias, rectifies: outputRelu || place < hidden.count,
        dropout: S(place == 0 ? inputDropout ?? dropout : dropout), seed: context.seed)
    }
  }

  func problem(graphs count: Int, of data: String) -> Inconsistency? {
    propagation.problem(graphs: count, of: data)
  }
}

/// One linear layer of powers of framelet operators.
struct SimplifiedFrameletConfig: ArchitectureSettings {
  static let name = "simplifiedFramelet"
  static let note = "Simplified framelet network (Shi et al. 2025): one linear layer."

  var power = 2
  var propagation = FrameletPropagationConfig()
  /// Dropout on the input.
  var dropout = 0.0
  var bias = true

  var hidden: [Int] { [] }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("power", &power, .power, "The power of each band's operator.")
    propagation.fields(visitor)
    visitor.field("dropout", &dropout, .dropout, "Dropout on the input.")
    visitor.field("bias", &bias, .boolean, "Whether it adds a bias.")
  }

  func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    context.chain([context.outputWidth], .none) {
      SimplifiedFrameletLayer<S>(
        name: $0, inputWidth: $1, outputWidth: $2, options: propagation.options, power: power,
        bias: bias, dropout: S(dropout), seed: context.seed)
    }
  }

  func problem(graphs count: Int, of data: String) -> Inconsistency? {
    propagation.problem(graphs: count, of: data)
  }
}

extension FieldRule where Value == Int {
  /// A power of a graph's operators.
  static var power: FieldRule { .integer(1...256) }
}
