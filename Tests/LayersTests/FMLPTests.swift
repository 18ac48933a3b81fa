import Foundation
import Graph
import Tensor
import Testing

@testable import Layers

/// FMLP students against dense matrices and central differences.
@Suite struct FMLPTests {
  private let graph = UndirectedExample.awkward.graph
  private let training = ForwardContext.training(seed: 5, step: 3)

  private func options(
    _ graph: CSRGraph, framelets: FrameletOptions = FrameletOptions(),
    highPass: HighPassChoice = .all, dropout: Double = 0, bias: Bool = true,
    highBranch: Bool = false, scores: Bool = false
  ) -> FMLPOptions {
    var options = FMLPOptions(
      nodeCount: graph.nodeCount, inputWidth: 4, outputWidth: 3, seed: 1)
    options.knowledge.propagation = FrameletPropagationOptions(
      framelets: framelets, perturbation: 0.2)
    options.knowledge.highPass = highPass
    options.dropout = dropout
    options.bias = bias
    options.highBranchAsPublished = highBranch
    options.scoresAsPublished = scores
    return options
  }

  /// Every way of putting a student together.
  private func students(
    _ graph: CSRGraph, framelets: FrameletOptions = FrameletOptions(),
    highPass: HighPassChoice = .all, dropout: Double = 0, bias: Bool = true,
    published: [(Bool, Bool)] = [(false, false), (true, false), (false, true), (true, true)]
  ) -> [(name: String, network: Network<Double>)] {
    published.flatMap { highBranch, scores in
      let options = options(
        graph, framelets: framelets, highPass: highPass, dropout: dropout, bias: bias,
        highBranch: highBranch, scores: scores)
      let networks: [(String, Network<Double>)] = [
        ("O", .fmlpO(options, hidden: [3])), ("O, 3 steps", .fmlpO(options, hidden: [3, 3])),
        ("O, separate", .fmlpO(options, hidden: [3, 2], sharesEncoders: false)),
        ("S", .fmlpS(options, width: 3, power: 2)),
      ]
      return networks.map { name, network in
        randomize(network.parameters, deviation: 0.4)
        return ("\(name), \(highBranch), \(scores)", network)
      }
    }
  }

  private func affine(_ x: Matrix<Double>, _ map: AffineMap<Double>) -> Matrix<Double> {
    var y = Matrix.product(x, map.weight.value)
    if let bias = map.bias { y.addToRows(bias.value) }
    return y
  }

  /// One step by its formulas, node by node, with dense operators.
  private func naive(
    _ layer: FMLPLayer<Double>, _ x: Matrix<Double>, on graph: CSRGraph
  ) throws -> (output: Matrix<Double>, low: [Double], high: [Double]) {
    let knowledge = layer.options.knowledge
    let dense = try DenseOperators(graph, knowledge.propagation)
    let power = layer.options.power
    let lowMatrix = dense.filter(0..<1, power: power)
    let highBands = knowledge.highPass == .all ? 1..<dense.bands.count : 1..<2
    let highMatrix =
      layer.options.highBranch == .lowOperatorAndEncoder
      ? lowMatrix : dense.filter(highBands, power: power)
    let isOwn = layer.options.highBranch == .own
    func hidden(_ x: Matrix<Double>, _ map: AffineMap<Double>) -> Matrix<Double> {
      let y = affine(x, map)
      guard layer.options.rectified else { return y }
      return Matrix(y.rows, y.columns, y.elements.map { max($0, 0) })
    }
    let low = hidden(lowMatrix, layer.encoders.low)
    let high = hidden(highMatrix, isOwn ? layer.encoders.high! : layer.encoders.low)
    let features = hidden(x, layer.featureEncoder)
    let a = layer.encoders.attention
    let h = low.columns
    func score(_ structure: Matrix<Double>, _ node: Int) -> Double {
      var z = a.bias?.value[0, 0] ?? 0
      for k in 0..<h {
        z += a.weight.value[k, 0] * structure[node, k]
        z += a.weight.value[h + k, 0] * features[node, k]
      }
      return 1 / (1 + exp(-z))
    }
    func value(_ x: Matrix<Double>, _ map: AffineMap<Double>?) -> Matrix<Double> {
      map.map { affine(x, $0) } ?? x
    }
    let classifiers = layer.classifiers
    let values = (
      value(low, classifiers?.low), value(high, isOwn ? classifiers?.high : classifiers?.low),
      value(features, classifiers?.features)
    )
    var y = Matrix<Double>(zeros: x.rows, layer.outputWidth)
    var (lows, highs): ([Double], [Double]) = ([], [])
    for i in 0..<x.rows {
      let (alphaLow, alphaHigh) = (score(low, i), score(high, i))
      lows.append(alphaLow)
      highs.append(alphaHigh)
      let weighsStructure = layer.options.scored == .structure
      let (b0, b1) =
        weighsStructure ? (alphaLow, alphaHigh) : (1 - alphaLow, 1 - alphaHigh)
      for c in 0..<y.columns {
        y[i, c] =
          b0 * values.0[i, c] + (1 - b0) * values.2[i, c] + b1 * values.1[i, c]
          + (1 - b1) * values.2[i, c]
      }
    }
    return (y, lows, highs)
  }

