import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

/// Reference values are SciPy's.
@Suite struct StatisticsTests {
  @Test(arguments: [
    (1.0, 12.706204736174694, 0.24223788318168682),
    (2.0, 4.302652729749462, 0.12961172022151082),
    (4.0, 2.7764451051977934, 0.06676654481198814),
    (9.0, 2.262157162798205, 0.033861827682985735),
    (30.0, 2.0422724563012378, 0.01811564906806669),
  ])
  func studentDistribution(freedom: Double, quantile: Double, probability: Double) {
    let student = StudentDistribution(freedom: freedom)
    #expect(abs(student.twoSidedQuantile(0.05) - quantile) < 1e-9 * quantile)
    #expect(abs(student.twoSidedProbability(of: 2.5) - probability) < 1e-12)
    #expect(abs(student.twoSidedProbability(of: -2.5) - probability) < 1e-12)
    #expect(student.twoSidedProbability(of: 0) == 1)
  }

  @Test func pairedScores() throws {
    let a = [0.9721, 0.9689, 0.9733, 0.9702, 0.9718]
    let b = [0.9701, 0.9712, 0.9699, 0.9688, 0.9705]
    let comparison = try #require(PairedComparison(a, b))
    #expect(abs(comparison.meanDifference - 0.00116) < 1e-12)
    #expect(abs(try #require(comparison.tTestP) - 0.28590128118738906) < 1e-9)
    #expect(abs(try #require(comparison.interval).lowerBound + 0.0014572321447182117) < 1e-10)
    #expect(abs(try #require(comparison.interval).upperBound - 0.003777232144718223) < 1e-10)
    #expect(abs(try #require(comparison.effectSize) - 0.5503257480705616) < 1e-9)
    #expect(comparison.signedRankP == 0.4375)
  }

  @Test func signedRanks() throws {
    #expect(signedRankProbability([1.5, -0.5, 2.5, 3.5, -1, 4, 0.25, 2]) == 0.078125)
    // All of one sign: the least possible p, 2 / 2^n.
    #expect(signedRankProbability([1, 2, 3]) == 0.25)
    #expect(signedRankProbability([-1, -2, -3, -4, -5]) == 0.0625)
    // Zeros do not count; ties share their ranks.
    #expect(signedRankProbability([0, 0, 1, 2, 3]) == 0.25)
    #expect(signedRankProbability([1, 1, -1]) == 1)
    #expect(signedRankProbability([0, 0]) == nil)
    // What rounding leaves of a zero is one.
    #expect(signedRankProbability([1e-16, -1e-16, 1, 2, 3], tolerance: 1e-9) == 0.25)
    #expect(signedRankProbability([1e-16, 1e-16], tolerance: 1e-9) == nil)
  }

  /// By going through all signs.
  @Test func signedRanksAgainstEnumeration() throws {
    let differences = [0.3, -0.1, 0.7, 0.2, -0.5, 0.9, 0.2]
    let ranks = [4.0, 1, 6, 2.5, 5, 7, 2.5]
    let observed = zip(differences, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    var (below, above) = (0, 0)
    for signs in 0..<(1 << ranks.count) {
      let sum = ranks.indices.reduce(0) { $0 + (signs >> $1 & 1 == 1 ? ranks[$1] : 0) }
      if sum <= observed { below += 1 }
      if sum >= observed { above += 1 }
    }
    let expected = min(1, 2 * Double(min(below, above)) / Double(1 << ranks.count))
    #expect(abs(try #require(signedRankProbability(differences)) - expected) < 1e-12)
  }

  @Test func manyDifferencesUseTheNormalApproximation() throws {
    func signed(_ size: Int, _ k: Int) -> Double { Double(k % 3 == 0 ? -size : size) }
    let plain = (1...60).map { signed($0, $0) }
    #expect(abs(try #require(signedRankProbability(plain)) - 0.03622649417878663) < 1e-12)
    let tied = (1...60).map { signed($0 % 7 + 1, $0) }
    #expect(abs(try #require(signedRankProbability(tied)) - 0.04432238977571659) < 1e-12)
  }

  @Test func degenerateComparisons() throws {
    #expect(PairedComparison([1], [2]) == nil)
    #expect(PairedComparison([1, .nan], [1, 2]) == nil)
    let constant = try #require(PairedComparison([2, 3], [1, 2]))
    #expect(constant.meanDifference == 1 && constant.tTestP == nil && constant.effectSize == nil)
    #expect(constant.signedRankP == 0.5 && constant.interval == nil)
    #expect(constant.differenceP == nil && constant.equivalenceP(within: 2) == nil)
    // Five pairs are enough for their signs to say something, where they are independent.
    let (high, low): ([Double], [Double]) = ([2, 3, 4, 5, 6], [1, 2, 3, 4, 5])
    let five = try #require(PairedComparison(high, low))
    #expect(five.tTestP == nil && five.differenceP == 2.0 / 32)
    #expect(five.equivalenceP(within: 2) == 1.0 / 32 && five.equivalenceP(within: 0.5) == 1)
    let drawn = try #require(
      PairedComparison(high, low, overlap: .drawnSplits(testPerTraining: 0.5)))
    #expect(drawn.differenceP == nil && drawn.equivalenceP(within: 2) == nil)
    let same = try #require(PairedComparison(high, high))
    #expect(same.differenceP == 1 && same.equivalenceP(within: 0.5) == 1.0 / 32)
    // Equal on paper and not in binary.
    let (a, b): ([Double], [Double]) = ([39, 41].map { $0 / 51 }, [38, 40].map { $0 / 51 })
    #expect(a[0] - b[0] != a[1] - b[1])
    let rounded = try #require(PairedComparison(a, b))
    #expect(rounded.deviation == 0 && rounded.interval == nil && rounded.tTestP == nil)
    let equal = try #require(PairedComparison([1, 2], [1, 2]))
    #expect(equal.signedRankP == nil && equal.deviation == 0)
  }

