import Graph
import Layers
import Tensor
import Testing

@Suite struct GraphSAGELayerTests {
  private func layer<S: Scalar>(
    _ inputWidth: Int, _ outputWidth: Int, _ aggregator: GraphSAGEAggregator,
    bias: GraphSAGEBias = .both, dropout: S = 0
  ) -> GraphSAGELayer<S> {
    GraphSAGELayer(
      name: "layer", inputWidth: inputWidth, outputWidth: outputWidth, aggregator: aggregator,
      bias: bias, dropout: dropout, seed: 7)
  }

  // MARK: The formulas

  /// The layer's output node by node, from its formulas.
  private func naive(
    _ layer: GraphSAGELayer<Double>, _ aggregator: GraphSAGEAggregator, _ x: Matrix<Double>
  ) -> Matrix<Double> {
    let p = Dictionary(
      uniqueKeysWithValues: layer.parameters.map { ($0.name.dropFirst("layer.".count), $0.value) })
    var messages = x
    if let weight = p["poolWeight"], let bias = p["poolBias"] {
      messages = .product(x, weight)
      messages.addToRows(bias)
      messages = leakyReLU(messages, slope: 0)
    }
    var output = Matrix<Double>(zeros: x.rows, layer.outputWidth)
    for i in 0..<x.rows {
      let edges = Int(smallGraph.inStart[i])..<Int(smallGraph.inStart[i + 1])
      var aggregate = [Double](repeating: 0, count: x.columns)
      for c in 0..<x.columns where !edges.isEmpty {
        let all = edges.map { messages[Int(smallGraph.source[$0]), c] }
        switch aggregator {
        case .mean: aggregate[c] = all.reduce(0, +) / Double(all.count)
        case .pool, .max: aggregate[c] = all.max()!
        case .gcn: aggregate[c] = all.reduce(0, +)
        }
      }
      if aggregator == .gcn {
        for c in 0..<x.columns {
          aggregate[c] = (aggregate[c] + x[i, c]) / Double(edges.count + 1)
        }
      }
      for k in 0..<layer.outputWidth {
        for c in 0..<x.columns {
          output[i, k] +=
            x[i, c] * (p["selfWeight"]?[c, k] ?? 0) + aggregate[c] * p["neighborWeight"]![c, k]
        }
        output[i, k] += (p["selfBias"]?[0, k] ?? 0) + (p["neighborBias"]?[0, k] ?? 0)
      }
    }
    return output
  }

