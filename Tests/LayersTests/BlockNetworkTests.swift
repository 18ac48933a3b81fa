import Graph
import Tensor
import Testing

@testable import Layers

/// Networks whose blocks read more than the one before them, and what their taps live on.
@Suite struct BlockNetworkTests {
  private let context = ForwardContext.training(seed: 2, step: 5)
  private let x: Matrix<Double> = random(7, 4, "x")
  /// The small graph as two members, of 5 nodes and of 2 without edges between them.
  private let graph: CSRGraph = {
    let edges: [(Int32, Int32)] = [(0, 1), (1, 0), (0, 1), (2, 2), (3, 2), (4, 3), (5, 6)]
    let graph = try? CSRGraph(
      nodeCount: 7, sources: edges.map { $0.0 }, destinations: edges.map { $0.1 },
      memberStart: [0, 5, 7])
    guard let graph else { preconditionFailure("a small graph is none") }
    return graph
  }()

  private func trunk(
    hidden widths: [Int], options: TrunkOptions, inputWidth: Int = 4
  ) throws -> Network<Double> {
    let network = try Network<Double>(
      inputWidth: inputWidth, hidden: widths.count, outputWidth: 3, options: options, seed: 1
    ) { name, place, input in
      GCNLayer<Double>(
        name: name, inputWidth: input, outputWidth: place < widths.count ? widths[place] : 3,
        normalization: .both, bias: true, seed: 1)
    }
    for parameter in network.parameters {
      parameter.value = random(
        parameter.value.rows, parameter.value.columns, parameter.name, deviation: 0.7)
    }
    return network
  }

  private func errors(
    _ network: Network<Double>, at taps: [Tap]? = nil, on graph: CSRGraph? = nil
  ) throws -> [String: GradientCheck.Comparison] {
    let graph = graph ?? self.graph
    let first = network.forward(x, on: graph, context)
    let cotangents = try Dictionary(
      uniqueKeysWithValues: (taps ?? network.taps).map { tap -> (Tap, Matrix<Double>) in
        let features = try #require(first.taps[tap]).matrix
        return (tap, random(features.rows, features.columns, "\(tap)"))
      })
    for parameter in network.parameters { parameter.clearGradient() }
    first.backward(cotangents)
    let reached = network.parameters.filter { $0.gradient != nil }
    return GradientCheck.compare(reached, within: .init(absolute: 1e-7, relative: 1e-6)) {
      let pass = network.forward(x, on: graph, context)
      // In one order, whatever that of the dictionary.
      return network.taps.reduce(0) { sum, tap in
        guard let cotangent = cotangents[tap] else { return sum }
        return sum + GradientCheck.projection(pass.taps[tap]!.matrix, on: cotangent)
      }
    }
  }

  // MARK: Trunks

  @Test(
    arguments: [
      HiddenNormalization.none, .batch(), .batch(momentum: 0.5, epsilon: 0.1), .layer(),
      .layer(epsilon: 0.1),
    ], [false, true])
  func gradientsOfEveryTrunk(_ normalization: HiddenNormalization, _ residual: Bool) throws {
    for jumping in JumpingKnowledge.allCases {
      for readout in [nil] + Readout.allCases.map({ Optional($0) }) {
        for widths in jumping == .max ? [[5, 5, 5]] : [[5, 6, 6], [3]] {
          var options = TrunkOptions()
          options.activation = .elu
          options.normalization = normalization
          options.residual = residual
          options.jumpingKnowledge = jumping
          options.readout = readout
          let network = try trunk(hidden: widths, options: options)
          let errors = try errors(network)
          let what: Comment = "\(options) \(widths): \(errors)"
          #expect(errors.count == network.parameters.count, what)
          #expect(errors.values.allSatisfy { $0.agrees }, what)
          let pass = network.forward(x, on: graph, context)
          #expect(pass.logits.rows == (readout == nil ? 7 : 2), what)
          #expect(network.hiddenCount == widths.count)
          #expect(network.isPooled(at: .logits) == (readout != nil))
          #expect(pass.taps[.logits]?.graph === (readout == nil ? graph : nil))
        }
      }
    }
  }

