import Graph
import Tensor
import Testing

@testable import Layers

@Suite struct TrainingThreadTests {
  /// The bytes of all parameters and optimiser states after two steps.
  private func trained<S: Scalar>(_: S.Type, _ graph: CSRGraph) -> [[UInt8]] {
    var options = GATLayer<S>.Options(heads: 3, headWidth: 20)
    options.residual = .current
    options.bias = true
    options.featureDropout = 0.2
    options.attentionDropout = 0.3
    var last = options
    last.averagesHeads = true
    let network = Network<S>(
      layers: [
        GATLayer(name: "0", inputWidth: 25, options: options, seed: 1),
        GraphSAGELayer(
          name: "1", inputWidth: 60, outputWidth: 40, aggregator: .pool, bias: .both, dropout: 0.1,
          seed: 1),
        GraphSAGELayer(
          name: "2", inputWidth: 40, outputWidth: 60, aggregator: .mean, bias: .single, seed: 1),
        GATLayer(name: "3", inputWidth: 60, options: last, seed: 1),
      ], activation: .elu)
    let optimizer = Adam(network.parameters)
    let n = graph.nodeCount
    let x: Matrix<S> = random(n, 25, "x")
    let labels = Matrix<S>(n, 20, (0..<n * 20).map { $0 * 7 % 5 < 2 ? 1 : 0 })
    let counts = (0..<n).map { UInt8($0 % 9 == 0 ? 0 : 1) }
    var losses: [Double] = []
    for step in 0..<2 {
      for parameter in network.parameters { parameter.clearGradient() }
      let pass = network.forward(x, on: graph, .training(seed: 3, step: step))
      let value = binaryCrossEntropy(logits: pass.logits, labels: labels, counts: counts)
      losses.append(value.loss)
      pass.backward([.logits: value.dLogits])
      clipGradientNorm(network.parameters, limit: 0.01)
      optimizer.step(learningRate: 0.01)
    }
    #expect(losses[0].isFinite && losses[0] != losses[1])
    let state = optimizer.state
    let matrices =
      network.parameters.map { $0.value } + state.keys.sorted().compactMap { state[$0] }
    return matrices.map { matrix in
      Array(
        UnsafeRawBufferPointer(
          start: matrix.pointer, count: matrix.count * MemoryLayout<S>.stride))
    } + [losses.withUnsafeBytes { Array($0) }]
  }

  @Test func trainingGivesTheSameBitsWithEveryNumberOfThreads() throws {
    let n = 4_000
    var generator = RandomStream(seed: 1, purpose: "graph").generator()
    func nodes() -> [Int32] { (0..<5 * n).map { _ in Int32(generator.below(n)) } }
    let graph = try CSRGraph(nodeCount: n, sources: nodes(), destinations: nodes()).withSelfLoops()
    let single = (1...3).map { Parallel.withThreads($0) { trained(Float.self, graph) } }
    #expect(single[1] == single[0] && single[2] == single[0])
    let double = (1...3).map { Parallel.withThreads($0) { trained(Double.self, graph) } }
    #expect(double[1] == double[0] && double[2] == double[0])
    // Values and two moments of the layers' parameters, and the losses.
    #expect(single[0].count == 3 * (5 + 6 + 3 + 4) + 1)
  }
}
