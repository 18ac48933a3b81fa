import Foundation
import Tensor

/// The masks g_0 (low pass), g_1, ..., g_(R-1) (high passes) of a framelet transform, functions on
/// [0, pi] with
///
///     sum over r of g_r(x)^2 = 1 at every x in [0, pi],
///
/// which is what makes the frame tight. Arguments outside [0, pi] count as the nearer end.
///
/// Sources: B. Dong, "Sparse representation on graphs by tight wavelet frames and applications",
/// ACHA 2017 (Haar, linear, quadratic); X. Zheng et al., "How framelets enhance graph neural
/// networks", ICML 2021 (their use in graph convolutions); M. Yang et al., "Quasi-framelets",
/// arXiv:2201.04728 (entropy, sigmoid).
public enum FilterBank: Sendable, Hashable {
  /// cos(x/2); sin(x/2).
  case haar
  /// cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2).
  case linear
  /// cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2).
  case quadratic
  /// With u = x / pi and g_1^2 = 4 alpha u (1 - u): g_0 = sqrt(1 - g_1^2) for u <= 1/2, else 0;
  /// g_1; g_2 = sqrt(1 - g_1^2) for u > 1/2, else 0. alpha in (0, 1].
  ///
  /// Below alpha = 1 the outer masks jump by sqrt(1 - alpha) at pi/2, so Chebyshev polynomials
  /// approach them at every other point but never uniformly.
  case entropy(alpha: Double = 0.5)
  /// sqrt(1 - sigma); sqrt(sigma), with sigma = 1 / (1 + exp(-alpha (x / pi - 1/2))), alpha > 0.
  case sigmoid(alpha: Double = 20)

  /// The number of masks, R.
  public var maskCount: Int {
    switch self {
    case .haar, .sigmoid: 2
    case .linear, .entropy: 3
    case .quadratic: 4
    }
  }

  /// All masks at x, the low pass first.
  public func masks(at x: Double) -> [Double] {
    let x = min(max(x, 0), .pi)
    let (c, s) = (cos(x / 2), sin(x / 2))
    let u = x / .pi
    switch self {
    case .haar: return [c, s]
    // sin(x) = 2 sin(x/2) cos(x/2).
    case .linear: return [c * c, 2.squareRoot() * s * c, s * s]
    case .quadratic:
      return [c * c * c, 3.squareRoot() * s * c * c, 3.squareRoot() * s * s * c, s * s * s]
    case .entropy(let alpha):
      // Eigenvalues often lie on 0, pi/2 or pi itself (0 and lambda_max, and lambda_max after a
      // dilation by 2). Rounding must not choose the side of the jump, and g_1, a root at 0 and pi,
      // would make 1e-8 of 1e-16.
      let corner = (2 * u).rounded() / 2
      let u = abs(u - corner) < 1e-12 ? corner : u
      let middle = max(0, 4 * alpha * u * (1 - u))
      let outer = max(0, 1 - middle).squareRoot()
      return [u <= 0.5 ? outer : 0, middle.squareRoot(), u > 0.5 ? outer : 0]
    case .sigmoid(let alpha):
      let z = alpha * (u - 0.5)
      return [(1 / (1 + exp(z))).squareRoot(), (1 / (1 + exp(-z))).squareRoot()]
    }
  }

  /// Stops at a parameter that gives no tight frame.
  ///
  /// - Throws: ``FrameletError/badParameter(name:value:expected:)``.
  func validate() throws {
    switch self {
    case .haar, .linear, .quadratic: break
    case .entropy(let alpha):
      try FrameletError.require(
        alpha > 0 && alpha <= 1, "the entropy bank's alpha", alpha, "a number in (0, 1]")
    case .sigmoid(let alpha):
      try FrameletError.require(
        alpha > 0 && alpha.isFinite, "the sigmoid bank's alpha", alpha, "a finite number above 0")
    }
  }
}
