import Graph
import Records
import Tensor

/// A framelet transform.
package struct FrameletTransformConfig: Record {
  package var bank = FilterBankConfig()
  package var levels = 1
  package var dilation = 2.0
  package var order = DilationOrder.increasing
  package var route = FrameletRouteConfig()
  /// lambda_max of the Laplacian, which levels are scaled with; nil to have it computed.
  package var largestEigenvalue: Double?

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
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

  package var warnings: [Inconsistency] {
    guard levels == 1 else { return [] }
    let standard = FrameletTransformConfig()
    return [("dilation", dilation != standard.dilation), ("order", order != standard.order)]
      .filter(\.1).map {
        Inconsistency(key: $0.0, message: "has no effect on a transform of one level")
      }
  }

  /// In the terms of the transform.
  package var options: FrameletOptions {
    FrameletOptions(
      bank: bank.settings.bank, levels: levels, dilation: dilation, order: order,
      largestEigenvalue: largestEigenvalue, route: route.settings.route)
  }
}

/// How framelet operators are computed.
package struct FrameletRouteConfig: Variant {
  package var settings: any FrameletRouteSettings

  package init(settings: any FrameletRouteSettings) { self.settings = settings }
  package static let registry = Registry<any FrameletRouteSettings>(
    "routes", [.init(ChebyshevRouteConfig.self) { $0 }, .init(ExactRouteConfig.self) { $0 }])
}

/// A way to compute the operators.
package protocol FrameletRouteSettings: VariantSettings {
  /// In the terms of the transform.
  var route: FrameletRoute { get }
}

/// By Chebyshev polynomials.
package struct ChebyshevRouteConfig: FrameletRouteSettings {
  package static let name = "chebyshev"
  package static let note = "Chebyshev polynomials, through products with the sparse Laplacian."

  package var terms = 2
  /// Points of the trapezoid rule for the coefficients; nil for the Gauss-Chebyshev sum.
  package var trapezoidPoints: Int?

  package var route: FrameletRoute {
    .chebyshev(
      terms: terms, quadrature: trapezoidPoints.map { .trapezoid(points: $0) } ?? .gauss)
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "terms", &terms, .integer(1...1_024), "Terms of the polynomials, one more than their degree.")
    visitor.field(
      "trapezoidPoints", &trapezoidPoints, .orNull(.integer(2...1_000_000)),
      "Points of the trapezoid rule for their coefficients (500 as published); null for the "
        + "Gauss-Chebyshev sum.")
  }
}

/// From the eigen-decomposition.
package struct ExactRouteConfig: FrameletRouteSettings {
  package static let name = "exact"
  package static let note =
    "The eigen-decomposition of the Laplacian: n^2 numbers, for small graphs."

  package var route: FrameletRoute { .exact }

  package init() {}
}
