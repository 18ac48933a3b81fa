import Graph
import Tensor
import Testing

@testable import Layers

/// Layers whose output goes several steps over the graph.
@Suite struct PropagatedLayerTests {
  private func options(
    _ steps: Int, _ teleport: Double, _ normalization: GraphNormalization = .inDegrees,
    last: Bool = false
  ) -> PropagatedLayer<Double>.Options {
    var options = PropagatedLayer<Double>.Options(steps: steps, teleport: teleport)
    options.normalization = normalization
    options.addsBiasLast = last
    return options
  }

  /// APPNP and SGConv of PyTorch Geometric.
  @Test(
    arguments: [("appnp", 5, 0.2, false), ("sgc", 3, 0.0, true)], Precision.allCases)
  func parity(
    _ file: (name: String, steps: Int, teleport: Double, last: Bool), _ precision: Precision
  ) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file.name, as: S.self)
      let graph = try fixture.graph()
      let weight = try fixture["weight"]
      var options = PropagatedLayer<S>.Options(steps: file.steps, teleport: file.teleport)
      options.normalization = .inDegrees
      options.addsBiasLast = file.last
      let layer = PropagatedLayer<S>(
        name: "layer", inputWidth: weight.rows, outputWidth: weight.columns, options: options,
        bias: true, seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: graph)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: GraphNormalization.allCases, [1, 4])
  func gradients(_ normalization: GraphNormalization, _ steps: Int) {
    for teleport in [0, 0.3, 1] {
      for (bias, last) in [(false, false), (true, false), (true, true)] {
        for dropout in [0, 0.4] {
          let layer = PropagatedLayer<Double>(
            name: "l", inputWidth: 4, outputWidth: 3,
            options: options(steps, teleport, normalization, last: last), bias: bias,
            dropout: dropout, seed: 1)
          for parameter in layer.parameters {
            parameter.value = random(
              parameter.value.rows, parameter.value.columns, parameter.name, deviation: 0.7)
          }
          let errors = GradientCheck.compare(
            layer, input: random(7, 4, "x"), on: smallGraph,
            context: .training(seed: 5, step: 3))
          #expect(errors.count == layer.parameters.count + 1)
          #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
        }
      }
    }
  }

  /// The closed form of the limit: Z = alpha (I - (1 - alpha) A)^(-1) H solves
  /// Z = (1 - alpha) A Z + alpha H.
  @Test func manyStepsReachTheFixedPoint() {
    let h: Matrix<Double> = random(7, 3, "h")
    let z = propagated(smallGraph, h, steps: 400, teleport: 0.2, .inDegrees)
    var next = normalizedProduct(smallGraph, z, .inDegrees)
    next.multiply(by: 0.8)
    next.add(h, scale: 0.2)
    #expect((0..<z.count).allSatisfy { abs(z.elements[$0] - next.elements[$0]) < 1e-12 })
    #expect(propagated(smallGraph, h, steps: 3, teleport: 1, .none) == h)
    #expect(propagated(smallGraph, h, steps: 0, teleport: 0.5, .none) == h)
  }

  @Test func threadsDoNotChangeBits() {
    let ends = (0..<3_000).map { Int32($0 * 7_919 % 997) }
    let others = (0..<3_000).map { Int32($0 * 104_729 % 997) }
    let graph = try! CSRGraph(nodeCount: 997, sources: ends, destinations: others)
    let layer = PropagatedLayer<Float>(
      name: "l", inputWidth: 40, outputWidth: 24,
      options: {
        var options = PropagatedLayer<Float>.Options(steps: 5, teleport: 0.1)
        options.normalization = .both
        return options
      }(), bias: true, seed: 1)
    let x: Matrix<Float> = .normal(997, 40, stream: RandomStream(seed: 2, purpose: "x"))
    let dOutput: Matrix<Float> = .normal(997, 24, stream: RandomStream(seed: 3, purpose: "d"))
    func run(_ threads: Int) -> [Matrix<Float>] {
      Parallel.withThreads(threads) {
        for parameter in layer.parameters { parameter.clearGradient() }
        let pass = layer.forward(x, on: graph, .evaluation, needsInputGradient: true)
        return [pass.output, pass.backward(dOutput)!] + layer.parameters.map { $0.gradient! }
      }
    }
    #expect(run(1) == run(2) && run(1) == run(3))
  }
}
