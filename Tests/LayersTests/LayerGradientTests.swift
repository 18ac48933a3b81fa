import Graph
import Tensor
import Testing

@testable import Layers

@Suite struct LayerGradientTests {
  private let training = ForwardContext.training(seed: 5, step: 3)

  /// Checks all gradients of a layer at random parameters (biases start as zeros).
  private func expectRightGradients(
    of layer: any GraphLayer<Double>, _ context: ForwardContext, _ what: Comment
  ) {
    for parameter in layer.parameters {
      parameter.value = random(
        parameter.value.rows, parameter.value.columns, parameter.name, deviation: 0.7)
    }
    let x: Matrix<Double> = random(7, layer.inputWidth, "x")
    let errors = GradientCheck.compare(layer, input: x, on: smallGraph, context: context)
    #expect(errors.count == layer.parameters.count + 1)
    #expect(errors.values.allSatisfy { $0.agrees }, "\(what): \(errors)")
    expectNoInputGradientUnlessNeeded(layer, x, context)
  }

  /// Without a gradient of the input, the parameters' gradients are the same.
  private func expectNoInputGradientUnlessNeeded(
    _ layer: any GraphLayer<Double>, _ x: Matrix<Double>, _ context: ForwardContext
  ) {
    func gradients(needsInputGradient: Bool) -> [Matrix<Double>?] {
      for parameter in layer.parameters { parameter.clearGradient() }
      let pass = layer.forward(
        x, on: smallGraph, context, needsInputGradient: needsInputGradient)
      let dInput = pass.backward(random(7, layer.outputWidth, "dOutput"))
      #expect((dInput != nil) == needsInputGradient)
      return layer.parameters.map { $0.gradient }
    }
    #expect(gradients(needsInputGradient: false) == gradients(needsInputGradient: true))
  }

  /// That dropout is really on while its gradients are checked.
  private func expectDropout(in layer: any GraphLayer<Double>) {
    let x: Matrix<Double> = random(7, layer.inputWidth, "x")
    func output(_ context: ForwardContext) -> Matrix<Double> {
      layer.forward(x, on: smallGraph, context, needsInputGradient: false).output
    }
    #expect(output(training) == output(training))
    #expect(output(training) != output(.evaluation))
    #expect(output(training) != output(.training(seed: 5, step: 4)))
    #expect(output(training) != output(.training(seed: 6, step: 3)))
  }

  @Test(arguments: [false, true], [0, 0.4]) func linear(_ bias: Bool, _ dropout: Double) {
    let layer = LinearLayer<Double>(
      name: "l", inputWidth: 4, outputWidth: 3, bias: bias, dropout: dropout, seed: 1)
    #expect(layer.parameters.count == (bias ? 2 : 1))
    expectRightGradients(of: layer, training, "bias \(bias), dropout \(dropout)")
    if dropout > 0 { expectDropout(in: layer) }
  }

