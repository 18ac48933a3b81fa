import Testing

@testable import Tensor

/// Spearman's rank correlation on lists whose ranks are known.
@Suite struct RankCorrelationTests {
  @Test func orderAloneCounts() {
    #expect(abs(rankCorrelation([1, 2, 3, 4], [0.1, 5, 5.1, 1e9]) - 1) < 1e-15)
    #expect(abs(rankCorrelation([1, 2, 3, 4], [9, 8, 7, -6]) + 1) < 1e-15)
    // 1 - 6 sum d^2 / (n (n^2 - 1)) with d = 0, 1, 1, 1, 1.
    #expect(abs(rankCorrelation([1, 2, 3, 4, 5], [1, 3, 2, 6, 4]) - 0.8) < 1e-15)
  }

  @Test func equalNumbersShareARank() {
    // Ranks 0.5, 0.5, 2 and 0, 1, 2.
    #expect(abs(rankCorrelation([3, 3, 7], [1, 2, 3]) - 1.5 / 3.0.squareRoot()) < 1e-15)
    #expect(rankCorrelation([3, 3, 3], [1, 2, 3]) == 0)
    #expect(rankCorrelation([], []) == 0 && rankCorrelation([1], [2]) == 0)
  }
}
