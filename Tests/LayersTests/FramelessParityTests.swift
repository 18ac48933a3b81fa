import Graph
import Layers
import Tensor
import Testing

/// Framelet networks and their students against dense matrices and autograd in PyTorch.
@Suite struct FramelessParityTests {
  /// The transforms of the fixtures, by name.
  private func framelets<S: Scalar>(_ fixture: Fixture<S>) throws -> FrameletPropagationOptions {
    var framelets: FrameletOptions
    switch fixture.options["transform"] {
    case "haar": framelets = FrameletOptions()
    case "linear": framelets = FrameletOptions(bank: .linear, levels: 2, route: .exact)
    case "quadratic":
      framelets = FrameletOptions(
        bank: .quadratic, levels: 2, dilation: 1.5, route: .chebyshev(terms: 4))
    default:
      Issue.record("the fixture has no transform")
      framelets = FrameletOptions()
    }
    framelets.largestEigenvalue = Double(try fixture["largest_eigenvalue"].elements[0])
    let perturbation = try #require(fixture.options["epsilon"].flatMap(Double.init))
    return FrameletPropagationOptions(framelets: framelets, perturbation: perturbation)
  }

  /// In single precision the largest eigenvalue of the file may round to below the graph's.
  private func rounded<S: Scalar>(
    _ options: FrameletPropagationOptions, as type: S.Type
  ) -> FrameletPropagationOptions {
    var options = options
    if S.self == Float.self { options.framelets.largestEigenvalue = nil }
    return options
  }

  private func unit<S: Scalar>(_ n: Int) -> Matrix<S> {
    Matrix(n, n, (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 })
  }

  @Test(
    arguments: [
      "spatial_framelet_haar", "spatial_framelet_linear", "simplified_framelet_haar",
      "simplified_framelet_quadratic",
    ], Precision.allCases)
  func teachers(_ file: String, in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file, as: S.self)
      let options = rounded(try framelets(fixture), as: S.self)
      let graph = try fixture.graph()
      let operators: FrameletPropagation<S> = try graph.frameletPropagation(options)
      let bands = operators.transform.bands
      try fixture.expect("low_operator", operators.propagate(bands[0], unit(graph.nodeCount)))
      try fixture.expect("high_operator", operators.propagate(bands[1], unit(graph.nodeCount)))
      let weight = try fixture["low"]
      let (inputs, outputs) = (weight.rows, weight.columns)
      let layer: any GraphLayer<S> =
        file.hasPrefix("spatial")
        ? SpatialFrameletLayer<S>(
          name: "layer", inputWidth: inputs, outputWidth: outputs, options: options, bias: true,
          seed: 1)
        : SimplifiedFrameletLayer<S>(
          name: "layer", inputWidth: inputs, outputWidth: outputs, options: options,
          power: try #require(fixture.options["power"].flatMap(Int.init)), bias: true, seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: graph)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  private static let students: [(file: String, hidden: [Int], highPass: HighPassChoice)] = [
    ("fmlp_o", [4, 4], .all), ("fmlp_o_separate", [4, 6], .all),
    ("fmlp_o_published", [4], .first), ("fmlp_s", [], .first), ("fmlp_s_published", [], .all),
  ]

  @Test(arguments: students, Precision.allCases)
  func students(
    _ example: (file: String, hidden: [Int], highPass: HighPassChoice), in precision: Precision
  ) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(example.file, as: S.self)
      let graph = try fixture.graph()
      let x = try fixture["input"]
      var options = FMLPOptions(
        nodeCount: graph.nodeCount, inputWidth: x.columns, outputWidth: 3, seed: 1)
      options.knowledge = GraphKnowledge(
        propagation: rounded(try framelets(fixture), as: S.self), highPass: example.highPass)
      let isPublished = example.file.hasSuffix("published")
      options.highBranchAsPublished = isPublished
      options.scoresAsPublished = isPublished
      let network: Network<S> =
        example.hidden.isEmpty
        ? .fmlpS(options, width: 4, power: 2)
        : .fmlpO(
          options, hidden: example.hidden, sharesEncoders: !example.file.hasSuffix("separate"))

      let operators: FrameletPropagation<S> = try graph.frameletPropagation(
        options.knowledge.propagation)
      let bands = operators.transform.bands
      let high = example.highPass == .all ? Array(bands.dropFirst()) : [bands[1]]
      try fixture.expect("low_knowledge", operators.filter([bands[0]], unit(graph.nodeCount)))
      try fixture.expect("high_knowledge", operators.filter(high, unit(graph.nodeCount)))

      try fixture.fill(network.parameters)
      try network.prepare(on: graph)
      let pass = network.forward(x, on: graph, .evaluation)
      try fixture.expect("output", pass.logits)
      pass.backward([.logits: try fixture["cotangent"]])
      try fixture.expectGradients(of: network.parameters)
      for (place, scores) in try TabulatedStudent(of: network, on: graph)
        .predict(features: .dense(x)).scores.enumerated()
      {
        try fixture.expect("scores.\(place).low", scores.low)
        try fixture.expect("scores.\(place).high", scores.high)
      }
      // A network's first layer needs no gradient of its input.
      try fixture.expect("gradient.input", inputGradient(of: network, x, on: graph, fixture))
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// The gradient of a network's input, through its layers one by one.
  private func inputGradient<S: Scalar>(
    of network: Network<S>, _ x: Matrix<S>, on graph: CSRGraph, _ fixture: Fixture<S>
  ) throws -> Matrix<S> {
    var features = x
    var passes: [LayerPass<S>] = []
    for layer in network.layers {
      let pass = layer.forward(features, on: graph, .evaluation, needsInputGradient: true)
      features = pass.output
      passes.append(pass)
    }
    var gradient = try fixture["cotangent"]
    for pass in passes.reversed() { gradient = try #require(pass.backward(gradient)) }
    return gradient
  }
}
