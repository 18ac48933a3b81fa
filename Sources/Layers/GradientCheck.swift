import Graph
import Tensor

/// Proof of hand-written backward passes by central differences, in Double:
///
///     df/dx_k ~ (f(x + h e_k) - f(x - h e_k)) / (2 h)
///
/// Outputs are projected on a random cotangent R, f = sum of R * output, whose gradient with
/// respect to the output is R. (The sum of a softmax has gradient zero: a check that back-propagates
/// ones proves nothing.) Points should lie away from kinks, by more than the step.
public enum GradientCheck {
  /// The step h: the truncation error h^2 and the rounding error 1e-16 / h balance near here.
  public static let step = 1e-5

  /// The gradient of `f` at `x` by central differences.
  public static func numericalGradient(
    at x: Matrix<Double>, step: Double = step, of f: (Matrix<Double>) throws -> Double
  ) rethrows -> Matrix<Double> {
    var moved = x
    var gradient = Matrix<Double>(zeros: x.rows, x.columns)
    for r in 0..<x.rows {
      for c in 0..<x.columns {
        moved[r, c] = x[r, c] + step
        let above = try f(moved)
        moved[r, c] = x[r, c] - step
        let below = try f(moved)
        moved[r, c] = x[r, c]
        gradient[r, c] = (above - below) / (2 * step)
      }
    }
    return gradient
  }

  /// The largest difference between two gradients, as a share of their largest element, or of
  /// `floor` where that is larger: the differences of a gradient that is exactly zero are rounding
  /// noise. Infinite where either is not finite.
  public static func relativeError(
    _ a: Matrix<Double>, _ b: Matrix<Double>, floor: Double = 1e-4
  ) -> Double {
    precondition(a.rows == b.rows && a.columns == b.columns, "gradients of different shapes")
    guard a.isFinite, b.isFinite else { return .infinity }
    let scale = (a.elements + b.elements).reduce(floor) { max($0, abs($1)) }
    return zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  /// sum of a * b.
  public static func projection(_ a: Matrix<Double>, on cotangent: Matrix<Double>) -> Double {
    precondition(a.count == cotangent.count, "a cotangent has the shape of its output")
    return zip(a.elements, cotangent.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The relative errors of a layer's gradients, by name: "input" and each parameter.
  public static func errors(
    of layer: any GraphLayer<Double>, input x: Matrix<Double>, on graph: CSRGraph,
    context: ForwardContext = .evaluation, seed: UInt64 = 1
  ) -> [String: Double] {
    let cotangent = Matrix<Double>.normal(
      graph.nodeCount, layer.outputWidth, stream: RandomStream(seed: seed, purpose: "cotangent"))
    func value(_ x: Matrix<Double>) -> Double {
      let pass = layer.forward(x, on: graph, context, needsInputGradient: false)
      return projection(pass.output, on: cotangent)
    }
    for parameter in layer.parameters { parameter.clearGradient() }
    let pass = layer.forward(x, on: graph, context, needsInputGradient: true)
    guard let dInput = pass.backward(cotangent) else { return ["input": .infinity] }
    var errors = ["input": relativeError(dInput, numericalGradient(at: x, of: value))]
    for (name, error) in parameterErrors(layer.parameters, of: { value(x) }) {
      errors[name] = error
    }
    return errors
  }

  /// The relative errors of gradients that parameters hold already, against differences of `value`.
  /// A parameter that holds none has an infinite error.
  public static func parameterErrors(
    _ parameters: [Parameter<Double>], of value: () throws -> Double
  ) rethrows -> [String: Double] {
    var errors: [String: Double] = [:]
    for parameter in parameters {
      guard let gradient = parameter.gradient else {
        errors[parameter.name] = .infinity
        continue
      }
      let original = parameter.value
      let numerical = try numericalGradient(at: original) {
        parameter.value = $0
        return try value()
      }
      parameter.value = original
      errors[parameter.name] = relativeError(gradient, numerical)
    }
    return errors
  }
}