  /// Accuracies k / n of the frameless table, whose differences have ties that binary fractions hide.
  @Test(
    arguments: [
      (
        51, [40, 42, 41, 41, 40, 38, 38, 40, 41, 40], [38, 42, 42, 40, 39, 38, 38, 40, 40, 40],
        "0.312"
      ),
      (
        37, [32, 29, 28, 31, 28, 29, 29, 30, 29, 26], [31, 30, 28, 30, 25, 29, 27, 29, 28, 23],
        "0.047"
      ),
      (
        37, [31, 31, 28, 30, 25, 28, 29, 29, 30, 24], [31, 30, 28, 30, 25, 29, 27, 29, 28, 23],
        "0.250"
      ),
      (
        37, [30, 29, 29, 25, 30, 23, 26, 27, 28, 28], [31, 27, 28, 24, 29, 22, 24, 25, 21, 27],
        "0.014"
      ),
      (
        1_624, [1_391, 1_381, 1_388, 1_397, 1_402, 1_362, 1_378, 1_410, 1_394, 1_386],
        [1_393, 1_395, 1_393, 1_403, 1_397, 1_369, 1_394, 1_415, 1_385, 1_395], "0.088"
      ),
    ] as [(Int, [Int], [Int], String)])
  func tiesAreThoseOfWhatWasCounted(nodes: Int, first: [Int], second: [Int], p: String) throws {
    func scores(_ counts: [Int]) -> [Double] { counts.map { Double($0) / Double(nodes) } }
    let comparison = try #require(PairedComparison(scores(first), scores(second)))
    let found = try #require(comparison.signedRankP)
    #expect(NumberFormat.probability(found) == p)
    let counts = zip(first, second).map { Double($0 - $1) }
    #expect(found == signedRankProbability(counts))
  }

  @Test func splitsOfOneGraphOverlap() {
    func overlap(
      _ data: JSONValue, nodes: Int = 0, labelled: Double = 1, synthetic: Bool = false
    ) -> SplitOverlap {
      let config = RecordDecoder.decode(DataConfig.self, from: data)
      #expect(config.problems.isEmpty, "\(config.problems)")
      return config.record.overlap(
        on: DatasetSummary(
          name: "x", source: "", synthetic: synthetic, nodes: nodes, edges: 0,
          labelledShare: labelled))
    }
    #expect(overlap(["name": "ppi"]) == .oneSplit)
    #expect(overlap(["name": "cora"], nodes: 2_708) == .oneSplit)
    let shares: JSONValue = ["type": "shares", "training": 0.2, "validation": 0.2]
    #expect(
      overlap(["name": "cora", "split": shares], nodes: 2_708)
        == .drawnSplits(testPerTraining: 1_624.0 / 542))
    #expect(
      overlap(["name": "citeseer", "split": shares], nodes: 3_327, labelled: 3_312.0 / 3_327)
        == .drawnSplits(testPerTraining: 1_988.0 / 662))
    #expect(
      overlap(["name": "physics"], nodes: 34_493)
        == .drawnSplits(testPerTraining: 34_243.0 / 100))
    #expect(overlap(["name": "texas"], nodes: 183) == .drawnSplits(testPerTraining: 0.2 / 0.48))
    // A stand-in for data with published splits is split at random.
    #expect(
      overlap(["name": "cora"], nodes: 2_708, synthetic: true)
        == .drawnSplits(testPerTraining: 2_358.0 / 140))
    #expect(
      SplitOverlap.oneSplit.orMoreCautious(.drawnSplits(testPerTraining: 3))
        == .drawnSplits(testPerTraining: 3))
  }
}