  /// Without options a trunk is the plain chain of layers, to the bit.
  @Test func aTrunkWithoutOptionsIsAChain() throws {
    let widths = [4, 5, 6]
    let chain = Network<Double>(
      layers: [(4, 5), (5, 6), (6, 3)].enumerated().map { l, w in
        GCNLayer<Double>(
          name: "layers.\(l)", inputWidth: w.0, outputWidth: w.1, normalization: .both, bias: true,
          seed: 1)
      }, activation: .relu)
    let trunk = try trunk(hidden: Array(widths.dropFirst()), options: TrunkOptions())
    for (a, b) in zip(chain.parameters, trunk.parameters) {
      #expect(a.name == b.name)
      a.value = b.value
    }
    #expect(chain.taps == trunk.taps)
    let (p, q) = (chain.forward(x, on: graph, context), trunk.forward(x, on: graph, context))
    #expect(p.taps == q.taps)
  }

  @Test func networksWithoutAHiddenLayer() throws {
    let plain = try trunk(hidden: [], options: TrunkOptions())
    #expect(plain.taps == [.logits] && plain.hiddenCount == 0)
    #expect(try errors(plain).values.allSatisfy { $0.agrees })
    var options = TrunkOptions()
    options.readout = .mean
    let pooled = try trunk(hidden: [], options: options)
    #expect(pooled.taps == [Tap(named: "readout"), .logits])
    let errors = try errors(pooled, at: [.logits])
    #expect(errors.count == 2 && errors.values.allSatisfy { $0.agrees })
    options = TrunkOptions()
    options.jumpingKnowledge = .concat
    #expect(throws: NetworkError.noHiddenLayer) { try trunk(hidden: [], options: options) }
  }

  // MARK: What blocks compute

  private func linear(_ name: String, _ from: Int, _ to: Int) -> LinearLayer<Double> {
    LinearLayer(name: name, inputWidth: from, outputWidth: to, bias: true, seed: 3)
  }

  @Test func concatenationSumAndMaximum() throws {
    let (a, b, c) = (Tap(named: "a"), Tap(named: "b"), Tap(named: "c"))
    let network = try Network<Double>(
      blocks: [
        .layer(linear("a", 4, 3), as: a), .layer(linear("b", 4, 3), of: .input, as: b),
        .concatenation(of: [a, .input, b], as: c), .sum(of: [a, b, a], as: Tap(named: "s")),
        .maximum(of: [b, a], as: Tap(named: "m")),
        .concatenation(of: [c, Tap(named: "s"), Tap(named: "m")], as: .logits),
      ], inputWidth: 4)
    #expect(network.width(at: .logits) == 16)
    let pass = network.forward(x, on: graph, context)
    let (ya, yb) = (try #require(pass.taps[a]).matrix, try #require(pass.taps[b]).matrix)
    for r in 0..<7 {
      let row = (0..<16).map { pass.logits[r, $0] }
      let expected =
        ya.row(r).elements + x.row(r).elements + yb.row(r).elements
        + (0..<3).map { ya[r, $0] + yb[r, $0] + ya[r, $0] }
        + (0..<3).map { max(ya[r, $0], yb[r, $0]) }
      #expect(row == expected)
    }
    #expect(try errors(network).values.allSatisfy { $0.agrees })
  }

  @Test func ofEqualElementsTheFirstTakesTheGradient() {
    let (a, b) = (Matrix<Float>(1, 3, [1, 2, .nan]), Matrix<Float>(1, 3, [1, 3, 5]))
    let (output, winners) = Matrix.maximum(of: [a, b])
    #expect(winners == [0, 1, 0] && output[0, 1] == 3 && output[0, 2].isNaN)
    let d = Matrix.maximumBackward(winners, count: 2, dOutput: Matrix(1, 3, [7, 8, 9]))
    #expect(d == [Matrix(1, 3, [7, 0, 9]), Matrix(1, 3, [0, 8, 0])])
    #expect(Matrix<Float>.sideBySide([Matrix(zeros: 0, 2), Matrix(zeros: 0, 3)]).columns == 5)
  }

  /// A block behind which no gradient enters is not run, and the first layer has no input gradient.
  @Test func onlyWhatIsReachedRunsBackward() throws {
    let (a, b) = (Tap(named: "a"), Tap(named: "b"))
    let network = try Network<Double>(
      blocks: [
        .layer(linear("a", 4, 3), as: a), .layer(linear("b", 4, 3), of: .input, as: b),
        .layer(linear("c", 3, 2), of: a, as: .logits),
      ], inputWidth: 4)
    let pass = network.forward(x, on: graph, context)
    pass.backward([.logits: random(7, 2, "d")])
    #expect(
      network.parameters.filter { $0.gradient != nil }.map(\.name).allSatisfy { !$0.hasPrefix("b") }
    )
    #expect(network.parameters.filter { $0.gradient != nil }.count == 4)
  }