  @Test(arguments: UndirectedExample.all, frameletExamples)
  func stepsAreTheirFormulas(_ example: UndirectedExample, _ framelets: FrameletOptions) throws {
    for highPass in HighPassChoice.allCases {
      for bias in [false, true] {
        for (name, network) in students(
          example.graph, framelets: framelets, highPass: highPass, bias: bias)
        {
          try network.prepare(on: example.graph)
          let x: Matrix<Double> = random(example.graph.nodeCount, 4, "x")
          var expected = x
          var scores: [(low: [Double], high: [Double])] = []
          for layer in network.layers {
            let step = try naive(
              try #require(layer as? FMLPLayer<Double>), expected, on: example.graph)
            expected = step.output
            scores.append((step.low, step.high))
          }
          let logits = network.forward(x, on: example.graph, .evaluation).logits
          #expect(
            GradientCheck.compare(logits, with: expected, within: .share(1e-12)).agrees, "\(name)")

          let tables = try TabulatedStudent(of: network, on: example.graph)
          let prediction = tables.predict(features: .dense(x))
          #expect(prediction.logits == logits, "\(name)")
          for (found, wanted) in zip(prediction.scores, scores) {
            #expect(zip(found.low.elements, wanted.low).allSatisfy { abs($0 - $1) < 1e-11 })
            #expect(zip(found.high.elements, wanted.high).allSatisfy { abs($0 - $1) < 1e-11 })
          }
        }
      }
    }
  }

  @Test(arguments: frameletExamples, [false, true])
  func gradientsOfWholeStudents(_ framelets: FrameletOptions, _ bias: Bool) {
    let students = students(
      graph, framelets: framelets, dropout: bias ? 0 : 0.3, bias: bias,
      published: bias ? [(false, false)] : [(false, false), (true, true)])
    for (name, network) in students {
      let errors = compareGradients(of: network, input: random(9, 4, "x"), on: graph, training)
      #expect(errors.count == network.parameters.count)
      #expect(errors.values.allSatisfy { $0.agrees }, "\(name): \(errors)")
    }
  }

  @Test(arguments: UndirectedExample.all)
  func gradientsOfStepsToTheirInput(_ example: UndirectedExample) {
    for (name, network) in students(example.graph, highPass: .first, dropout: 0.2) {
      for layer in network.layers {
        let x: Matrix<Double> = random(example.graph.nodeCount, layer.inputWidth, "x")
        let errors = GradientCheck.compare(layer, input: x, on: example.graph, context: training)
        #expect(errors.count == layer.parameters.count + 1)
        #expect(errors.values.allSatisfy { $0.agrees }, "\(name): \(errors)")
        func gradients(_ needsInputGradient: Bool) -> [Matrix<Double>?] {
          for parameter in layer.parameters { parameter.clearGradient() }
          let pass = layer.forward(
            x, on: example.graph, training, needsInputGradient: needsInputGradient)
          let dInput = pass.backward(random(x.rows, layer.outputWidth, "dOutput"))
          #expect((dInput != nil) == needsInputGradient)
          return layer.parameters.map { $0.gradient }
        }
        #expect(gradients(false) == gradients(true))
      }
    }
  }

