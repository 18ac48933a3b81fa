import Foundation
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

/// The tests of paired scores against SciPy and statsmodels.
@Suite("Statistics against SciPy")
struct StatisticsParityTests {
  private let file: SafetensorsFile

  init() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try SafetensorsFile(
      contentsOf: tests.appending(path: "Fixtures/paired_tests.safetensors"))
  }

  private func numbers(_ name: String) throws -> [Double] {
    try file.matrix(named: name, as: Double.self).elements
  }

  private func expect(_ found: Double?, _ expected: Double, _ what: String) {
    let distance = abs((found ?? .nan) - expected)
    #expect(
      distance <= 1e-11 + 1e-9 * abs(expected), "\(what): \(String(describing: found)), \(expected)"
    )
  }

  @Test func comparisons() throws {
    let names = file.tensors.keys.filter { $0.hasSuffix(".first") }.map { $0.dropLast(6) }
    #expect(names.count == 10)
    let margin = try numbers("margin")[0]
    for name in names {
      let (first, second) = try (numbers("\(name).first"), numbers("\(name).second"))
      let paired = try #require(PairedComparison(first, second))
      let expected = try numbers("\(name).paired")
      expect(paired.meanDifference, expected[0], "\(name) mean")
      expect(paired.deviation, expected[1], "\(name) deviation")
      expect(paired.tTestP, expected[2], "\(name) p")
      expect(paired.interval?.lowerBound, expected[3], "\(name) low")
      expect(paired.interval?.upperBound, expected[4], "\(name) high")
      expect(paired.equivalenceP(within: margin), expected[5], "\(name) equivalence")
      expect(paired.signedRankP, try numbers("\(name).signed_rank")[0], "\(name) signed rank")

      let ratio = try numbers("\(name).ratio")[0]
      let corrected = try #require(
        PairedComparison(first, second, overlap: .drawnSplits(testPerTraining: ratio)))
      let cautious = try numbers("\(name).corrected")
      expect(corrected.tTestP, cautious[0], "\(name) corrected p")
      expect(corrected.interval?.lowerBound, cautious[1], "\(name) corrected low")
      expect(corrected.interval?.upperBound, cautious[2], "\(name) corrected high")
      expect(
        corrected.equivalenceP(within: margin), cautious[3], "\(name) corrected equivalence")
      #expect(corrected.signedRankP == paired.signedRankP)
      #expect(corrected.effectSize == paired.effectSize)
    }
  }

  @Test func holm() throws {
    let names = file.tensors.keys.filter { $0.hasSuffix(".p") }.map { $0.dropLast(2) }
    #expect(names.count == 4)
    for name in names {
      let corrected = holmCorrected(try numbers("\(name).p"))
      let expected = try numbers("\(name).corrected")
      #expect(corrected.count == expected.count)
      for (found, expected) in zip(corrected, expected) { expect(found, expected, "\(name)") }
    }
    #expect(holmCorrected([]) == [])
  }
}