  @Test func blocksThatDoNotFitAreRefused() throws {
    let (a, b) = (Tap(named: "a"), Tap(named: "b"))
    func expect(_ error: NetworkError, _ blocks: [Block<Double>]) {
      #expect(throws: error) { try Network(blocks: blocks, inputWidth: 4) }
      #expect(!"\(error)".isEmpty)
    }
    let first = Block<Double>.layer(linear("a", 4, 3), as: a)
    expect(.noLogits, [first])
    expect(.noLogits, [])
    expect(.takenName(a), [first, .layer(linear("b", 3, 3), as: a), .sum(of: [a], as: .logits)])
    expect(
      .takenName(.input), [.layer(linear("b", 4, 3), as: .input), .sum(of: [.input], as: .logits)])
    expect(
      .unknownInput(block: .logits, input: b, known: [.input, a]),
      [first, .sum(of: [a, b], as: .logits)])
    expect(.inputCount(block: .logits, found: 0), [first, .sum(of: [], as: .logits)])
    expect(
      .width(block: .logits, input: .input, expected: 3, found: 4),
      [first, .sum(of: [a, .input], as: .logits)])
    expect(
      .width(block: b, input: a, expected: 5, found: 3),
      [first, .layer(linear("b", 5, 3), as: b), .sum(of: [b], as: .logits)])
    let pooled = Block<Double>.layer(ReadoutLayer(.mean, width: 3), of: a, as: b)
    expect(
      .mixedRows(block: .logits, nodes: a, graphs: b),
      [first, pooled, .concatenation(of: [a, b], as: .logits)])
    let convolution = GCNLayer<Double>(
      name: "c", inputWidth: 3, outputWidth: 2, normalization: .both, bias: true, seed: 1)
    expect(
      .pooledInput(block: .logits, input: b), [first, pooled, .layer(convolution, as: .logits)])
    expect(
      .pooledInput(block: .logits, input: b),
      [first, pooled, .layer(ReadoutLayer(.sum, width: 3), as: .logits)])
  }

  // MARK: Graphs and state