  @Test(arguments: GraphSAGEAggregator.allCases, [(5, 3), (3, 5), (17, 17), (1, 1), (50, 64)])
  func outputFollowsTheFormulas(aggregator: GraphSAGEAggregator, widths: (Int, Int)) {
    for bias in GraphSAGEBias.allCases {
      let layer: GraphSAGELayer<Double> = layer(widths.0, widths.1, aggregator, bias: bias)
      let x: Matrix<Double> = random(7, widths.0, "x")
      let output = layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false).output
      #expect(
        GradientCheck.compare(output, with: naive(layer, aggregator, x), within: .share(1e-13))
          .agrees, "\(bias)")
    }
  }

  @Test func rowsAreDividedByTheirLength() {
    let plain: GraphSAGELayer<Double> = layer(5, 3, .mean)
    let normalized = GraphSAGELayer<Double>(
      name: "layer", inputWidth: 5, outputWidth: 3, aggregator: .mean, bias: .both,
      normalizesRows: true, seed: 7)
    let x: Matrix<Double> = random(7, 5, "x")
    func output(_ layer: GraphSAGELayer<Double>) -> Matrix<Double> {
      layer.forward(x, on: smallGraph, .evaluation, needsInputGradient: false).output
    }
    let (y, z) = (output(plain), output(normalized))
    for i in 0..<7 {
      let length = (0..<3).reduce(0) { $0 + y[i, $1] * y[i, $1] }.squareRoot()
      for k in 0..<3 { #expect(abs(z[i, k] - y[i, k] / length) < 1e-14) }
    }
  }

  // MARK: Options

  @Test(arguments: GraphSAGEAggregator.allCases)
  func dropoutIsThatOfTheInput(aggregator: GraphSAGEAggregator) {
    let x: Matrix<Double> = random(7, 40, "x")
    let dropping: GraphSAGELayer<Double> = layer(40, 3, aggregator, dropout: 0.5)
    let plain: GraphSAGELayer<Double> = layer(40, 3, aggregator)
    func output(_ layer: GraphSAGELayer<Double>, _ x: Matrix<Double>, step: Int? = nil) -> Matrix<
      Double
    > {
      let context = step.map { ForwardContext.training(seed: 1, step: $0) } ?? .evaluation
      return layer.forward(x, on: smallGraph, context, needsInputGradient: false).output
    }
    #expect(output(dropping, x) == output(plain, x))
    #expect(output(plain, x, step: 1) == output(plain, x))
    let dropped = dropout(
      x, probability: 0.5, stream: RandomStream(seed: 1, purpose: "dropout layer", step: 1))
    #expect(output(dropping, x, step: 1) == output(plain, dropped))
    #expect(output(dropping, x, step: 1) != output(dropping, x, step: 2))
  }

  @Test func parametersAndTheirFirstValues() {
    func names(_ aggregator: GraphSAGEAggregator, _ bias: GraphSAGEBias) -> [String] {
      let layer: GraphSAGELayer<Float> = layer(4, 3, aggregator, bias: bias)
      return layer.parameters.map(\.name)
    }
    #expect(names(.mean, .none) == ["layer.selfWeight", "layer.neighborWeight"])
    #expect(
      names(.pool, .single) == [
        "layer.selfWeight", "layer.neighborWeight", "layer.poolWeight", "layer.poolBias",
        "layer.selfBias",
      ])
    #expect(names(.gcn, .single) == ["layer.neighborWeight", "layer.selfBias"])
    #expect(names(.max, .none) == names(.mean, .none))
    #expect(names(.mean, .both).suffix(2) == ["layer.selfBias", "layer.neighborBias"])

    let wide: GraphSAGELayer<Double> = layer(400, 200, .pool)
    let bounds = [
      (6 * 2.0 / 600).squareRoot(), (6 * 2.0 / 600).squareRoot(), (6 * 2.0 / 800).squareRoot(),
      1.0 / 20, 1.0 / 20, 1.0 / 20,
    ]
    #expect(wide.parameters.count == bounds.count)
    for (parameter, bound) in zip(wide.parameters, bounds) {
      let largest = parameter.value.elements.reduce(0) { max($0, abs($1)) }
      #expect(largest <= bound && largest > 0.95 * bound, "\(parameter.name)")
      // The standard deviation of a uniform number is its bound / sqrt(3).
      let deviation = (parameter.value.sumOfSquares / Double(parameter.value.count)).squareRoot()
      #expect(abs(deviation * 3.0.squareRoot() / bound - 1) < 0.1, "\(parameter.name)")
    }
    #expect(Set(wide.parameters.map { $0.value[0, 0] }).count == bounds.count)
  }

  /// Four hidden layers of 64 on 50 features and 121 labels, as published for Alignahead.
  @Test func thePublishedStudentHasAsManyParameters() {
    let widths = [50, 64, 64, 64, 64, 121]
    func count(_ bias: GraphSAGEBias) -> Int {
      zip(widths, widths.dropFirst()).reduce(0) { sum, pair in
        let layer: GraphSAGELayer<Float> = layer(pair.0, pair.1, .pool, bias: bias)
        return sum + layer.parameters.reduce(0) { $0 + $1.value.count }
      }
    }
    #expect(count(.both) == 66_408)
    #expect(count(.single) == 66_408 - 377)
  }
}
