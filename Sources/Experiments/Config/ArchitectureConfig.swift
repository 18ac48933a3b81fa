/// A network, by family.
enum ArchitectureConfig: Variant {
  case gat(GATConfig)
  case gcn(GCNConfig)
  case graphsage(GraphSAGEConfig)
  case mlp(MLPConfig)
  case framelet(FrameletConfig)
  case simplifiedFramelet(SimplifiedFrameletConfig)
  case fmlp(FMLPConfig)
  case fmlpSimplified(SimplifiedFMLPConfig)

  init() { self = .gat(GATConfig()) }

  static let tag = "family"
  static let choices = [
    VariantChoice(Self.gat), VariantChoice(Self.gcn), VariantChoice(Self.graphsage),
    VariantChoice(Self.mlp), VariantChoice(Self.framelet), VariantChoice(Self.simplifiedFramelet),
    VariantChoice(Self.fmlp), VariantChoice(Self.fmlpSimplified),
  ]

  /// The active family's settings, whatever the family.
  var architectureSettings: any ArchitectureSettings {
    switch self {
    case .gat(let settings): settings
    case .gcn(let settings): settings
    case .graphsage(let settings): settings
    case .mlp(let settings): settings
    case .framelet(let settings): settings
    case .simplifiedFramelet(let settings): settings
    case .fmlp(let settings): settings
    case .fmlpSimplified(let settings): settings
    }
  }

  var settings: any VariantSettings { architectureSettings }

  /// The names of the features that objectives can read: of each hidden layer l, `hidden.l`
  /// (before the activation) and `hidden.l.activated`, and `logits`.
  var taps: [String] {
    architectureSettings.hidden.indices.flatMap { ["hidden.\($0)", "hidden.\($0).activated"] }
      + ["logits"]
  }
}

/// The settings of a family of networks.
protocol ArchitectureSettings: VariantSettings {
  /// Widths of the hidden layers (of one head where there are several).
  var hidden: [Int] { get }
}

/// What follows a hidden layer.
enum Activation: String, CaseIterable {
  /// x for x > 0, exp(x) - 1 otherwise.
  case elu
  /// max(x, 0).
  case relu
  /// x for x > 0, 0.01 x otherwise.
  case leakyRelu
}

extension FieldRule where Value == [Int] {
  /// More layers than this are a slip of the pen.
  static var mostLayers: Int { 256 }

  /// Widths of hidden layers.
  static var widths: FieldRule { .list(of: .integer(1...65_536), count: 1...mostLayers) }
}

extension FieldRule where Value == Double {
  /// The probability that dropout sets a value to zero; below 1 in single precision too.
  static var dropout: FieldRule { .number(.closed(0, 0.9999999)) }
}
