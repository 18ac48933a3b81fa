import Foundation
import Graph
import Tensor
import Testing

@testable import Layers

/// The layers that GCNII is made of.
@Suite struct GCNIILayerTests {
  private func expectRightGradients(of layer: any GraphLayer<Double>, _ what: Comment) {
    for parameter in layer.parameters {
      parameter.value = random(parameter.value.rows, parameter.value.columns, parameter.name)
    }
    let errors = GradientCheck.compare(
      layer, input: random(7, 4, "x"), on: smallGraph, context: .training(seed: 5, step: 3))
    #expect(errors.count == layer.parameters.count + 1)
    #expect(errors.values.allSatisfy { $0.agrees }, "\(what): \(errors)")
    let unasked = layer.forward(
      random(7, 4, "x"), on: smallGraph, .evaluation, needsInputGradient: false)
    #expect(unasked.backward(random(7, 4, "d")) == nil)
  }

  @Test(arguments: GraphNormalization.allCases, [0, 0.4])
  func gradients(_ normalization: GraphNormalization, _ dropout: Double) {
    expectRightGradients(
      of: PropagationLayer<Double>(
        name: "l", width: 4, factor: 0.8, normalization: normalization, dropout: dropout),
      "a step")
    expectRightGradients(of: ScaledLayer<Double>(width: 4, factor: 0.3), "a factor")
    for beta in [0, 0.4, 1] {
      expectRightGradients(
        of: IdentityMappedLayer<Double>(name: "l", width: 4, beta: beta, seed: 1), "\(beta)")
    }
  }

  /// Entry by entry from the definitions.
  @Test(arguments: [1, 3, 65]) func areTheNaiveOnes(_ width: Int) {
    let x: Matrix<Double> = random(7, width, "x")
    func output(_ layer: any GraphLayer<Double>) -> Matrix<Double> {
      layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false).output
    }
    let near = IdentityMappedLayer<Double>(name: "l", width: width, beta: 0.3, seed: 1)
    let w = near.parameters[0].value
    var mapped = Matrix<Double>(zeros: 7, width)
    var spread = Matrix<Double>(zeros: 7, width)
    for i in 0..<7 {
      for c in 0..<width {
        mapped[i, c] =
          0.7 * x[i, c] + 0.3 * (0..<width).reduce(0.0) { $0 + x[i, $1] * w[$1, c] }
        for e in smallGraph.inStart[i]..<smallGraph.inStart[i + 1] {
          let j = Int(smallGraph.source[Int(e)])
          // Degrees of 0 count as 1.
          let degrees = max(smallGraph.outDegree(j), 1) * max(smallGraph.inDegree(i), 1)
          spread[i, c] += 0.8 * x[j, c] / Double(degrees).squareRoot()
        }
      }
    }
    for (found, expected) in [
      (output(near), mapped),
      (output(PropagationLayer<Double>(name: "l", width: width, factor: 0.8)), spread),
      (output(ScaledLayer<Double>(width: width, factor: -2)), x.mapped { -2 * $0 }),
    ] {
      #expect(GradientCheck.compare(found, with: expected, within: .share(1e-12)).agrees)
    }
  }

  @Test func aStepDropsFeaturesInTraining() {
    let layer = PropagationLayer<Double>(name: "l", width: 4, factor: 1, dropout: 0.5)
    func output(_ context: ForwardContext) -> Matrix<Double> {
      layer.forward(random(7, 4, "x"), on: smallGraph, context, needsInputGradient: false).output
    }
    #expect(output(.training(seed: 1, step: 1)) == output(.training(seed: 1, step: 1)))
    #expect(output(.training(seed: 1, step: 1)) != output(.training(seed: 1, step: 2)))
    #expect(output(.training(seed: 1, step: 1)) != output(.evaluation))
  }

  @Test func threadsDoNotChangeBits() throws {
    let ends = (0..<3_000).map { Int32($0 * 7_919 % 997) }
    let others = (0..<3_000).map { Int32($0 * 104_729 % 997) }
    let graph = try CSRGraph(nodeCount: 997, sources: ends, destinations: others)
    let layers: [any GraphLayer<Float>] = [
      PropagationLayer<Float>(name: "l", width: 40, factor: 0.9, dropout: 0.2),
      IdentityMappedLayer<Float>(name: "l", width: 40, beta: 0.3, seed: 1),
      ScaledLayer<Float>(width: 40, factor: 0.1),
    ]
    func run(_ threads: Int) -> [Matrix<Float>] {
      Parallel.withThreads(threads) {
        layers.flatMap { layer -> [Matrix<Float>] in
          for parameter in layer.parameters { parameter.clearGradient() }
          let pass = layer.forward(
            random(997, 40, "x"), on: graph, .training(seed: 1, step: 2),
            needsInputGradient: true)
          return [pass.output, pass.backward(random(997, 40, "d"))!]
            + layer.parameters.map { $0.gradient! }
        }
      }
    }
    #expect(run(1) == run(2) && run(1) == run(3))
  }
}
