import Tensor
import Testing

@testable import Layers

@Suite struct ParameterTests {
  @Test func gradientsAddUpUntilTheyAreCleared() {
    let parameter = Parameter<Float>("p", Matrix(zeros: 1, 2))
    #expect(parameter.gradient == nil)
    let first = Matrix<Float>(1, 2, [1, 2])
    parameter.accumulate(first)
    parameter.accumulate(Matrix(1, 2, [10, 20]))
    #expect(parameter.gradient == Matrix(1, 2, [11, 22]))
    #expect(first == Matrix(1, 2, [1, 2]))
    parameter.scaleGradient(by: 0.5)
    #expect(parameter.gradient == Matrix(1, 2, [5.5, 11]))
    parameter.clearGradient()
    #expect(parameter.gradient == nil)
  }

  @Test func firstValuesHaveTheirDeviation() {
    let stream = RandomStream(seed: 1, purpose: "first values")
    func variance(_ x: Matrix<Double>) -> Double { x.sumOfSquares / Double(x.count) }
    let normal: Matrix<Double> = Initialization.xavierNormal.values(300, 200, stream: stream)
    #expect(abs(variance(normal) / (2.0 / 500) - 1) < 0.03)
    let gained: Matrix<Double> = Initialization.xavierNormal.values(
      300, 200, fan: 1_000, gain: 3, stream: stream)
    #expect(abs(variance(gained) / (9 * 2.0 / 1_000) - 1) < 0.03)
    let uniform: Matrix<Double> = Initialization.xavierUniform.values(300, 200, stream: stream)
    let bound = (6.0 / 500).squareRoot()
    #expect(uniform.elements.allSatisfy { abs($0) <= bound })
    #expect(abs(variance(uniform) / (bound * bound / 3) - 1) < 0.03)
  }

  @Test func firstValuesDependOnSeedAndNameAlone() {
    func weight(_ name: String, _ seed: UInt64) -> Matrix<Float> {
      LinearLayer<Float>(name: name, inputWidth: 3, outputWidth: 4, bias: true, seed: seed)
        .parameters[0].value
    }
    #expect(weight("0", 1) == weight("0", 1))
    #expect(weight("0", 1) != weight("1", 1) && weight("0", 1) != weight("0", 2))
    let layer = LinearLayer<Float>(name: "0", inputWidth: 3, outputWidth: 4, bias: true, seed: 1)
    #expect(layer.parameters[1].value == Matrix(zeros: 1, 4))
  }
}
