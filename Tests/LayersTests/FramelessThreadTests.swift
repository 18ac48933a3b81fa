import Graph
import Tensor
import Testing

@testable import Layers

/// As ``TrainingThreadTests``, for framelet networks and their students.
@Suite struct FramelessThreadTests {
  private func trained<S: Scalar>(_: S.Type, pairs: ([Int32], [Int32])) throws -> [[UInt8]] {
    let n = 4_000
    // Its own graph, so that operators are made on these threads, too.
    let graph = try CSRGraph(undirected: n, first: pairs.0, second: pairs.1)
    let propagation = FrameletPropagationOptions(
      framelets: FrameletOptions(bank: .linear, levels: 2, route: .chebyshev(terms: 3)),
      perturbation: 0.1)
    var options = FMLPOptions(nodeCount: n, inputWidth: 25, outputWidth: 20, seed: 1)
    options.knowledge.propagation = propagation
    options.dropout = 0.2
    let networks: [Network<S>] = [
      Network(
        layers: [
          SpatialFrameletLayer<S>(
            name: "0", inputWidth: 25, outputWidth: 60, options: propagation, bias: true,
            dropout: 0.2, seed: 1),
          SpatialFrameletLayer<S>(
            name: "1", inputWidth: 60, outputWidth: 40, options: propagation, bias: true,
            dropout: 0.2, seed: 1),
          SimplifiedFrameletLayer<S>(
            name: "2", inputWidth: 40, outputWidth: 20, options: propagation, power: 2, bias: true,
            seed: 1),
        ], activation: .none),
      .fmlpO(options, hidden: [32, 32]), .fmlpS(options, width: 40, power: 3),
    ]
    let x: Matrix<S> = random(n, 25, "x")
    let labels = Matrix<S>(n, 20, (0..<n * 20).map { $0 * 7 % 5 < 2 ? 1 : 0 })
    let counts = [UInt8](repeating: 1, count: n)
    return networks.flatMap { network -> [[UInt8]] in
      let optimizer = Adam(network.parameters)
      for step in 0..<2 {
        for parameter in network.parameters { parameter.clearGradient() }
        let pass = network.forward(x, on: graph, .training(seed: 3, step: step))
        let value = binaryCrossEntropy(logits: pass.logits, labels: labels, counts: counts)
        #expect(value.loss.isFinite)
        pass.backward([.logits: value.dLogits])
        optimizer.step(learningRate: 0.01)
      }
      return network.parameters.map { parameter in
        Array(
          UnsafeRawBufferPointer(
            start: parameter.value.pointer,
            count: parameter.value.count * MemoryLayout<S>.stride))
      }
    }
  }

  @Test func trainingGivesTheSameBitsWithEveryNumberOfThreads() throws {
    let n = 4_000
    var generator = RandomStream(seed: 1, purpose: "graph").generator()
    func nodes() -> [Int32] { (0..<5 * n).map { _ in Int32(generator.below(n)) } }
    let pairs = (nodes(), nodes())
    let single = try (1...3).map {
      try Parallel.withThreads($0) { try trained(Float.self, pairs: pairs) }
    }
    #expect(single[1] == single[0] && single[2] == single[0])
    let double = try (1...2).map {
      try Parallel.withThreads($0) { try trained(Double.self, pairs: pairs) }
    }
    #expect(double[1] == double[0])
  }
}
