import Tensor
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
    expect(
      factors(.multiStep(milestones: [1, 3, 4], factor: 0.5), 6), [1, 0.5, 0.5, 0.25, 0.125, 0.125])
    expect(factors(.exponential(factor: 0.5), 4), [1, 0.5, 0.25, 0.125])
    expect(factors(.linearWarmup(epochs: 4), 6), [0.25, 0.5, 0.75, 1, 1, 1])
    expect(factors(.linearWarmup(epochs: 0), 2), [1, 1])
  }

  // MARK: A rate that falls on a plateau

  /// The falls after each of several values.
  private func falls(_ values: [Double], _ change: (inout Plateau.Rule) -> Void) -> [Int] {
    var rule = Plateau.Rule()
    change(&rule)
    var plateau = Plateau()
    return values.map {
      plateau.add($0, by: rule)
      return plateau.falls
    }
  }

  @Test func theRateFallsAfterMoreValuesThanAreBorne() {
    #expect(falls([3, 2, 2, 2, 2], { $0.patience = 1 }) == [0, 0, 0, 1, 1])
    #expect(falls([3, 2, 2, 2, 2, 2], { $0.patience = 0 }) == [0, 0, 1, 2, 3, 4])
    // A better value sets the count back; one that is not better by the threshold does not.
    #expect(falls([3, 3, 2, 2, 2], { $0.patience = 1 }) == [0, 0, 0, 0, 1])
    #expect(
      falls(
        [1, 0.95, 0.95],
        {
          $0.patience = 1
          $0.threshold = 0.1
        }) == [0, 0, 1])
    #expect(
      falls(
        [1, 1, 2, 2, 2],
        {
          $0.patience = 1
          $0.higherIsBetter = true
        }) == [0, 0, 0, 0, 1])
    // Values in the cool-down do not count.
    #expect(
      falls(
        [1, 1, 1, 1, 1, 1],
        {
          $0.patience = 0
          $0.cooldown = 2
        }) == [0, 1, 1, 1, 2, 2])
  }

  @Test func whatIsNotFiniteIsNeverBetter() {
    #expect(falls([.nan, .infinity, 5, 4], { $0.patience = 1 }) == [0, 1, 1, 1])
    var plateau = Plateau()
    plateau.add(-.infinity, by: Plateau.Rule())
    #expect(plateau.best == nil && plateau.stagnant == 1)
  }

  @Test func theRateStopsAtItsMinimum() {
    var rule = Plateau.Rule()
    rule.minimum = 0.03
    #expect(rule.rate(from: 0.5, falls: 0) == 0.5)
    #expect(abs(rule.rate(from: 0.5, falls: 1) - 0.05) < 1e-15)
    #expect(rule.rate(from: 0.5, falls: 2) == 0.03)
    #expect(rule.rate(from: 0.5, falls: 1_000_000) == 0.03)
    // PyTorch's epsilon.
    rule.minimum = 0
    #expect(rule.rate(from: 1e-8, falls: 3) == 1e-8)
  }

  /// Rates of PyTorch's schedulers, epoch by epoch.
  @Test func parity() throws {
    let fixture = try Fixture("schedules", as: Double.self)
    let rate = 0.5
    func expect(_ name: String, warmup: Int = 0, _ schedule: LearningRateSchedule) throws {
      let rates = (0..<40).map {
        rate
          * ($0 < warmup
            ? LearningRateSchedule.linearWarmup(epochs: warmup).factor(epoch: $0, of: 40)
            : schedule.factor(epoch: $0 - warmup, of: 40 - warmup))
      }
      try fixture.expect(name, Matrix(1, 40, rates))
    }
    try expect("multi_step", .multiStep(milestones: [3, 4, 20], factor: 0.3))
    try expect("exponential", .exponential(factor: 0.9))
    try expect("warm_exponential", warmup: 5, .exponential(factor: 0.9))
    try expect("warm_cosine", warmup: 5, .cosine(minimum: 0.1))

    let losses = try fixture["losses"].elements
    func expectPlateau(
      _ name: String, _ values: [Double], _ change: (inout Plateau.Rule) -> Void
    ) throws {
      var rule = Plateau.Rule()
      change(&rule)
      var plateau = Plateau()
      let rates = values.map { value in
        defer { plateau.add(value, by: rule) }
        return rule.rate(from: rate, falls: plateau.falls)
      }
      #expect(Set(rates).count > 2, "\(name): the rate falls more than once")
      try fixture.expect(name, Matrix(1, rates.count, rates))
    }
    try expectPlateau("plateau", losses) {
      $0.factor = 0.5
      $0.patience = 2
    }
    try expectPlateau("plateau_rests", losses) {
      $0.factor = 0.4
      $0.patience = 1
      $0.threshold = 1e-3
      $0.cooldown = 3
      $0.minimum = 0.02
    }
    try expectPlateau("plateau_rises", losses.map { -$0 + 5 }) {
      $0.higherIsBetter = true
      $0.factor = 0.5
      $0.patience = 3
      $0.threshold = 0.01
    }
    try expectPlateau("plateau_at_once", losses) { $0.patience = 0 }
    fixture.expectAllUsed()
  }
}
