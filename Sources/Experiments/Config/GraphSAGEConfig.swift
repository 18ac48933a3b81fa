/// A GraphSAGE network.
struct GraphSAGEConfig: ArchitectureSettings {
  static let name = "graphsage"
  static let note = "GraphSAGE network."

  var hidden: [Int] = []
  var aggregator = Aggregator.mean
  var activation = Activation.relu
  /// Dropout on each layer's input.
  var dropout = 0.0
  var bias = Bias.single

  /// What stands for a node's in-neighbours.
  enum Aggregator: String, CaseIterable {
    /// Their mean.
    case mean
    /// Their maximum, channel by channel, after a linear map with bias and ReLU.
    case pool
  }

  /// The biases of a layer's output. (The map in front of a maximum has one always.)
  enum Bias: String, CaseIterable {
    /// None.
    case none
    /// One.
    case single
    /// One with the product of the node's own features and one with that of its neighbours'.
    case both
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths, required: true, "Width of each hidden layer.")
    visitor.field(
      "aggregator", &aggregator, .choice,
      "What stands for in-neighbours: their mean, or their maximum after a linear map and ReLU.")
    visitor.field("activation", &activation, .choice, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "bias", &bias, .choice,
      "Biases of each layer's output: none, one, or one with each of its two products (older DGL; "
        + "Alignahead).")
  }
}
