import Layers
import Tensor

extension GradientCheck {
  /// Compares an objective's gradients with central differences of its loss, by name: each tap that it
  /// reads, and each of its own parameters. A gradient that it does not return agrees with nothing.
  ///
  /// - Parameter input: A point away from kinks, whose taps the objective can read.
  /// - Throws: What the objective throws.
  public static func compare(
    _ objective: any Objective<Double>, input: ObjectiveInput<Double>,
    within tolerance: Tolerance = .differences
  ) throws -> [String: Comparison] {
    let value = try objective.evaluate(input)
    var comparisons: [String: Comparison] = [:]
    for tap in objective.taps {
      let numerical = try numericalGradient(at: try input[tap]) { moved in
        var taps = input.taps
        taps[tap] = TapFeatures(moved, on: input.taps[tap]?.graph)
        return try objective.evaluate(
          ObjectiveInput(batch: input.batch, taps: taps, context: input.context)
        ).loss
      }
      comparisons[tap.name] = compare(value.gradients[tap], with: numerical, within: tolerance)
    }
    for parameter in objective.parameters {
      let original = parameter.value
      defer { parameter.value = original }
      let numerical = try numericalGradient(at: original) { moved in
        parameter.value = moved
        return try objective.evaluate(input).loss
      }
      comparisons[parameter.name] = compare(
        value.parameterGradients[parameter.name], with: numerical, within: tolerance)
    }
    return comparisons
  }
}
