import Distill
import Layers
import Tensor
import Testing

@Suite struct ObjectiveGradientCheckTests {
  /// sum of (x w)^2 for x, n x d, and w, d x 1, which it learns; its gradients times given factors.
  private final class SquaredMap: Objective {
    let taps: [Tap] = [.hidden(0)]
    let weight = Parameter<Double>("weight", random(4, 1, "weight"))
    let (tapFactor, weightFactor): (Double, Double?)

    init(tapFactor: Double, weightFactor: Double?) {
      (self.tapFactor, self.weightFactor) = (tapFactor, weightFactor)
    }

    var parameters: [Parameter<Double>] { [weight] }

    func evaluate(_ input: ObjectiveInput<Double>) throws -> ObjectiveValue<Double> {
      let x = try input[.hidden(0)]
      let y = Matrix.product(x, weight.value)
      var dTap = Matrix.product(y, weight.value, transposing: .right)
      dTap.multiply(by: 2 * tapFactor)
      var ofParameters: [String: Matrix<Double>] = [:]
      if let weightFactor {
        ofParameters["weight"] = Matrix.product(x, y, transposing: .left)
        ofParameters["weight"]!.multiply(by: 2 * weightFactor)
      }
      return ObjectiveValue(
        loss: y.sumOfSquares, gradients: [.hidden(0): dTap], parameterGradients: ofParameters)
    }
  }

  private func compare(
    _ objective: SquaredMap
  ) throws -> [String: GradientCheck.Comparison] {
    let weight = objective.weight.value
    let comparisons = try GradientCheck.compare(
      objective,
      input: ObjectiveInput(
        batch: smallBatch(), taps: [.hidden(0): random(10, 4, "x")], context: .evaluation))
    #expect(objective.weight.value == weight)
    return comparisons
  }

  @Test func rightGradientsAgree() throws {
    let comparisons = try compare(SquaredMap(tapFactor: 1, weightFactor: 1))
    #expect(Set(comparisons.keys) == ["hidden.0", "weight"])
    #expect(comparisons.values.allSatisfy { $0.agrees }, "\(comparisons)")
  }

  @Test func wrongAndMissingGradientsAreFound() throws {
    let wrong = try compare(SquaredMap(tapFactor: 1.001, weightFactor: 1))
    #expect(wrong["hidden.0"]?.agrees == false && wrong["weight"]?.agrees == true)
    let missing = try compare(SquaredMap(tapFactor: 1, weightFactor: nil))
    #expect(missing["hidden.0"]?.agrees == true && missing["weight"]?.agrees == false)
  }
}
