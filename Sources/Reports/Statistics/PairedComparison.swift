import Foundation
import Training

/// Whether two methods differ, from their scores with the same seeds: differences d_i = a_i - b_i.
///
/// Made only where there are at least two pairs. With few seeds no test can find much: the least
/// possible p of the signed-rank test is 2 / 2^n, 0.25 for three seeds and 0.0625 for five.
package struct PairedComparison: Equatable {
  /// The number of pairs.
  package let count: Int
  /// What the pairs have in common, which decides the variance of the mean difference.
  package let overlap: SplitOverlap
  /// The mean of the differences.
  package let meanDifference: Double
  /// The sample standard deviation of the differences, 0 where they are equal to within rounding.
  package let deviation: Double
  /// The 95 % confidence interval of the mean difference by Student's t; nil where all differences
  /// are equal.
  package let interval: ClosedRange<Double>?
  /// Cohen's d for pairs, meanDifference / deviation; nil where all differences are equal.
  package let effectSize: Double?
  /// Two-sided p of the t test, t = meanDifference / standardError with n - 1 degrees of freedom: the
  /// paired one or, for splits drawn from one graph, the corrected resampled one of Nadeau & Bengio;
  /// nil where all differences are equal.
  package let tTestP: Double?
  /// Two-sided p of Wilcoxon's signed-rank test; nil where all differences are zero.
  package let signedRankP: Double?

  /// Compares scores of the same seeds, in the same order; nil for fewer than two.
  package init?(_ a: [Double], _ b: [Double], overlap: SplitOverlap = .oneSplit) {
    precondition(a.count == b.count, "pairs have two values each")
    let differences = zip(a, b).map { $0 - $1 }
    guard differences.count >= 2, differences.allSatisfy(\.isFinite) else { return nil }
    let tolerance = Self.resolution * (a + b).reduce(0) { max($0, abs($1)) }
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    count = differences.count
    self.overlap = overlap
    signedRankP = signedRankProbability(differences, tolerance: tolerance)
    guard differences.max()! - differences.min()! > tolerance else {
      meanDifference = abs(mean) <= tolerance ? 0 : mean
      (deviation, interval, effectSize, tTestP) = (0, nil, nil, nil)
      return
    }
    meanDifference = mean
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / (n - 1)).squareRoot()
    effectSize = mean / deviation
    let student = StudentDistribution(freedom: n - 1)
    let error = Self.standardError(deviation, n, overlap)
    let reach = student.twoSidedQuantile(0.05) * error
    interval = mean - reach...mean + reach
    tTestP = student.twoSidedProbability(of: mean / error)
  }

  /// Numbers that differ by less than this share of the largest score are equal: far above what
  /// rounding does to scores k / n (1e-16) and far below what one node more or less does (1 / n).
  package static let resolution = 1e-9

  /// The standard error of the mean difference: the root of s² / n or, where splits are drawn from
  /// one graph, of (1 / n + n_test / n_train) s² (Nadeau & Bengio 2003, "Inference for the
  /// generalization error").
  private static func standardError(
    _ deviation: Double, _ n: Double, _ overlap: SplitOverlap
  ) -> Double {
    deviation * (1 / n + overlap.testPerTraining).squareRoot()
  }

  /// The p that a verdict goes by: that of the t test. Where all differences are equal the t test
  /// says nothing; with at least five independent pairs the signed-rank test does, 2 / 2^n, or 1
  /// where all are zero; else nil: not testable.
  package var differenceP: Double? {
    tTestP ?? (testsBySigns ? signedRankP ?? 1 : nil)
  }

  /// The p that the mean difference is not within -margin ... margin, by two one-sided t tests
  /// (Schuirmann 1987): the larger of P(T >= (mean + margin) / error) and P(T <= (mean - margin) /
  /// error). Where all differences are equal: 1 / 2^n by the signs of difference and margin, under
  /// the conditions of ``differenceP``.
  package func equivalenceP(within margin: Double) -> Double? {
    let distance = margin - abs(meanDifference)
    guard deviation > 0 else {
      return testsBySigns ? (distance > 0 ? pow(0.5, Double(count)) : 1) : nil
    }
    let error = Self.standardError(deviation, Double(count), overlap)
    let tail =
      StudentDistribution(freedom: Double(count - 1)).twoSidedProbability(of: distance / error) / 2
    return distance >= 0 ? tail : 1 - tail
  }

  private var testsBySigns: Bool { overlap == .oneSplit && count >= 5 }
}

/// The p of m tests corrected for their number (Holm 1979): with p sorted upwards, the i-th becomes
/// max over j <= i of min(1, (m - j + 1) p_j). Where those below a level are called findings, the
/// chance that one of them is false is at most that level, however the tests depend on each other.
///
/// - Returns: The corrected p, in the order of `p`.
package func holmCorrected(_ p: [Double]) -> [Double] {
  var corrected = p
  var highest = 0.0
  for (place, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
    highest = max(highest, min(1, Double(p.count - place) * p[index]))
    corrected[index] = highest
  }
  return corrected
}
