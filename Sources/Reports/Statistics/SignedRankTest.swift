import Foundation

/// The two-sided p of Wilcoxon's signed-rank test (1945) for paired differences: 2 min(P(W <= w),
/// P(W >= w)), at most 1, where W is the sum of the ranks of positive differences when every sign is
/// a fair coin. Zero differences are left out, equal ones share their mean rank; nil where nothing
/// is left. It takes the differences for independent.
///
/// Exact up to 50 differences, ties included, by counting the rank sums of all 2^n signs; beyond, by
/// the normal approximation with correction for ties and continuity. SciPy's `wilcoxon` has the same
/// with `zero_method="wilcox"` and `PermutationMethod`, or `method="approx", correction=True`.
///
/// - Parameter tolerance: Differences this near to 0, or to one another, are equal. Scores are
///   quotients of counts, and the difference of two quotients that are equal on paper need not be
///   equal in binary: 39/51 - 38/51 and 41/51 - 40/51 differ by 1e-16.
package func signedRankProbability(_ differences: [Double], tolerance: Double = 0) -> Double? {
  let nonzero = differences.filter { abs($0) > tolerance }.sorted { abs($0) < abs($1) }
  guard !nonzero.isEmpty else { return nil }
  // Twice the ranks, which are whole numbers even where mean ranks are not.
  var doubledRanks: [Int] = []
  var tieCorrection = 0.0
  var first = 0
  while first < nonzero.count {
    var end = first
    while end < nonzero.count, abs(nonzero[end]) - abs(nonzero[first]) <= tolerance { end += 1 }
    doubledRanks += [Int](repeating: first + 1 + end, count: end - first)
    let tied = Double(end - first)
    tieCorrection += tied * tied * tied - tied
    first = end
  }
  let observed = zip(nonzero, doubledRanks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
  let n = Double(nonzero.count)
  guard nonzero.count <= 50 else {
    let mean = n * (n + 1) / 4
    let variance = n * (n + 1) * (2 * n + 1) / 24 - tieCorrection / 48
    let distance = max(0, abs(Double(observed) / 2 - mean) - 0.5)
    return min(1, erfc(distance / (2 * variance).squareRoot()))
  }
  // probability[s] is that of the doubled rank sum s; each difference adds its rank or not.
  var probability = [Double](repeating: 0, count: doubledRanks.reduce(0, +) + 1)
  probability[0] = 1
  var reached = 0
  for rank in doubledRanks {
    reached += rank
    for sum in stride(from: reached, through: 0, by: -1) {
      probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2
    }
  }
  let below = probability[...observed].reduce(0, +)
  let above = probability[observed...].reduce(0, +)
  return min(1, 2 * min(below, above))
}
