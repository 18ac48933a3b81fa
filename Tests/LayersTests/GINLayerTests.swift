import Graph
import Tensor
import Testing

@testable import Layers

/// Layers of graph isomorphism networks.
@Suite struct GINLayerTests {
  private func layer<S: Scalar>(
    _ input: Int, _ output: Int, _ change: (inout GINLayer<S>.Options) -> Void = { _ in }
  ) -> GINLayer<S> {
    var options = GINLayer<S>.Options(innerWidth: 5)
    change(&options)
    return GINLayer(
      name: "layer", inputWidth: input, outputWidth: output, options: options, seed: 1)
  }

  /// GINConv of PyTorch Geometric with its MLP; with a normalisation in training.
  @Test(arguments: ["gin_norm", "gin_plain"], Precision.allCases)
  func parity(_ file: String, _ precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file, as: S.self)
      let graph = try fixture.graph()
      let input = try fixture["input"]
      let inner = try #require(fixture.options["inner"].flatMap { Int($0) })
      let layer: GINLayer<S> = layer(input.columns, try fixture["second.weight"].columns) {
        $0.innerWidth = inner
        $0.learnsEpsilon = true
        $0.normalizes = file == "gin_norm"
      }
      try fixture.fill(layer.parameters)
      let pass = layer.forward(
        input, on: graph, .training(seed: 1, step: 0), needsInputGradient: true)
      try fixture.expect("output", pass.output)
      #expect(pass.stateUpdates.count == (file == "gin_norm" ? 2 : 0))
      try fixture.expect("gradient.input", #require(try pass.backward(fixture["cotangent"])))
      if file == "gin_norm" {
        // A constant before a normalisation is taken out again: its gradient is 0 but for rounding.
        let bias = try #require(layer.parameters.first { $0.name == "layer.first.bias" })
        #expect(try #require(bias.gradient).elements.allSatisfy { abs($0) < 1e-4 })
        _ = try fixture["gradient.first.bias"]
        try fixture.expectGradients(of: layer.parameters.filter { $0 !== bias })
      } else {
        try fixture.expectGradients(of: layer.parameters)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// Against central differences, with every option.
  @Test(arguments: [Activation.relu, .elu, .gelu, .prelu], [false, true])
  func gradients(_ activation: Activation, _ normalizes: Bool) {
    for (bias, learns, dropout) in [(true, true, 0), (false, false, 0.4), (true, false, 0.3)] {
      let layer: GINLayer<Double> = layer(4, 3) {
        $0.activation = activation
        $0.normalizes = normalizes
        $0.bias = bias
        $0.epsilon = 0.3
        $0.learnsEpsilon = learns
        $0.dropout = dropout
      }
      for parameter in layer.parameters {
        parameter.value = random(
          parameter.value.rows, parameter.value.columns, parameter.name, deviation: 0.7)
      }
      let errors = GradientCheck.compare(
        layer, input: random(7, 4, "x"), on: smallGraph, context: .training(seed: 5, step: 3),
        // A normalisation over seven rows bends strongly within a step of a difference.
        within: .init(absolute: 1e-8, relative: 1e-6))
      #expect(errors.count == layer.parameters.count + 1)
      #expect(errors.values.allSatisfy { $0.agrees }, "\(activation), \(normalizes): \(errors)")
    }
  }

  /// Edge by edge from the definition, on a graph with all that is awkward.
  @Test(arguments: [1, 3, 65]) func isTheNaiveOne(_ width: Int) {
    let layer: GINLayer<Double> = layer(width, 3) {
      $0.normalizes = false
      $0.epsilon = 0.25
    }
    for parameter in layer.parameters {
      parameter.value = random(parameter.value.rows, parameter.value.columns, parameter.name)
    }
    let x: Matrix<Double> = random(7, width, "x")
    var sums = x
    sums.multiply(by: 1.25)
    for i in 0..<7 {
      for e in smallGraph.inStart[i]..<smallGraph.inStart[i + 1] {
        for c in 0..<width { sums[i, c] += x[Int(smallGraph.source[Int(e)]), c] }
      }
    }
    let p = Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, $0.value) })
    var h = Matrix.product(sums, p["layer.first.weight"]!)
    h.addToRows(p["layer.first.bias"]!)
    h = h.mapped { max($0, 0) }
    var expected = Matrix.product(h, p["layer.second.weight"]!)
    expected.addToRows(p["layer.second.bias"]!)
    let output = layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false).output
    #expect(GradientCheck.compare(output, with: expected, within: .share(1e-12)).agrees)
  }

  @Test func aNormalisationNeedsTwoRows() {
    let normalizing: GINLayer<Float> = layer(4, 3)
    #expect(throws: GraphLayerError.tooFewRows(layer: "layer.norm", rows: 1)) {
      try normalizing.checkTraining(rows: 1)
    }
    let plain: GINLayer<Float> = layer(4, 3) { $0.normalizes = false }
    #expect(throws: Never.self) { try plain.checkTraining(rows: 1) }
  }

  @Test func threadsDoNotChangeBits() throws {
    let ends = (0..<3_000).map { Int32($0 * 7_919 % 997) }
    let others = (0..<3_000).map { Int32($0 * 104_729 % 997) }
    let graph = try CSRGraph(nodeCount: 997, sources: ends, destinations: others)
    let layer: GINLayer<Float> = layer(40, 24) {
      $0.learnsEpsilon = true
      $0.activation = .prelu
    }
    func run(_ threads: Int) -> [Matrix<Float>] {
      Parallel.withThreads(threads) {
        for parameter in layer.parameters { parameter.clearGradient() }
        let pass = layer.forward(
          random(997, 40, "x"), on: graph, .training(seed: 1, step: 2), needsInputGradient: true)
        return [pass.output, pass.backward(random(997, 24, "d"))!]
          + layer.parameters.map { $0.gradient! }
      }
    }
    #expect(run(1) == run(2) && run(1) == run(3))
  }
}
