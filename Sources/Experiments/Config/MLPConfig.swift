/// A multi-layer perceptron on the node features, which does not look at the graph.
struct MLPConfig: ArchitectureSettings {
  static let name = "mlp"
  static let note = "Multi-layer perceptron on node features alone."

  var hidden: [Int] = []
  var activation = Activation.relu
  /// Dropout on each layer's input.
  var dropout = 0.0
  var bias = true

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths, required: true, "Width of each hidden layer.")
    visitor.field("activation", &activation, .choice, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
  }
}
