/// A graph convolutional network.
struct GCNConfig: ArchitectureSettings {
  static let name = "gcn"
  static let note = "Graph convolutional network."

  var hidden: [Int] = []
  var activation = Activation.relu
  /// Dropout on each layer's input.
  var dropout = 0.0
  var normalization = Normalization.both
  var bias = true

  /// What the adjacency matrix A is replaced with; D holds the degrees.
  enum Normalization: String, CaseIterable {
    /// D^(-1/2) A D^(-1/2), with in-degrees on the left and out-degrees on the right.
    case both
    /// D^(-1/2) A D^(-1/2), with in-degrees on both sides.
    case inDegrees
    /// D^(-1) A: the mean over in-neighbours.
    case right
    /// A: the sum over in-neighbours.
    case none
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("hidden", &hidden, .widths, required: true, "Width of each hidden layer.")
    visitor.field("activation", &activation, .choice, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field(
      "normalization", &normalization, .choice,
      "Symmetric normalisation with out-degrees of sources and in-degrees of destinations, or with "
        + "in-degrees of both (Alignahead); the mean over in-neighbours; or their sum.")
    visitor.field("bias", &bias, .boolean, "Whether each layer adds a bias.")
  }
}
