import Distill
import Layers
import Tensor

/// Something of a model that is infinite or not a number, found before it can pass for a result.
package struct NotFinite: Error, Equatable, CustomStringConvertible {
  /// What it is: "the loss of kd".
  package let what: String

  package var description: String { "\(what) is not finite" }

  /// Stops at a number that is not finite.
  package static func check(_ number: Double, _ what: @autoclosure () -> String) throws {
    guard number.isFinite else { throw NotFinite(what: what()) }
  }

  /// Stops at a matrix with a number that is not finite.
  package static func check<S: Scalar>(_ matrix: Matrix<S>, _ what: @autoclosure () -> String)
    throws
  {
    guard matrix.isFinite else { throw NotFinite(what: what()) }
  }
}

extension WeightedObjectives.Value {
  /// Stops at a loss that is not finite, that of an objective before their sum.
  package func checkFinite() throws {
    for (name, loss) in losses { try NotFinite.check(loss, "the loss of \(name)") }
    try NotFinite.check(total, "the weighted sum of the losses")
  }
}

extension Parameter {
  /// Stops at a gradient that is not finite; where there is none, nothing is wrong.
  package func checkGradientFinite() throws {
    if let gradient { try NotFinite.check(gradient, "the gradient of \(name)") }
  }
}

extension Optimizer {
  /// Stops at a state that is not finite: a second moment that is infinite would hold its weight
  /// where it is for ever, and nobody would see it.
  package func checkFinite() throws {
    for (name, matrix) in state.sorted(by: { $0.key < $1.key }) {
      try NotFinite.check(matrix, "the optimiser's \(name)")
    }
  }
}
