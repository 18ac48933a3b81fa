import Graph
import Tensor
import Testing

@testable import Layers

@Suite struct GradientCheckTests {
  /// A layer whose gradients are wrong on purpose.
  private final class Wrong: GraphLayer {
    let base: LinearLayer<Double>
    let inputFactor: Double
    let biasFactor: Double

    init(inputFactor: Double = 1, biasFactor: Double = 1) {
      base = LinearLayer(name: "l", inputWidth: 3, outputWidth: 2, bias: true, seed: 1)
      self.inputFactor = inputFactor
      self.biasFactor = biasFactor
    }

    var inputWidth: Int { base.inputWidth }
    var outputWidth: Int { base.outputWidth }
    var parameters: [Parameter<Double>] { base.parameters }

    func forward(
      _ x: NodeFeatures<Double>, on graph: CSRGraph, _ context: ForwardContext,
      needsInputGradient: Bool
    ) -> LayerPass<Double> {
      let pass = base.forward(x, on: graph, context, needsInputGradient: needsInputGradient)
      return LayerPass(output: pass.output) { [self] dOutput in
        var dInput = pass.backward(dOutput)
        dInput?.multiply(by: inputFactor)
        parameters[1].scaleGradient(by: biasFactor)
        return dInput
      }
    }
  }

  private func errors(_ layer: Wrong) -> [String: Double] {
    GradientCheck.errors(of: layer, input: random(7, 3, "x"), on: smallGraph)
  }

  @Test func aRightGradientPasses() {
    let errors = errors(Wrong())
    #expect(Set(errors.keys) == ["input", "l.weight", "l.bias"])
    #expect(errors.values.allSatisfy { $0 < gradientTolerance })
  }

  @Test func aGradientThatIsOffByAHundredthIsCaught() throws {
    let wrongInput = errors(Wrong(inputFactor: 1.01))
    #expect(try #require(wrongInput["input"]) > 0.005)
    #expect(try #require(wrongInput["l.weight"]) < gradientTolerance)
    let wrongBias = errors(Wrong(biasFactor: 1.01))
    #expect(try #require(wrongBias["l.bias"]) > 0.005)
    #expect(try #require(wrongBias["input"]) < gradientTolerance)
  }

  @Test func aMissingOrBrokenGradientIsCaught() throws {
    #expect(try #require(errors(Wrong(inputFactor: .nan))["input"]) == .infinity)
    let parameter = Parameter<Double>("p", random(2, 2, "p"))
    #expect(GradientCheck.parameterErrors([parameter]) { 0 } == ["p": .infinity])
  }

  @Test func numericalGradientsAreThoseOfKnownFunctions() {
    // f = sum of (r + 1) x^3.
    let x: Matrix<Double> = random(3, 2, "x")
    let gradient = GradientCheck.numericalGradient(at: x) { x in
      (0..<6).reduce(0) { sum, k in
        let v = x.elements[k]
        return sum + Double(k / 2 + 1) * v * v * v
      }
    }
    let exact = Matrix(3, 2, x.elements.enumerated().map { Double($0 / 2 + 1) * 3 * $1 * $1 })
    #expect(GradientCheck.relativeError(gradient, exact) < 1e-8)
  }

  @Test func parametersComeBackUnchanged() {
    let layer = Wrong()
    let before = layer.parameters.map { $0.value }
    _ = errors(layer)
    #expect(layer.parameters.map { $0.value } == before)
  }
}
