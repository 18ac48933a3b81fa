/// Maximum mean discrepancy of channels (neuron selectivity transfer; Huang & Wang 2017).
struct MMDConfig: FeatureObjectiveSettings {
  static let name = "mmd"
  static let note = "Maximum mean discrepancy of channels (Huang & Wang 2017)."

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var kernel = DiscrepancyKernelConfig()
  var maxSamples: Int? = 1_024

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record(
      "kernel", &kernel, required: true, "The kernel of two channels, as vectors of length 1.")
    visitor.maxSamples(&maxSamples, "The most nodes over which channels are compared in a step")
  }
}

/// The kernel of two channels.
enum DiscrepancyKernelConfig: Variant {
  case linear(LinearKernelConfig)
  case poly(PolynomialKernelConfig)
  case rbf(ChannelRBFConfig)

  init() { self = .poly(PolynomialKernelConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.poly), VariantChoice(Self.linear), VariantChoice(Self.rbf),
  ]

  var settings: any VariantSettings {
    switch self {
    case .linear(let settings): settings
    case .poly(let settings): settings
    case .rbf(let settings): settings
    }
  }
}

/// exp(-||x - y||^2 / (2 variance)).
struct ChannelRBFConfig: VariantSettings {
  static let name = "rbf"
  static let note = "exp(-||x - y||^2 / (2 variance))"

  var variance: Double?

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "variance", &variance, .orNull(.number(.positive)),
      "The width of the bell, squared; null for the mean of ||x - y||^2 in each step.")
  }
}
