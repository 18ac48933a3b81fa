import Graph

/// A framelet transform.
struct FrameletTransformConfig: Record {
  var bank = FilterBankConfig()
  var levels = 1
  var dilation = 2.0
  var order = DilationOrder.increasing
  var route = FrameletRouteConfig()
  /// lambda_max of the Laplacian, which levels are scaled with; nil to have it computed.
  var largestEigenvalue: Double?

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("bank", &bank, "The masks.")
    visitor.field("levels", &levels, .integer(1...16), "Levels of the transform.")
    visitor.field(
      "dilation", &dilation, .number(.above(1, atMost: 1_000)),
      "The factor between the levels' frequencies.")
    visitor.field(
      "order", &order, .choice,
      "Whether frequencies rise from level to level (as published for haar, linear and quadratic) "
        + "or fall (for entropy and sigmoid).")
    visitor.record("route", &route, "How the operators are computed.")
    visitor.field(
      "largestEigenvalue", &largestEigenvalue, .orNull(.number(.above(0, atMost: 2))),
      "The Laplacian's largest eigenvalue, or a bound above it; null to have it computed. 2 fits "
        + "every graph.")
  }

  /// In the terms of the transform.
  var options: FrameletOptions {
    FrameletOptions(
      bank: bank.options, levels: levels, dilation: dilation, order: order,
      largestEigenvalue: largestEigenvalue, route: route.options)
  }
}

/// The masks of a framelet transform.
enum FilterBankConfig: Variant {
  case haar(HaarBankConfig)
  case linear(LinearBankConfig)
  case quadratic(QuadraticBankConfig)
  case entropy(EntropyBankConfig)
  case sigmoid(SigmoidBankConfig)

  init() { self = .haar(HaarBankConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.haar), VariantChoice(Self.linear), VariantChoice(Self.quadratic),
    VariantChoice(Self.entropy), VariantChoice(Self.sigmoid),
  ]

  var settings: any VariantSettings {
    switch self {
    case .haar(let settings): settings
    case .linear(let settings): settings
    case .quadratic(let settings): settings
    case .entropy(let settings): settings
    case .sigmoid(let settings): settings
    }
  }

  var options: FilterBank {
    switch self {
    case .haar: .haar
    case .linear: .linear
    case .quadratic: .quadratic
    case .entropy(let config): .entropy(alpha: config.alpha)
    case .sigmoid(let config): .sigmoid(alpha: config.alpha)
    }
  }
}

/// cos(x/2); sin(x/2).
struct HaarBankConfig: VariantSettings {
  static let name = "haar"
  static let note = "cos(x/2); sin(x/2)"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2).
struct LinearBankConfig: VariantSettings {
  static let name = "linear"
  static let note = "cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2)"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2).
struct QuadraticBankConfig: VariantSettings {
  static let name = "quadratic"
  static let note =
    "cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2)"

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// The entropy bank of the quasi-framelets.
struct EntropyBankConfig: VariantSettings {
  static let name = "entropy"
  static let note = "Three masks with g_1^2 = 4 alpha u (1 - u), u = x / pi (quasi-framelets)."

  var alpha = 0.5

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "alpha", &alpha, .number(.above(0, atMost: 1)), "How much the middle mask takes.")
  }
}

/// The sigmoid bank of the quasi-framelets.
struct SigmoidBankConfig: VariantSettings {
  static let name = "sigmoid"
  static let note = "Two masks, the high one's square 1 / (1 + exp(-alpha (x / pi - 1/2)))."

  var alpha = 20.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("alpha", &alpha, .number(.positive), "How steep the masks are.")
  }
}

/// How framelet operators are computed.
enum FrameletRouteConfig: Variant {
  case chebyshev(ChebyshevRouteConfig)
  case exact(ExactRouteConfig)

  init() { self = .chebyshev(ChebyshevRouteConfig()) }

  static let tag = "type"
  static let choices = [VariantChoice(Self.chebyshev), VariantChoice(Self.exact)]

  var settings: any VariantSettings {
    switch self {
    case .chebyshev(let settings): settings
    case .exact(let settings): settings
    }
  }

  var options: FrameletRoute {
    switch self {
    case .chebyshev(let config):
      .chebyshev(
        terms: config.terms,
        quadrature: config.trapezoidPoints.map { .trapezoid(points: $0) } ?? .gauss)
    case .exact: .exact
    }
  }
}

/// By Chebyshev polynomials.
struct ChebyshevRouteConfig: VariantSettings {
  static let name = "chebyshev"
  static let note = "Chebyshev polynomials, through products with the sparse Laplacian."

  var terms = 2
  /// Points of the trapezoid rule for the coefficients; nil for the Gauss-Chebyshev sum.
  var trapezoidPoints: Int?

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "terms", &terms, .integer(1...1_024), "Terms of the polynomials, one more than their degree.")
    visitor.field(
      "trapezoidPoints", &trapezoidPoints, .orNull(.integer(2...1_000_000)),
      "Points of the trapezoid rule for their coefficients (500 as published); null for the "
        + "Gauss-Chebyshev sum.")
  }
}

/// From the eigen-decomposition.
struct ExactRouteConfig: VariantSettings {
  static let name = "exact"
  static let note = "The eigen-decomposition of the Laplacian: n^2 numbers, for small graphs."

  mutating func fields(_ visitor: any FieldVisitor) {}
}
