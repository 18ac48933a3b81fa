/// The similarity of the features x and y at the two ends of an edge, before the softmax over a
/// node's in-edges.
enum SimilarityKernelConfig: Variant {
  case l2(L2KernelConfig)
  case linear(LinearKernelConfig)
  case poly(PolynomialKernelConfig)
  case rbf(RBFKernelConfig)
  case laplacian(LaplacianKernelConfig)

  init() { self = .rbf(RBFKernelConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.l2), VariantChoice(Self.linear), VariantChoice(Self.poly),
    VariantChoice(Self.rbf), VariantChoice(Self.laplacian),
  ]

  var settings: any VariantSettings {
    switch self {
    case .l2(let settings): settings
    case .linear(let settings): settings
    case .poly(let settings): settings
    case .rbf(let settings): settings
    case .laplacian(let settings): settings
    }
  }
}

/// ||x - y||^2.
struct L2KernelConfig: VariantSettings {
  static let name = "l2"
  static let note = "||x - y||^2"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// x . y.
struct LinearKernelConfig: VariantSettings {
  static let name = "linear"
  static let note = "x . y"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// (x . y + offset)^degree.
struct PolynomialKernelConfig: VariantSettings {
  static let name = "poly"
  static let note = "(x . y + offset)^degree"

  var degree = 2
  var offset = 0.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("degree", &degree, .integer(1...16), "The exponent.")
    visitor.field("offset", &offset, .number(), "Added to the inner product.")
  }
}

/// exp(-||x - y||^2 / (2 sigma^2)).
struct RBFKernelConfig: VariantSettings {
  static let name = "rbf"
  static let note = "exp(-||x - y||^2 / (2 sigma^2))"

  var sigma = 100.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("sigma", &sigma, .number(.positive), "The width of the bell.")
  }
}

/// exp(-||x - y||_1 / scale).
struct LaplacianKernelConfig: VariantSettings {
  static let name = "laplacian"
  static let note = "exp(-||x - y||_1 / scale)"

  var scale = 100.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("scale", &scale, .number(.positive), "What the distance is divided by.")
  }
}
