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

  var warnings: [Inconsistency] {
    guard levels == 1 else { return [] }
    let standard = FrameletTransformConfig()
    return [("dilation", dilation != standard.dilation), ("order", order != standard.order)]
      .filter(\.1).map {
        Inconsistency(key: $0.0, message: "has no effect on a transform of one level")
      }
  }

  /// In the terms of the transform.
  var options: FrameletOptions {
    FrameletOptions(
      bank: bank.settings.bank, levels: levels, dilation: dilation, order: order,
      largestEigenvalue: largestEigenvalue, route: route.settings.route)
  }
}

/// How framelet operators are computed.
struct FrameletRouteConfig: Variant {
  var settings: any FrameletRouteSettings
  static let registry = Registry<any FrameletRouteSettings>(
    "routes", [.init(ChebyshevRouteConfig.self) { $0 }, .init(ExactRouteConfig.self) { $0 }])
}

/// A way to compute the operators.
protocol FrameletRouteSettings: VariantSettings {
  /// In the terms of the transform.
  var route: FrameletRoute { get }
}

/// By Chebyshev polynomials.
struct ChebyshevRouteConfig: FrameletRouteSettings {
  static let name = "chebyshev"
  static let note = "Chebyshev polynomials, through products with the sparse Laplacian."

  var terms = 2
  /// Points of the trapezoid rule for the coefficients; nil for the Gauss-Chebyshev sum.
  var trapezoidPoints: Int?

  var route: FrameletRoute {
    .chebyshev(
      terms: terms, quadrature: trapezoidPoints.map { .trapezoid(points: $0) } ?? .gauss)
  }

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
struct ExactRouteConfig: FrameletRouteSettings {
  static let name = "exact"
  static let note = "The eigen-decomposition of the Laplacian: n^2 numbers, for small graphs."

  var route: FrameletRoute { .exact }
}
