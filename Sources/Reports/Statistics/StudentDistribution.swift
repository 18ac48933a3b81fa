import Foundation

/// Student's t distribution with `freedom` degrees of freedom.
package struct StudentDistribution {
  package let freedom: Double

  /// P(|T| >= |t|) = I_x(freedom / 2, 1 / 2) with x = freedom / (freedom + t^2).
  package func twoSidedProbability(of t: Double) -> Double {
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    return regularizedBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
  }

  /// The t with P(|T| >= t) = `probability`, by bisection: the probability falls as t grows.
  package func twoSidedQuantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability between 0 and 1")
    var (low, high) = (0.0, 1.0)
    while twoSidedProbability(of: high) > probability { high *= 2 }
    for _ in 0..<200 where high - low > 1e-13 * high {
      let middle = (low + high) / 2
      if twoSidedProbability(of: middle) > probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22),
/// evaluated with Lentz's method where it converges fast, x < (a + 1) / (a + b + 2), and through
/// I_x(a, b) = 1 - I_{1-x}(b, a) elsewhere.
package func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  return x < (a + 1) / (a + b + 2)
    ? betaByFraction(x, a, b) : 1 - betaByFraction(1 - x, b, a)
}

private func betaByFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let logFront = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
  let tiny = 1e-300
  var numerator = 1.0
  var denominator = 1 / nonzero(1 - (a + b) * x / (a + 1), tiny)
  var fraction = denominator
  for m in 1...10_000 {
    let k = Double(m)
    let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
    denominator = 1 / nonzero(1 + even * denominator, tiny)
    numerator = nonzero(1 + even / numerator, tiny)
    fraction *= numerator * denominator
    let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
    denominator = 1 / nonzero(1 + odd * denominator, tiny)
    numerator = nonzero(1 + odd / numerator, tiny)
    let factor = numerator * denominator
    fraction *= factor
    if abs(factor - 1) < 1e-16 { break }
  }
  return exp(logFront) / a * fraction
}

/// Keeps Lentz's method from dividing by zero.
private func nonzero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }
