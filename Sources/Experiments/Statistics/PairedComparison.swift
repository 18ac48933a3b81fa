import Foundation

/// Whether two methods differ, from their scores with the same seeds: differences d_i = a_i - b_i.
///
/// Made only where there are at least two pairs. With few seeds no test can find much: the least
/// possible p of the signed-rank test is 2 / 2^n, 0.25 for three seeds and 0.0625 for five.
struct PairedComparison: Equatable {
  /// The number of pairs.
  let count: Int
  /// The mean of the differences.
  let meanDifference: Double
  /// The sample standard deviation of the differences.
  let deviation: Double
  /// The 95 % confidence interval of the mean difference by Student's t; nil where all differences
  /// are equal.
  let interval: ClosedRange<Double>?
  /// Cohen's d for pairs, meanDifference / deviation; nil where all differences are equal.
  let effectSize: Double?
  /// Two-sided p of the paired t test; nil where all differences are equal.
  let tTestP: Double?
  /// Two-sided p of Wilcoxon's signed-rank test; nil where all differences are zero.
  let signedRankP: Double?

  /// Compares scores of the same seeds, in the same order; nil for fewer than two.
  init?(_ a: [Double], _ b: [Double]) {
    precondition(a.count == b.count, "pairs have two values each")
    let differences = zip(a, b).map { $0 - $1 }
    guard differences.count >= 2, differences.allSatisfy(\.isFinite) else { return nil }
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / (n - 1)).squareRoot()
    count = differences.count
    meanDifference = mean
    self.deviation = deviation
    signedRankP = signedRankProbability(differences)
    guard deviation > 0 else {
      (interval, effectSize, tTestP) = (nil, nil, nil)
      return
    }
    let student = StudentDistribution(freedom: n - 1)
    let error = deviation / n.squareRoot()
    let reach = student.twoSidedQuantile(0.05) * error
    interval = mean - reach...mean + reach
    effectSize = mean / deviation
    tTestP = student.twoSidedProbability(of: mean / error)
  }
}

/// The two-sided p of Wilcoxon's signed-rank test (1945) for paired differences: 2 min(P(W <= w),
/// P(W >= w)), at most 1, where W is the sum of the ranks of positive differences when every sign is
/// a fair coin. Zero differences are left out, equal ones share their mean rank; nil where nothing
/// is left.
///
/// Exact up to 50 differences, by counting rank sums; beyond, by the normal approximation with
/// correction for ties and continuity.
func signedRankProbability(_ differences: [Double]) -> Double? {
  let nonzero = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
  guard !nonzero.isEmpty else { return nil }
  // Twice the ranks, which are whole numbers even where mean ranks are not.
  var doubledRanks: [Int] = []
  var tieCorrection = 0.0
  var first = 0
  while first < nonzero.count {
    var end = first
    while end < nonzero.count, abs(nonzero[end]) == abs(nonzero[first]) { end += 1 }
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