  /// Each slip of the published code changes what is predicted, and so do the other settings.
  @Test func everyOptionMatters() throws {
    let x: Matrix<Double> = random(9, 4, "x")
    let framelets = frameletExamples[1]
    func outputs(_ options: FMLPOptions) -> [Matrix<Double>] {
      [.fmlpO(options, hidden: [5]), .fmlpS(options, width: 5, power: 2)].map {
        (network: Network<Double>) in
        randomize(network.parameters)
        return network.forward(x, on: graph, training).logits
      }
    }
    let variants = [
      options(graph, framelets: framelets),
      options(graph, framelets: framelets, highBranch: true),
      options(graph, framelets: framelets, scores: true),
      options(graph, framelets: framelets, highBranch: true, scores: true),
      options(graph, framelets: framelets, highPass: .first),
      options(graph, framelets: framelets, dropout: 0.5),
      options(graph, framelets: framelets, bias: false), options(graph),
    ].map(outputs)
    for k in 0..<2 {
      for (i, a) in variants.enumerated() {
        for b in variants[..<i] {
          #expect(!GradientCheck.compare(a[k], with: b[k], within: .share(1e-3)).agrees)
        }
      }
    }
  }

  /// For two masks and one level there is one high pass.
  @Test func highPassesAreTheSameForHaarWithOneLevel() throws {
    let x: Matrix<Double> = random(9, 4, "x")
    let outputs = HighPassChoice.allCases.map { highPass in
      let network: Network<Double> = .fmlpO(options(graph, highPass: highPass), hidden: [5])
      return network.forward(x, on: graph, .evaluation).logits
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test func sharedEncodersAreLearntOnce() throws {
    let shared: Network<Double> = .fmlpO(options(graph), hidden: [5, 5, 5])
    let separate: Network<Double> = .fmlpO(
      options(graph), hidden: [5, 5, 5], sharesEncoders: false)
    for network in [shared, separate] {
      let names = network.parameters.map(\.name)
      #expect(Set(names).count == names.count)
    }
    let structure = 2 * (9 * 5 + 5) + (10 + 1)
    let first = 4 * 5 + 5
    let further = 5 * 5 + 5
    let classifiers = 3 * (5 * 3 + 3)
    #expect(shared.parameterCount == structure + first + further + classifiers)
    #expect(separate.parameterCount == 4 * structure + first + 3 * further + classifiers)
    // A part that a slip leaves without use is not there.
    let published: Network<Double> = .fmlpS(options(graph, highBranch: true), width: 5, power: 1)
    #expect(published.parameterCount == (9 * 5 + 5) + 11 + first + 2 * (5 * 3 + 3))
  }

  @Test func otherGraphsAreRefused() throws {
    let network: Network<Double> = .fmlpO(options(graph), hidden: [5])
    let other = UndirectedExample("no edges", nodes: 4, pairs: []).graph
    #expect(
      throws: GraphLayerError.otherNodeCount(layer: "layers.0", expected: 9, found: 4)
    ) { try network.prepare(on: other) }
    #expect(throws: GraphLayerError.self) { _ = try TabulatedStudent(of: network, on: other) }
    let directed: Network<Double> = .fmlpO(options(smallGraph), hidden: [5])
    #expect(throws: FrameletError.self) { try directed.prepare(on: smallGraph) }
    let message = GraphLayerError.otherNodeCount(layer: "layers.0", expected: 9, found: 4)
    #expect(message.description.contains("each of 9 nodes") && message.description.contains("of 4"))
  }
}
