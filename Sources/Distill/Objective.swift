import Graph
import Layers
import Tensor

/// What an objective sees of one training step.
public struct ObjectiveInput<S: Scalar> {
  /// The batch.
  public let batch: GraphBatch<S>
  /// The student's features at its taps.
  public let taps: [Tap: Matrix<S>]
  /// Seed and step, for objectives that draw samples.
  public let context: ForwardContext

  /// An input from its parts.
  public init(batch: GraphBatch<S>, taps: [Tap: Matrix<S>], context: ForwardContext) {
    self.batch = batch
    self.taps = taps
    self.context = context
  }

  /// The features at `tap`, which the trainer has checked to exist.
  public subscript(tap: Tap) -> Matrix<S> {
    guard let features = taps[tap] else { preconditionFailure("the pass did not reach \(tap)") }
    return features
  }
}

/// A loss and its gradients.
public struct ObjectiveValue<S: Scalar> {
  /// The loss, unweighted.
  public let loss: Double
  /// Its gradient at each tap that it read.
  public let gradients: [Tap: Matrix<S>]

  /// A value from its parts.
  public init(loss: Double, gradients: [Tap: Matrix<S>]) {
    self.loss = loss
    self.gradients = gradients
  }
}

/// A term of a student's loss: reads taps of the student, and returns a loss with the gradient of
/// each tap that it read. Task losses and distillation losses of every kind are objectives, so any
/// set of them goes together.
public protocol Objective<S>: AnyObject {
  /// The precision.
  associatedtype S: Scalar
  /// The student's taps that it reads.
  var taps: [Tap] { get }
  /// What it learns itself (projections), trained with the student.
  var parameters: [Parameter<S>] { get }
  /// The loss and its gradients; adds to the gradients of its own parameters, times `weight`.
  func evaluate(_ input: ObjectiveInput<S>, weight: Double) -> ObjectiveValue<S>
}

extension Objective {
  /// Most objectives learn nothing themselves.
  public var parameters: [Parameter<S>] { [] }
}

/// When an objective counts, and how much: `weight` from `firstEpoch` to `lastEpoch` (from zero,
/// both included), rising linearly over the first `warmup` epochs of that range.
public struct ObjectiveSchedule: Sendable, Equatable {
  /// The full weight.
  public var weight: Double
  /// The first epoch in which it counts.
  public var firstEpoch: Int
  /// The last epoch in which it counts; nil for no end.
  public var lastEpoch: Int?
  /// How many epochs the weight takes to rise: in epoch firstEpoch + k it is
  /// weight min(1, (k + 1) / warmup). 0 for the full weight at once.
  public var warmup: Int

  /// A schedule; by default always on.
  public init(weight: Double = 1, firstEpoch: Int = 0, lastEpoch: Int? = nil, warmup: Int = 0) {
    self.weight = weight
    self.firstEpoch = firstEpoch
    self.lastEpoch = lastEpoch
    self.warmup = warmup
  }

  /// The weight in an epoch; 0 where the objective is off and need not be evaluated.
  public func weight(inEpoch epoch: Int) -> Double {
    guard epoch >= firstEpoch, epoch <= lastEpoch ?? .max else { return 0 }
    return weight * min(1, Double(epoch - firstEpoch + 1) / Double(max(warmup, 1)))
  }
}

/// Named objectives with schedules: the whole loss of a student,
/// total = sum over objectives of weight(epoch) * loss.
public final class WeightedObjectives<S: Scalar> {
  /// One term.
  public struct Term {
    /// Its name in configs, logs and results.
    public let name: String
    /// The objective.
    public let objective: any Objective<S>
    /// When it counts.
    public let schedule: ObjectiveSchedule

    /// A term from its parts.
    public init(name: String, objective: any Objective<S>, schedule: ObjectiveSchedule) {
      self.name = name
      self.objective = objective
      self.schedule = schedule
    }
  }

  /// The value of the whole loss in a step.
  public struct Value {
    /// The weighted sum.
    public let total: Double
    /// The unweighted loss of each term that was on, by name, in order.
    public let losses: [(name: String, loss: Double)]
    /// The gradient of the total at each tap.
    public let gradients: [Tap: Matrix<S>]
  }

  /// The terms in order.
  public let terms: [Term]

  /// A sum of terms.
  public init(_ terms: [Term]) {
    self.terms = terms
  }

  /// The parameters of all objectives.
  public var parameters: [Parameter<S>] { terms.flatMap { $0.objective.parameters } }

  /// Evaluates the terms that are on in `epoch`.
  public func evaluate(_ input: ObjectiveInput<S>, epoch: Int) -> Value {
    var total = 0.0
    var losses: [(String, Double)] = []
    var gradients: [Tap: Matrix<S>] = [:]
    for term in terms {
      let weight = term.schedule.weight(inEpoch: epoch)
      guard weight != 0 else { continue }
      let value = term.objective.evaluate(input, weight: weight)
      total += weight * value.loss
      losses.append((term.name, value.loss))
      for (tap, gradient) in value.gradients {
        if gradients[tap] != nil {
          gradients[tap]!.add(gradient, scale: S(weight))
        } else {
          var scaled = gradient
          if weight != 1 { scaled.multiply(by: S(weight)) }
          gradients[tap] = scaled
        }
      }
    }
    return Value(total: total, losses: losses, gradients: gradients)
  }
}
