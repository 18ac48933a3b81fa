/// A range of real numbers whose ends may belong to it or not, or be missing.
public struct NumberRange: Sendable {
  private enum Bound {
    case none
    case closed(Double)
    case open(Double)
  }

  private var lower = Bound.none
  private var upper = Bound.none

  /// Every finite number.
  public static let any = NumberRange()
  /// Greater than 0.
  public static let positive = NumberRange(lower: .open(0))
  /// At least 0.
  public static let nonNegative = NumberRange(lower: .closed(0))

  /// From `lower` to `upper`, both included.
  public static func closed(_ lower: Double, _ upper: Double) -> NumberRange {
    NumberRange(lower: .closed(lower), upper: .closed(upper))
  }

  /// From `lower`, included, to `upper`, not included.
  public static func halfOpen(_ lower: Double, _ upper: Double) -> NumberRange {
    NumberRange(lower: .closed(lower), upper: .open(upper))
  }

  /// Greater than `lower` and at most `upper`.
  public static func above(_ lower: Double, atMost upper: Double) -> NumberRange {
    NumberRange(lower: .open(lower), upper: .closed(upper))
  }

  /// Whether a finite number lies in the range.
  package func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    switch lower {
    case .closed(let bound) where value < bound: return false
    case .open(let bound) where value <= bound: return false
    default: break
    }
    switch upper {
    case .closed(let bound) where value > bound: return false
    case .open(let bound) where value >= bound: return false
    default: return true
    }
  }

  /// The range in words: "a number of at least 0 and below 1".
  package var expected: String {
    var parts: [String] = []
    switch lower {
    case .none: break
    case .closed(let bound): parts.append("of at least \(JSONValue.real(bound).compactText)")
    case .open(let bound): parts.append("above \(JSONValue.real(bound).compactText)")
    }
    switch upper {
    case .none: break
    case .closed(let bound): parts.append("at most \(JSONValue.real(bound).compactText)")
    case .open(let bound): parts.append("below \(JSONValue.real(bound).compactText)")
    }
    return (["a number"] + [parts.joined(separator: " and ")]).filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// The range as a JSON Schema.
  package var schema: [String: JSONValue] {
    var schema: [String: JSONValue] = ["type": "number"]
    switch lower {
    case .none: break
    case .closed(let bound): schema["minimum"] = .real(bound)
    case .open(let bound): schema["exclusiveMinimum"] = .real(bound)
    }
    switch upper {
    case .none: break
    case .closed(let bound): schema["maximum"] = .real(bound)
    case .open(let bound): schema["exclusiveMaximum"] = .real(bound)
    }
    return schema
  }
}
