import Testing

@testable import Layers

@Suite struct LearningRateScheduleTests {
  private func factors(_ schedule: LearningRateSchedule, _ epochs: Int) -> [Double] {
    (0..<epochs).map { schedule.factor(epoch: $0, of: epochs) }
  }

  private func expect(_ factors: [Double], _ expected: [Double]) {
    #expect(factors.count == expected.count)
    for (a, e) in zip(factors, expected) { #expect(abs(a - e) < 1e-12) }
  }

  @Test func everyScheduleFollowsItsFormula() {
    expect(factors(.constant, 3), [1, 1, 1])
    expect(factors(.step(every: 2, factor: 0.1), 5), [1, 1, 0.1, 0.1, 0.01])
    let half = 0.5.squareRoot()
    expect(
      factors(.cosine(minimum: 0), 4), [1, (1 + half) / 2, 0.5, (1 - half) / 2])
    expect(
      factors(.cosine(minimum: 0.2), 4),
      [1, 0.2 + 0.4 * (1 + half), 0.6, 0.2 + 0.4 * (1 - half)])
    expect(factors(.linearWarmup(epochs: 4), 6), [0.25, 0.5, 0.75, 1, 1, 1])
    expect(factors(.linearWarmup(epochs: 0), 2), [1, 1])
  }
}
