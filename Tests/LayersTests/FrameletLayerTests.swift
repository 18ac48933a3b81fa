import Graph
import Tensor
import Testing

@testable import Layers

/// The framelet convolutions of teachers against dense matrices and central differences.
@Suite struct FrameletLayerTests {
  /// All layers, narrower and wider than an input of 4 columns: the two orders of products.
  private func layers(
    _ framelets: FrameletOptions, dropout: Double = 0, bias: Bool = true
  ) -> [any GraphLayer<Double>] {
    let options = FrameletPropagationOptions(framelets: framelets, perturbation: 0.3)
    return [3, 5].flatMap { width -> [any GraphLayer<Double>] in
      [
        SpatialFrameletLayer(
          name: "l", inputWidth: 4, outputWidth: width, options: options, bias: bias,
          dropout: dropout, seed: 1),
        SpatialFrameletLayer(
          name: "linear", inputWidth: 4, outputWidth: width, options: options, bias: bias,
          rectifies: false, dropout: dropout, seed: 1),
        SimplifiedFrameletLayer(
          name: "l", inputWidth: 4, outputWidth: width, options: options, power: 2, bias: bias,
          dropout: dropout, seed: 1),
      ]
    }
  }

  /// The formulas, with dense matrices.
  private func naive(
    _ layer: any GraphLayer<Double>, _ x: Matrix<Double>, _ operators: DenseOperators
  ) -> Matrix<Double> {
    var y = Matrix<Double>(zeros: x.rows, layer.outputWidth)
    for (b, w) in operators.bands.enumerated() {
      let projected = Matrix.product(x, layer.parameters[b].value)
      if layer is SpatialFrameletLayer<Double> {
        let hidden = Matrix.product(operators.adjacency[b], .product(w, projected))
        let rectifies = !layer.parameters[b].name.hasPrefix("linear")
        y.addProduct(
          w,
          Matrix(
            hidden.rows, hidden.columns, hidden.elements.map { rectifies ? max($0, 0) : $0 }),
          transposing: .left)
      } else {
        y.addProduct(operators.filter(b..<b + 1, power: 2), projected)
      }
    }
    y.addToRows(layer.parameters.last!.value)
    return y
  }

  @Test(arguments: UndirectedExample.all, frameletExamples)
  func layersAreTheirFormulas(_ example: UndirectedExample, _ framelets: FrameletOptions) throws {
    let graph = example.graph
    let operators = try DenseOperators(
      graph, FrameletPropagationOptions(framelets: framelets, perturbation: 0.3))
    for layer in layers(framelets) {
      #expect(layer.parameters.count == framelets.bands.count + 1)
      randomize(layer.parameters)
      try layer.prepare(on: graph)
      let x: Matrix<Double> = random(graph.nodeCount, 4, "x")
      let y = layer.forward(x, on: graph, .evaluation, needsInputGradient: false).output
      #expect(
        GradientCheck.compare(y, with: naive(layer, x, operators), within: .share(1e-12)).agrees)
    }
  }

  @Test(arguments: UndirectedExample.all, frameletExamples)
  func gradients(_ example: UndirectedExample, _ framelets: FrameletOptions) {
    for (dropout, bias) in [(0, true), (0.4, false)] {
      for layer in layers(framelets, dropout: dropout, bias: bias) {
        #expect(layer.parameters.count == framelets.bands.count + (bias ? 1 : 0))
        randomize(layer.parameters)
        let n = example.graph.nodeCount
        let x: Matrix<Double> = random(n, 4, "x")
        let training = ForwardContext.training(seed: 5, step: 3)
        let errors = GradientCheck.compare(layer, input: x, on: example.graph, context: training)
        #expect(errors.count == layer.parameters.count + 1)
        #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
        expectSameWithoutInputGradient(layer, x, example.graph, training)
        func output(_ context: ForwardContext) -> Matrix<Double> {
          layer.forward(x, on: example.graph, context, needsInputGradient: false).output
        }
        // Of a single node nothing may have been drawn.
        if n > 1 { #expect((output(training) == output(.evaluation)) == (dropout == 0)) }
      }
    }
  }

  private func expectSameWithoutInputGradient(
    _ layer: any GraphLayer<Double>, _ x: Matrix<Double>, _ graph: CSRGraph,
    _ context: ForwardContext
  ) {
    func gradients(_ needsInputGradient: Bool) -> [Matrix<Double>?] {
      for parameter in layer.parameters { parameter.clearGradient() }
      let pass = layer.forward(x, on: graph, context, needsInputGradient: needsInputGradient)
      let dInput = pass.backward(random(x.rows, layer.outputWidth, "dOutput"))
      #expect((dInput != nil) == needsInputGradient)
      return layer.parameters.map { $0.gradient }
    }
    #expect(gradients(false) == gradients(true))
  }

  /// Features are never made dense, and give what dense ones give.
  @Test(arguments: frameletExamples) func sparseFeatures(_ framelets: FrameletOptions) throws {
    let graph = UndirectedExample.awkward.graph
    let sparse = try CSRMatrix<Double>(
      rows: 9, columns: 4, rowStart: [0, 2, 2, 3, 5, 6, 8, 9, 10, 12],
      column: [0, 3, 1, 0, 2, 3, 1, 2, 0, 3, 1, 3],
      value: [1, -0.5, 2, 1, 1, 0.25, 3, -1, 0.5, 1, 1, 2])
    for layer in layers(framelets) {
      func step(_ x: NodeFeatures<Double>) -> [Matrix<Double>] {
        for parameter in layer.parameters { parameter.clearGradient() }
        let pass = layer.forward(x, on: graph, .evaluation, needsInputGradient: false)
        #expect(pass.backward(random(9, layer.outputWidth, "dOutput")) == nil)
        return [pass.output] + layer.parameters.compactMap(\.gradient)
      }
      let (dense, same) = (step(.dense(sparse.filled())), step(.sparse(sparse)))
      #expect(dense.count == layer.parameters.count + 1)
      for (a, b) in zip(dense, same) {
        #expect(GradientCheck.compare(a, with: b, within: .share(1e-12)).agrees)
      }
    }
  }

  @Test(arguments: frameletExamples) func aWholeTeacher(_ framelets: FrameletOptions) {
    let options = FrameletPropagationOptions(framelets: framelets, perturbation: 0.2)
    let network = Network<Double>(
      layers: [(4, 5), (5, 3)].enumerated().map { place, widths in
        SpatialFrameletLayer<Double>(
          name: "layers.\(place)", inputWidth: widths.0, outputWidth: widths.1, options: options,
          bias: true, dropout: 0.3, seed: 1)
      }, activation: .none)
    let errors = compareGradients(
      of: network, input: random(9, 4, "x"), on: UndirectedExample.awkward.graph,
      .training(seed: 5, step: 3))
    #expect(errors.count == 2 * (framelets.bands.count + 1))
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  @Test func graphsThatAreNotUndirectedAreRefused() {
    for layer in layers(FrameletOptions()) {
      #expect(throws: FrameletError.self) { try layer.prepare(on: smallGraph) }
    }
  }
}
