import Graph
import Layers
import Tensor

/// What an objective sees of one training step.
public struct ObjectiveInput<S: Scalar> {
  /// The batch.
  public let batch: GraphBatch<S>
  /// The student's features at its taps, with the graphs on which they live.
  public let taps: [Tap: TapFeatures<S>]
  /// Seed and step, for objectives that draw samples.
  public let context: ForwardContext

  /// An input from its parts.
  public init(batch: GraphBatch<S>, taps: [Tap: TapFeatures<S>], context: ForwardContext) {
    self.batch = batch
    self.taps = taps
    self.context = context
  }

  /// Features of nodes that live on the batch's graph.
  public init(batch: GraphBatch<S>, taps: [Tap: Matrix<S>], context: ForwardContext) {
    self.init(
      batch: batch, taps: taps.mapValues { TapFeatures($0, on: batch.graph) }, context: context)
  }

  /// The features at `tap`: one row a node, or one row a graph where they are pooled.
  ///
  /// - Throws: ``ObjectiveError`` where the pass does not hold them.
  public subscript(tap: Tap) -> Matrix<S> {
    get throws { try features(at: tap).matrix }
  }

  /// The graph on which the features at `tap` live.
  ///
  /// - Throws: ``ObjectiveError`` where they are pooled, and have no edges to compare.
  public func graph(at tap: Tap) throws -> CSRGraph {
    guard let graph = try features(at: tap).graph else {
      throw ObjectiveError(
        "compares edges, and the features at \(tap) have none: they are pooled, one row a graph")
    }
    return graph
  }

  private func features(at tap: Tap) throws -> TapFeatures<S> {
    guard let features = taps[tap] else {
      throw ObjectiveError(
        "reads \(tap), but the pass holds "
          + taps.keys.map(\.name).sorted().joined(separator: ", "))
    }
    return features
  }
}

/// What is wrong with an objective, or with what it is applied to.
public struct ObjectiveError: Error, Equatable, CustomStringConvertible {
  /// The objective's name in the config; nil until the sum of objectives adds it.
  public var objective: String?
  /// What is wrong, as the rest of a sentence that begins with the objective.
  public let reason: String

  /// An error of an objective: "reads ...", "has ...".
  public init(_ reason: String, objective: String? = nil) {
    self.objective = objective
    self.reason = reason
  }

  /// The message for a person.
  public var description: String {
    (objective.map { "the objective \"\($0)\" " } ?? "an objective ") + reason
  }
}

/// A loss and its gradients, none of them weighted.
public struct ObjectiveValue<S: Scalar> {
  /// The loss.
  public let loss: Double
  /// Its gradient at each tap that it read.
  public let gradients: [Tap: Matrix<S>]
  /// Its gradients with respect to the objective's own parameters, by their names.
  public let parameterGradients: [String: Matrix<S>]

  /// A value from its parts.
  public init(
    loss: Double, gradients: [Tap: Matrix<S>], parameterGradients: [String: Matrix<S>] = [:]
  ) {
    self.loss = loss
    self.gradients = gradients
    self.parameterGradients = parameterGradients
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
  /// The loss with its gradients at taps and of its own parameters. Weights are the affair of
  /// ``WeightedObjectives``, which also adds the gradients to those of the parameters.
  ///
  /// - Throws: Where the loss does not exist for this input, an error that says why, such as an
  ///   ``ObjectiveError``.
  func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S>
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

  /// Evaluates the terms that are on in `epoch`, and adds the weighted gradients of their own
  /// parameters to these.
  ///
  /// - Throws: ``ObjectiveError`` with the name of a term whose gradients do not belong to what it
  ///   read or learns, or have another shape; and what the terms throw.
  public func evaluate(_ input: ObjectiveInput<S>, epoch: Int) throws -> Value {
    var total = 0.0
    var losses: [(String, Double)] = []
    var gradients: [Tap: Matrix<S>] = [:]
    for term in terms {
      let weight = term.schedule.weight(inEpoch: epoch)
      guard weight != 0 else { continue }
      let value = try checkedValue(of: term, input)
      total += weight * value.loss
      losses.append((term.name, value.loss))
      for (tap, gradient) in value.gradients {
        if gradients[tap] != nil {
          gradients[tap]!.add(gradient, scale: S(weight))
        } else {
          gradients[tap] = scaled(gradient, by: weight)
        }
      }
      for parameter in term.objective.parameters {
        guard let gradient = value.parameterGradients[parameter.name] else { continue }
        parameter.accumulate(scaled(gradient, by: weight))
      }
    }
    return Value(total: total, losses: losses, gradients: gradients)
  }

  private func scaled(_ gradient: Matrix<S>, by weight: Double) -> Matrix<S> {
    guard weight != 1 else { return gradient }
    var scaled = gradient
    scaled.multiply(by: S(weight))
    return scaled
  }

  private func checkedValue(of term: Term, _ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let (objective, name) = (term.objective, term.name)
    let value: ObjectiveValue<S>
    do {
      value = try objective.evaluate(input)
    } catch var error as ObjectiveError {
      if error.objective == nil { error.objective = name }
      throw error
    }
    func check(_ gradient: Matrix<S>, of what: String, _ matrix: Matrix<S>) throws {
      guard gradient.rows == matrix.rows, gradient.columns == matrix.columns else {
        throw ObjectiveError(
          "returns a gradient of \(gradient.rows) x \(gradient.columns) for \(what), which is "
            + "\(matrix.rows) x \(matrix.columns)", objective: name)
      }
    }
    for (tap, gradient) in value.gradients {
      guard objective.taps.contains(tap) else {
        throw ObjectiveError(
          "returns a gradient for \(tap), but says that it reads "
            + objective.taps.map(\.name).joined(separator: ", "), objective: name)
      }
      try check(gradient, of: tap.name, input[tap])
    }
    for (parameter, gradient) in value.parameterGradients {
      guard let own = objective.parameters.first(where: { $0.name == parameter }) else {
        throw ObjectiveError(
          "returns a gradient for the parameter \(parameter), which it does not have",
          objective: name)
      }
      try check(gradient, of: "the parameter \(parameter)", own.value)
    }
    return value
  }
}
