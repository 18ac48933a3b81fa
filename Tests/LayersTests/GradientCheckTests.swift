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

  private func compare(_ layer: Wrong) -> [String: GradientCheck.Comparison] {
    GradientCheck.compare(layer, input: random(7, 3, "x"), on: smallGraph)
  }

  @Test func aRightGradientPasses() {
    let comparisons = compare(Wrong())
    #expect(Set(comparisons.keys) == ["input", "l.weight", "l.bias"])
    #expect(comparisons.values.allSatisfy { $0.agrees }, "\(comparisons)")
  }

  @Test func aGradientThatIsOffByAThousandthIsCaught() throws {
    func wrong(_ layer: Wrong) -> Set<String> {
      Set(compare(layer).filter { !$0.value.agrees }.keys)
    }
    #expect(wrong(Wrong(inputFactor: 1.001)) == ["input"])
    #expect(wrong(Wrong(biasFactor: 0.999)) == ["l.bias"])
  }

  @Test func aMissingOrBrokenGradientIsCaught() throws {
    #expect(try #require(compare(Wrong(inputFactor: .nan))["input"]).excess == .infinity)
    let parameter = Parameter<Double>("p", random(2, 2, "p"))
    let none = GradientCheck.compare([parameter]) { 0 }
    #expect(try #require(none["p"]).excess == .infinity && none.count == 1)
  }

  /// A small entry that is wrong does not hide behind a large one that is right.
  @Test func everyEntryIsHeldToTheRule() {
    let expected = Matrix<Double>(2, 3, [1_000, -3, 1e-4, 0, 2e-9, 5])
    func compare(_ change: (inout Matrix<Double>) -> Void) -> GradientCheck.Comparison {
      var found = expected
      change(&found)
      return GradientCheck.compare(found, with: expected)
    }
    #expect(compare { _ in }.excess == 0)
    let small = compare { $0[0, 2] = 1.001e-4 }
    #expect(!small.agrees && (small.row, small.column) == (0, 2))
    #expect((small.found, small.expected) == (1.001e-4, 1e-4))
    // 1e-7 against 2e-9 + 1e-7 1.001e-4.
    #expect(abs(small.excess - 1e-7 / (2e-9 + 1.001e-11)) < 1e-6)
    #expect("\(small)".contains("entry (0, 2) is 0.0001001, expected 0.0001"))
    #expect(compare { $0[1, 0] = 1.9e-9 }.agrees && !compare { $0[1, 0] = 2.1e-9 }.agrees)
    #expect(compare { $0[0, 0] += 9e-5 }.agrees && !compare { $0[0, 0] += 1.1e-4 }.agrees)
    #expect(!compare { $0[0, 1] = 3 }.agrees)
    #expect(compare { $0[1, 2] = .nan }.excess == .infinity)
    #expect(compare { $0[1, 2] = -.infinity }.excess == .infinity)
    let nothing = Matrix<Double>(zeros: 0, 3)
    #expect(GradientCheck.compare(nothing, with: nothing).agrees)
    let infinite = Matrix<Double>(1, 1, [.infinity])
    #expect(!GradientCheck.compare(infinite, with: infinite).agrees)
  }

  @Test func pointsMoveAwayFromKinks() {
    let x = Matrix<Double>(1, 6, [0, 0.01, -0.01, 0.05, -2, 0.5])
    #expect(
      GradientCheck.awayFromKinks(x) == Matrix(1, 6, [0.05, 0.05, -0.05, 0.05, -2, 0.5]))
    #expect(GradientCheck.awayFromKinks(x, margin: 0) == x)
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
    #expect(GradientCheck.compare(gradient, with: exact).agrees)
  }

  @Test func parametersComeBackUnchanged() {
    let layer = Wrong()
    let before = layer.parameters.map { $0.value }
    _ = compare(layer)
    #expect(layer.parameters.map { $0.value } == before)
  }
}