  @Test(arguments: [-0.4, 0, 0.25, 1.5]) func learntSlope(_ slope: Double) {
    let layer = PReLULayer<Double>(name: "l", width: 4)
    layer.parameters[0].value = Matrix(1, 1, [slope])
    let x: Matrix<Double> = random(7, 4, "x")
    let errors = GradientCheck.compare(layer, input: x, on: smallGraph)
    #expect(errors.count == 2 && errors.values.allSatisfy { $0.agrees }, "\(errors)")
    let y = layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false).output
    #expect(y.elements == x.elements.map { $0 > 0 ? $0 : slope * $0 })
    expectNoInputGradientUnlessNeeded(layer, x, training)
    // 0 has the slope of what is below it, and none to learn from.
    let zero = layer.forward(
      Matrix(zeros: 1, 4), on: smallGraph, training, needsInputGradient: true)
    layer.parameters[0].clearGradient()
    #expect(zero.backward(Matrix(repeating: 2, 1, 4)) == Matrix(repeating: 2 * slope, 1, 4))
    #expect(layer.parameters[0].gradient == Matrix(zeros: 1, 1))
  }

  /// A network's PReLUs are layers with parameters, each of its own.
  @Test func everyPlaceLearnsItsSlope() {
    let layers = [(4, 3), (3, 5), (5, 2)].enumerated().map { l, widths in
      LinearLayer<Double>(
        name: "layers.\(l)", inputWidth: widths.0, outputWidth: widths.1, bias: true, seed: 1)
    }
    let network = Network(layers: layers, activation: .prelu)
    let slopes = network.parameters.filter { $0.name.hasSuffix(".slope") }
    #expect(slopes.map { $0.name } == ["hidden.0.activated.slope", "hidden.1.activated.slope"])
    slopes[0].value = Matrix(1, 1, [0.1])
    let x: Matrix<Double> = random(7, 4, "x")
    let cotangent: Matrix<Double> = random(7, 2, "cotangent")
    network.forward(x, on: smallGraph, .evaluation).backward([.logits: cotangent])
    let errors = GradientCheck.compare(network.parameters) {
      GradientCheck.projection(
        network.forward(x, on: smallGraph, .evaluation).logits, on: cotangent)
    }
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  /// Both aggregators with products before and after the mean.
  @Test(arguments: GraphSAGEAggregator.allCases, [2, 4, 5])
  func graphSAGE(_ aggregator: GraphSAGEAggregator, _ outputWidth: Int) {
    for bias in GraphSAGEBias.allCases {
      for dropout in [0, 0.4] {
        let layer = GraphSAGELayer<Double>(
          name: "l", inputWidth: 4, outputWidth: outputWidth, aggregator: aggregator, bias: bias,
          dropout: dropout, seed: 1)
        expectRightGradients(of: layer, training, "bias \(bias), dropout \(dropout)")
        if dropout > 0 { expectDropout(in: layer) }
      }
    }
    let normalized = GraphSAGELayer<Double>(
      name: "l", inputWidth: 4, outputWidth: outputWidth, aggregator: aggregator, bias: .single,
      normalizesRows: true, seed: 1)
    expectRightGradients(of: normalized, training, "rows of length 1")
  }

  @Test(arguments: GraphNormalization.allCases, [2, 4, 5])
  func graphConvolution(_ normalization: GraphNormalization, _ outputWidth: Int) {
    for bias in [false, true] {
      for dropout in [0, 0.4] {
        let layer = GCNLayer<Double>(
          name: "l", inputWidth: 4, outputWidth: outputWidth, normalization: normalization,
          bias: bias, dropout: dropout, seed: 1)
        #expect(layer.parameters.count == (bias ? 2 : 1))
        expectRightGradients(of: layer, training, "bias \(bias), dropout \(dropout)")
        if dropout > 0 { expectDropout(in: layer) }
      }
    }
  }

  /// Y = A X W + b with A as a dense matrix, whichever product is taken first.
  @Test(arguments: GraphNormalization.allCases, [2, 4, 5])
  func aGraphConvolutionIsAProductOfThree(_ normalization: GraphNormalization, _ width: Int) {
    let layer = GCNLayer<Double>(
      name: "l", inputWidth: 4, outputWidth: width, normalization: normalization, bias: true,
      seed: 1)
    layer.parameters[1].value = random(1, width, "bias")
    let x: Matrix<Double> = random(7, 4, "x")
    let weights: Matrix<Double> =
      smallGraph.edgeWeights(normalization) ?? Matrix(repeating: 1, smallGraph.edgeCount, 1)
    var a = Matrix<Double>(zeros: 7, 7)
    for i in 0..<7 {
      for e in smallGraph.inStart[i]..<smallGraph.inStart[i + 1] {
        a[i, Int(smallGraph.source[Int(e)])] += weights[Int(e), 0]
      }
    }
    var expected = Matrix.product(a, .product(x, layer.parameters[0].value))
    expected.addToRows(layer.parameters[1].value)
    let pass = layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false)
    #expect(GradientCheck.compare(pass.output, with: expected, within: .share(1e-14)).agrees)
  }

  /// The residual connections of a GAT layer with 2 heads of width 3, by input width.
  static let residuals: [(residual: GATResidual, inputWidth: Int, isLinear: Bool)] = [
    (.none, 4, false),
    (.perHead, 4, true), (.perHead, 6, true), (.perHead, 3, false),
    (.current, 4, true), (.current, 3, true), (.current, 6, false),
  ]

  @Test(arguments: residuals, [false, true])
  func graphAttention(
    _ residual: (residual: GATResidual, inputWidth: Int, isLinear: Bool), _ averages: Bool
  ) {
    for bias in [false, true] {
      for (featureDropout, attentionDropout) in [(0.0, 0.0), (0.3, 0), (0, 0.5), (0.3, 0.5)] {
        var options = GATLayer<Double>.Options(heads: 2, headWidth: 3)
        options.averagesHeads = averages
        options.residual = residual.residual
        options.bias = bias
        options.featureDropout = featureDropout
        options.attentionDropout = attentionDropout
        let layer = GATLayer<Double>(
          name: "l", inputWidth: residual.inputWidth, options: options, seed: 1)
        #expect(layer.outputWidth == (averages ? 3 : 6))
        let names = layer.parameters.map { $0.name }
        #expect(names.contains("l.residualWeight") == residual.isLinear)
        #expect(names.contains("l.bias") == bias)
        expectRightGradients(
          of: layer, training,
          "bias \(bias), feature dropout \(featureDropout), attention dropout \(attentionDropout)")
        if featureDropout + attentionDropout > 0 { expectDropout(in: layer) }
      }
    }
  }

  @Test(arguments: residuals, [false, true])
  func dynamicGraphAttention(
    _ residual: (residual: GATResidual, inputWidth: Int, isLinear: Bool), _ averages: Bool
  ) {
    for (bias, isShared) in [(false, false), (true, false), (true, true), (false, true)] {
      for (featureDropout, attentionDropout) in [(0.0, 0.0), (0.3, 0.5)] {
        var options = GATLayer<Double>.Options(heads: 2, headWidth: 3)
        options.averagesHeads = averages
        options.residual = residual.residual
        options.bias = bias
        options.featureDropout = featureDropout
        options.attentionDropout = attentionDropout
        let layer = GATv2Layer<Double>(
          name: "l", inputWidth: residual.inputWidth, options: options, sharesWeights: isShared,
          seed: 1)
        #expect(layer.outputWidth == (averages ? 3 : 6) && layer.inputWidth == residual.inputWidth)
        let names = layer.parameters.map { $0.name }
        #expect(names.contains("l.residualWeight") == residual.isLinear)
        #expect(names.contains("l.destinationBias") == (bias && !isShared))
        expectRightGradients(
          of: layer, training,
          "bias \(bias), shared \(isShared), dropout \(featureDropout), \(attentionDropout)")
        if featureDropout > 0 { expectDropout(in: layer) }
      }
    }
  }

  @Test(arguments: GATResidual.allCases, [false, true])
  func oneHeadIsConcatenatedAndAveragedAlike(_ residual: GATResidual, _ isSquare: Bool) {
    func output(averages: Bool) -> Matrix<Double> {
      var options = GATLayer<Double>.Options(heads: 1, headWidth: 3)
      options.averagesHeads = averages
      options.residual = residual
      let layer = GATLayer<Double>(
        name: "l", inputWidth: isSquare ? 3 : 4, options: options, seed: 1)
      expectRightGradients(of: layer, .evaluation, "one head")
      return layer.forward(
        random(7, layer.inputWidth, "x"), on: smallGraph, .evaluation, needsInputGradient: false
      ).output
    }
    #expect(
      GradientCheck.compare(
        output(averages: false), with: output(averages: true), within: .share(1e-13)
      ).agrees)
  }

  @Test func aNodeWithoutEdgesInGetsItsResidualAndBiasAlone() {
    var options = GATLayer<Double>.Options(heads: 2, headWidth: 3)
    options.residual = .current
    options.bias = true
    let layer = GATLayer<Double>(name: "l", inputWidth: 6, options: options, seed: 1)
    layer.parameters[3].value = random(1, 6, "bias")
    let x: Matrix<Double> = random(7, 6, "x")
    let y = layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false).output
    for node in 0..<7 {
      var alone = x.row(node)
      alone.add(layer.parameters[3].value)
      #expect((y.row(node) == alone) == (smallGraph.inDegree(node) == 0))
    }
  }

  @Test func aLayerCanBeAppliedTwiceInOneStep() throws {
    let layer = GCNLayer<Double>(
      name: "l", inputWidth: 4, outputWidth: 4, normalization: .both, bias: true, seed: 1)
    let x: Matrix<Double> = random(7, 4, "x")
    let cotangent: Matrix<Double> = random(7, 4, "cotangent")
    func passes() -> (LayerPass<Double>, LayerPass<Double>) {
      let first = layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: true)
      let second = layer.forward(
        first.output, on: smallGraph, .evaluation, needsInputGradient: true)
      return (first, second)
    }
    let (first, second) = passes()
    _ = first.backward(try #require(second.backward(cotangent)))
    let errors = GradientCheck.compare(layer.parameters) {
      GradientCheck.projection(passes().1.output, on: cotangent)
    }
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }
}
