import Layers
import Tensor

/// The mean of several objectives that learn nothing themselves, such as one kind of loss at several
/// taps: loss and gradients are the sums of theirs, divided by their number.
public final class AveragedObjectives<S: Scalar>: Objective {
  private let parts: [any Objective<S>]

  /// The taps of all, each once.
  public let taps: [Tap]

  /// The mean of at least one objective.
  public init(_ parts: [any Objective<S>]) {
    precondition(!parts.isEmpty, "the mean of no objectives")
    precondition(parts.allSatisfy { $0.parameters.isEmpty }, "parts of a mean learn nothing")
    self.parts = parts
    var seen: Set<Tap> = []
    taps = parts.flatMap(\.taps).filter { seen.insert($0).inserted }
  }

  /// The mean, its parts added in their order.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    guard parts.count > 1 else { return try parts[0].evaluate(input) }
    var loss = 0.0
    var gradients: [Tap: Matrix<S>] = [:]
    for part in parts {
      let value = try part.evaluate(input)
      loss += value.loss
      for (tap, gradient) in value.gradients {
        guard var sum = gradients.removeValue(forKey: tap) else {
          gradients[tap] = gradient
          continue
        }
        sum.add(gradient)
        gradients[tap] = sum
      }
    }
    let share = 1 / S(parts.count)
    for tap in taps { gradients[tap]?.multiply(by: share) }
    return ObjectiveValue(loss: loss / Double(parts.count), gradients: gradients)
  }
}
