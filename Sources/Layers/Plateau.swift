/// A learning rate that falls where a quantity no longer improves, as PyTorch's `ReduceLROnPlateau`
/// with a relative threshold. With a value x and the best so far, b:
///
///     x is better where  x < b (1 - threshold),  or  x > b (1 + threshold) where higher is better;
///     after more than `patience` values in a row without a better one  rate = max(rate factor, minimum);
///     the `cooldown` values after a fall do not count, but for the best.
///
/// What is not finite is never better, and the first finite value always is. As in PyTorch a fall by 1e-8
/// or less is left out.
public struct Plateau: Sendable, Equatable {
  /// When the rate falls, and how far.
  public struct Rule: Sendable, Equatable {
    /// Whether more is better.
    public var higherIsBetter = false
    /// What a fall multiplies the rate by.
    public var factor = 0.1
    /// Values in a row without a better one that are borne.
    public var patience = 10
    /// The share of the best by which a value has to be better.
    public var threshold = 1e-4
    /// Values after a fall that do not count.
    public var cooldown = 0
    /// The rate is never made lower than this.
    public var minimum = 0.0

    /// PyTorch's defaults.
    public init() {}

    /// The rate after so many falls.
    public func rate(from first: Double, falls: Int) -> Double {
      var rate = first
      for _ in 0..<falls {
        let next = max(rate * factor, minimum)
        guard rate - next > 1e-8 else { break }
        rate = next
      }
      return rate
    }
  }

  /// The best value so far; nil before the first.
  public var best: Double?
  /// Values in a row without a better one.
  public var stagnant = 0
  /// Values still to come that do not count.
  public var resting = 0
  /// How often the rate fell.
  public var falls = 0

  /// Before the first value.
  public init() {}

  /// Takes up the next value.
  public mutating func add(_ value: Double, by rule: Rule) {
    if isBetter(value, rule) {
      best = value
      stagnant = 0
    } else {
      stagnant += 1
    }
    if resting > 0 {
      resting -= 1
      stagnant = 0
    }
    if stagnant > rule.patience {
      falls += 1
      resting = rule.cooldown
      stagnant = 0
    }
  }

  private func isBetter(_ value: Double, _ rule: Rule) -> Bool {
    guard value.isFinite else { return false }
    guard let best else { return true }
    return rule.higherIsBetter
      ? value > best * (1 + rule.threshold) : value < best * (1 - rule.threshold)
  }
}
