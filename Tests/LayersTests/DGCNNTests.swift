import Graph
import Layers
import Tensor
import Testing

/// The whole DGCNN.
@Suite struct DGCNNTests {
  private func small(slope: Double = 0.2) -> DGCNNOptions {
    var options = DGCNNOptions()
    (options.widths, options.k, options.embedding, options.head) = ([4, 5], 3, 8, [6, 5])
    options.dropout = 0
    options.slope = slope
    return options
  }

  @Test func parameterCounts() throws {
    func count(_ classes: Int, _ options: DGCNNOptions = DGCNNOptions()) throws -> Int {
      try Network<Float>.dgcnn(inputWidth: 3, outputWidth: classes, options: options, seed: 1)
        .parameterCount
    }
    #expect(try count(40) == 1_809_576)
    #expect(try count(10) == 1_801_866)
    var student = DGCNNOptions()
    (student.widths, student.embedding, student.head) = ([32, 32, 64, 128], 128, [128, 64])
    #expect(try count(10, student) == 98_314)
    #expect(try count(40, student) == 100_264)
  }

  @Test func taps() throws {
    let network = try Network<Double>.dgcnn(
      inputWidth: 3, outputWidth: 4, options: small(), seed: 1)
    let graph = CSRGraph(edgelessMembers: [9, 7])
    let pass = network.forward(random(16, 3, "x"), on: graph, .evaluation)
    let first = try #require(pass.taps[.hidden(0)])
    // The graph of a hidden tap is that of its own features, and the next EdgeConv works on it.
    let own = try kNearestNeighbors(graph, first.matrix, k: 3)
    #expect(first.graph?.source == own.source)
    #expect(pass.taps[.hidden(1)]?.graph === first.graph)
    #expect(pass.taps[Tap(named: "layers.0")]?.matrix == first.matrix)
    #expect(pass.taps[Tap(named: "layers.0")]?.graph === pass.taps[Tap(named: "points")]?.graph)
    #expect(network.isPooled(at: Tap(named: "readout")) == true)
    #expect(pass.logits.rows == 2 && network.width(at: Tap(named: "readout")) == 16)
    // One cloud is classified as in company.
    let x: Matrix<Double> = random(16, 3, "x")
    let alone = network.forward(
      x.slice(rows: 9..<16), on: CSRGraph(edgelessMembers: [7]), .evaluation)
    #expect(
      GradientCheck.compare(alone.logits, with: pass.logits.row(1), within: .share(1e-12)).agrees)
  }

  @Test func gradientsOfTheWhole() throws {
    let network = try Network<Double>.dgcnn(
      inputWidth: 3, outputWidth: 4, options: small(), seed: 3)
    let graph = CSRGraph(edgelessMembers: [9, 7, 8])
    let x: Matrix<Double> = random(24, 3, "x")
    let cotangents: [Tap: Matrix<Double>] = [
      .logits: random(3, 4, "logits"), .hidden(0): random(24, 4, "hidden"),
    ]
    let context = ForwardContext.training(seed: 1, step: 0)
    func value() -> Double {
      let pass = network.forward(x, on: graph, context)
      return cotangents.reduce(0) {
        $0 + GradientCheck.projection(pass.taps[$1.key]!.matrix, on: $1.value)
      }
    }
    network.forward(x, on: graph, context).backward(cotangents)
    let errors = GradientCheck.compare(
      network.parameters, within: .init(absolute: 1e-7, relative: 1e-5), of: value)
    #expect(errors.count == network.parameters.count)
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors.filter { !$0.value.agrees })")
  }

  /// Ten steps of SGD, against PyTorch.
  @Test func tenSteps() throws {
    let fixture = try Fixture("dgcnn_trajectory", as: Double.self)
    let network = try Network<Double>.dgcnn(
      inputWidth: 3, outputWidth: 3, options: small(), seed: 1)
    try fixture.fill(network.parameters, prefix: "initial.")
    let (x, labels) = try (fixture["input"], fixture["labels"])
    let graph = CSRGraph(edgelessMembers: [10, 10, 10, 10])
    var options = SGD<Double>.Options()
    (options.momentum, options.weightDecay) = (0.9, 1e-4)
    let sgd = SGD(network.parameters, options: options)
    var losses: [Double] = []
    for step in 0..<10 {
      let pass = network.forward(x, on: graph, .training(seed: 1, step: step))
      let value = crossEntropy(
        logits: pass.logits, target: labels, counts: [1, 1, 1, 1])
      losses.append(value.loss)
      for parameter in network.parameters { parameter.clearGradient() }
      pass.backward([.logits: value.dLogits])
      pass.commitState()
      if step == 0 {
        try fixture.expect("first.logits", pass.logits)
        try fixture.expectGradients(of: network.parameters, prefix: "first.gradient.")
      }
      sgd.step(learningRate: 0.1)
    }
    try fixture.expect("losses", Matrix(1, 10, losses))
    try fixture.expectValues(of: network.parameters, prefix: "final.")
    for state in network.state { try fixture.expect("final.\(state.name)", state.value) }
    let evaluated = network.forward(x, on: graph, .evaluation)
    try fixture.expect("evaluation.logits", evaluated.logits)
    fixture.expectAllUsed()
  }
}
