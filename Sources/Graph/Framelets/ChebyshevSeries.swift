import Foundation

/// How the integrals of Chebyshev coefficients are computed.
public enum ChebyshevQuadrature: Sendable, Hashable {
  /// The Gauss-Chebyshev sum: exact for polynomials, and to rounding for smooth masks.
  case gauss
  /// The trapezoid rule over theta in [0, pi] at that many points, ends included; 500 in the
  /// published code of UFG and of frameless distillation.
  case trapezoid(points: Int)
}

/// The first Chebyshev coefficients of a function on [0, pi]:
///
///     f(x) ~ c_0 / 2 + sum over k = 1 ..< n of c_k T_k(2 x / pi - 1),
///     c_k = 2 / pi * integral over [0, pi] of cos(k theta) f(pi/2 (cos theta + 1)) d theta.
public struct ChebyshevSeries: Sendable, Equatable {
  /// c_0, ..., c_(n-1).
  public let coefficients: [Double]

  /// The coefficients of several functions that are computed together.
  ///
  /// - Parameters:
  ///   - terms: n; the polynomial's degree is n - 1. At least 1.
  ///   - functions: The values of all functions at x.
  static func all(
    terms: Int, quadrature: ChebyshevQuadrature, of functions: (Double) -> [Double]
  ) -> [ChebyshevSeries] {
    let nodes: [(angle: Double, weight: Double)]
    switch quadrature {
    case .gauss:
      let count = max(1_024, 8 * terms)
      nodes = (0..<count).map { ((Double($0) + 0.5) * .pi / Double(count), 2 / Double(count)) }
    case .trapezoid(let points):
      let step = 1 / Double(points - 1)
      nodes = (0..<points).map { k in
        (Double(k) * step * .pi, (k == 0 || k == points - 1 ? 1 : 2) * step)
      }
    }
    var sums: [[Double]] = []
    for (angle, weight) in nodes {
      let values = functions(.pi / 2 * (cos(angle) + 1))
      if sums.isEmpty {
        sums = values.map { _ in [Double](repeating: 0, count: terms) }
      }
      for k in 0..<terms {
        let factor = weight * cos(Double(k) * angle)
        for (r, value) in values.enumerated() { sums[r][k] += factor * value }
      }
    }
    return sums.map(ChebyshevSeries.init)
  }

  private init(coefficients: [Double]) { self.coefficients = coefficients }

  /// The polynomial at x, by Clenshaw's recurrence.
  public func value(at x: Double) -> Double {
    let t = 2 * x / .pi - 1
    var (b1, b2) = (0.0, 0.0)
    for c in coefficients.dropFirst().reversed() { (b1, b2) = (c + 2 * t * b1 - b2, b1) }
    return coefficients[0] / 2 + t * b1 - b2
  }
}
