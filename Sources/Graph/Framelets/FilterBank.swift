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
  /// Masks that are given by their formulas.
  case functions(AnyMaskFunctions)

  /// The number of masks, R.
  public var maskCount: Int {
    switch self {
    case .haar, .sigmoid: 2
    case .linear, .entropy: 3
    case .quadratic: 4
    case .functions(let masks): masks.functions.maskCount
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
    case .functions(let masks): return masks.functions.masks(at: x)
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
    case .functions(let masks):
      let count = masks.functions.maskCount
      try FrameletError.require(
        count >= 2, "the number of masks of \(type(of: masks.functions))", Double(count),
        "a low pass and one high pass or more")
      for point in 0...128 {
        let x = Double.pi * Double(point) / 128
        let values = masks.functions.masks(at: x)
        try FrameletError.require(
          values.count == count, "the number of masks of \(type(of: masks.functions)) at \(x)",
          Double(values.count), "\(count), its maskCount")
        let sum = values.reduce(0) { $0 + $1 * $1 }
        try FrameletError.require(
          abs(sum - 1) < 1e-9, "the sum of squared masks of \(type(of: masks.functions)) at \(x)",
          sum, "1 at every point of [0, pi], as a tight frame has it")
      }
    }
  }
}

/// Masks g_0 (low pass), g_1, ..., given by their formulas.
public protocol MaskFunctions: Hashable, Sendable {
  /// The number of masks, R, at least 2.
  var maskCount: Int { get }
  /// All masks at x in [0, pi], the low pass first; the sum of their squares is 1.
  func masks(at x: Double) -> [Double]
}

/// Any masks, as a value that can be compared.
public struct AnyMaskFunctions: Sendable, Hashable {
  let functions: any MaskFunctions

  /// The masks as such.
  public init(_ functions: some MaskFunctions) { self.functions = functions }

  /// Whether both are of one type and equal.
  public static func == (a: AnyMaskFunctions, b: AnyMaskFunctions) -> Bool {
    a.hashable == b.hashable
  }

  /// That of the masks.
  public func hash(into hasher: inout Hasher) { hasher.combine(hashable) }

  private var hashable: AnyHashable {
    func opened(_ functions: some MaskFunctions) -> AnyHashable { AnyHashable(functions) }
    return opened(functions)
  }
}