  @Test func tapsLiveOnTheGraphsThatLayersBuild() throws {
    let (a, b, both) = (Tap(named: "a"), Tap(named: "b"), Tap(named: "both"))
    let network = try Network<Double>(
      blocks: [
        .layer(ReversedGraphLayer(width: 4), as: a),
        .layer(ReversedGraphLayer(width: 4), as: b),
        .concatenation(of: [a, b], as: both),
        .layer(linear("c", 8, 2), as: .logits),
      ], inputWidth: 4)
    #expect(network.buildsGraphs)
    let pass = network.forward(x, on: graph, context)
    let (first, second) = (try #require(pass.taps[a]?.graph), try #require(pass.taps[b]?.graph))
    #expect(first !== graph && second !== first)
    // Of taps on different graphs, the batch's own.
    #expect(pass.taps[both]?.graph === graph && pass.taps[.logits]?.graph === graph)
    // Nothing before the one layer that learns.
    pass.backward([.logits: random(7, 2, "d"), a: x])
    #expect(network.parameters.allSatisfy { $0.gradient != nil })
  }

  @Test func selfLoopsOfTheModel() throws {
    var options = TrunkOptions()
    options.addsSelfLoops = true
    let network = try trunk(hidden: [5], options: options)
    let plain = try trunk(hidden: [5], options: TrunkOptions())
    let looped = graph.withSelfLoops()
    let pass = network.forward(x, on: graph, context)
    #expect(pass.logits == plain.forward(x, on: looped, context).logits)
    #expect(pass.logits != plain.forward(x, on: graph, context).logits)
    #expect(pass.taps[.hidden(0)]?.graph === graph.selfLooped)
  }

  @Test func stateIsCommittedOnceAStep() throws {
    var options = TrunkOptions()
    options.normalization = .batch()
    let network = try trunk(hidden: [5, 6], options: options)
    #expect(
      network.state.map(\.name) == [
        "layers.0.norm.runningMean", "layers.0.norm.runningVariance",
        "layers.1.norm.runningMean", "layers.1.norm.runningVariance",
      ])
    #expect(network.weights.count == network.parameters.count + 4)
    #expect(Set(network.weights.map { $0.name }).count == network.weights.count)
    let before = network.state.map(\.value)
    let pass = network.forward(x, on: graph, context)
    #expect(network.state.map(\.value) == before)
    pass.commitState()
    #expect(zip(network.state, before).allSatisfy { $0.value != $1 })
    #expect(throws: GraphLayerError.tooFewRows(layer: "layers.0.norm", rows: 1)) {
      try network.checkTraining(on: CSRGraph(edgelessMembers: [1]))
    }
    try network.checkTraining(on: graph)
  }

  /// Norms, residuals, concatenation, maximum and readout, there and back.
  @Test(arguments: [JumpingKnowledge.concat, .max])
  func sameBitsWithEveryNumberOfThreads(_ jumping: JumpingKnowledge) {
    func trained(_ normalization: HiddenNormalization, _ readout: Readout) throws -> [Matrix<Float>]
    {
      var options = TrunkOptions()
      options.normalization = normalization
      options.residual = true
      options.jumpingKnowledge = jumping
      options.readout = readout
      let network = try Network<Float>(
        inputWidth: 20, hidden: 3, outputWidth: 5, options: options, seed: 1
      ) { name, _, input in
        LinearLayer(name: name, inputWidth: input, outputWidth: 65, bias: true, seed: 1)
      }
      let graph = CSRGraph(edgelessMembers: [3_000, 1, 0, 2_000])
      let x: Matrix<Float> = random(5_001, 20, "many")
      let pass = network.forward(x, on: graph, context)
      pass.backward([.logits: random(4, 5, "d")])
      pass.commitState()
      return [pass.logits] + network.state.map(\.value) + network.parameters.compactMap(\.gradient)
    }
    for normalization in [HiddenNormalization.batch(), .layer()] {
      for readout in Readout.allCases {
        let results = (1...3).map { threads in
          Parallel.withThreads(threads) { try? trained(normalization, readout) }
        }
        #expect(results[0] != nil && results[1] == results[0] && results[2] == results[0])
      }
    }
  }

  /// Predictions let go of what their layers save, and of features that nobody asked for.
  @Test func predictionsKeepNothing() throws {
    let probe = ProbeLayer(width: 4)
    let network = try Network<Double>(
      blocks: [.layer(probe, as: Tap(named: "a")), .layer(linear("b", 4, 2), as: .logits)],
      inputWidth: 4)
    let pass = network.forward(x, on: graph, .prediction, keeping: [.logits])
    #expect(Set(pass.taps.keys) == [.logits])
    #expect(probe.saved == nil)
    let kept = network.forward(x, on: graph, .evaluation)
    #expect(probe.saved != nil && kept.logits == pass.logits)
    withExtendedLifetime(kept) {}
  }
}

/// Gives features a graph of its own: that of the input with all edges turned round.
private final class ReversedGraphLayer: GraphLayer {
  let inputWidth: Int
  var outputWidth: Int { inputWidth }
  var parameters: [Parameter<Double>] { [] }
  var graphEffect: GraphEffect { .builds }

  init(width: Int) { inputWidth = width }

  func forward(
    _ x: NodeFeatures<Double>, on graph: CSRGraph, _ context: ForwardContext,
    needsInputGradient: Bool
  ) -> LayerPass<Double> {
    let destinations = (0..<graph.nodeCount).flatMap {
      [Int32](repeating: Int32($0), count: graph.inDegree($0))
    }
    guard
      let built = try? CSRGraph(
        nodeCount: graph.nodeCount, sources: destinations, destinations: graph.source,
        memberStart: graph.memberStart)
    else { preconditionFailure("the edges of a graph are none") }
    #expect(!needsInputGradient)
    return LayerPass(output: x.filled, graph: .built(built)) { $0 }
  }
}

/// Shows whether what it saves for its backward pass is still there.
private final class ProbeLayer: GraphLayer {
  private final class Saved {}
  private weak var last: Saved?
  var saved: AnyObject? { last }
  let inputWidth: Int
  var outputWidth: Int { inputWidth }
  var parameters: [Parameter<Double>] { [] }

  init(width: Int) { inputWidth = width }

  func forward(
    _ x: NodeFeatures<Double>, on graph: CSRGraph, _ context: ForwardContext,
    needsInputGradient: Bool
  ) -> LayerPass<Double> {
    let saved = Saved()
    last = saved
    return LayerPass(output: x.filled) { dOutput in
      withExtendedLifetime(saved) { dOutput }
    }
  }
}
