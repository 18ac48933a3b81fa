/// Global structure preserving (Joshi et al. 2022): all pairs of nodes are as alike as for the
/// teacher.
struct GSPConfig: FeatureObjectiveSettings {
  static let name = "gsp"
  static let note = "Global structure preserving (Joshi et al. 2022)."

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var kernel = GlobalSimilarityConfig()
  var maxSamples: Int? = 8_192

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record("kernel", &kernel, required: true, "How alike two nodes are.")
    visitor.maxSamples(&maxSamples, "The most nodes that are compared in a step")
  }
}

/// How alike two nodes are.
enum GlobalSimilarityConfig: Variant {
  case cosine(CosineSimilarityConfig)
  case poly(PolynomialSimilarityConfig)
  case l2(DistanceConfig)
  case rbf(NodeRBFConfig)

  init() { self = .cosine(CosineSimilarityConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.cosine), VariantChoice(Self.poly), VariantChoice(Self.l2),
    VariantChoice(Self.rbf),
  ]

  var settings: any VariantSettings {
    switch self {
    case .cosine(let settings): settings
    case .poly(let settings): settings
    case .l2(let settings): settings
    case .rbf(let settings): settings
    }
  }
}

/// x . y / (||x|| ||y||).
struct CosineSimilarityConfig: VariantSettings {
  static let name = "cosine"
  static let note = "x . y / (||x|| ||y||)"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// (cosine + offset)^degree.
struct PolynomialSimilarityConfig: VariantSettings {
  static let name = "poly"
  static let note = "(x . y / (||x|| ||y||) + offset)^degree"

  var degree = 2
  var offset = 0.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("degree", &degree, .integer(1...16), "The exponent.")
    visitor.field("offset", &offset, .number(), "Added to the cosine.")
  }
}

/// ||x - y||.
struct DistanceConfig: VariantSettings {
  static let name = "l2"
  static let note = "||x - y||"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// exp(-||x - y||^2 / (2 sigma^2)).
struct NodeRBFConfig: VariantSettings {
  static let name = "rbf"
  static let note = "exp(-||x - y||^2 / (2 sigma^2))"

  var sigma = 1.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("sigma", &sigma, .number(.positive), "The width of the bell.")
  }
}
