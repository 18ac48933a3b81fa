import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

@Suite("GATv2, GCNII and GIN in configs")
struct FamilyConfigTests {
  private func architecture(_ settings: JSONValue) throws -> ArchitectureConfig {
    let (config, problems) = decode(try sample(["models.mlp.architecture": settings]))
    #expect(problems == [])
    return config.models[2].architecture
  }

  private func network(_ settings: JSONValue) throws -> Network<Double> {
    try architecture(settings).network(inputWidth: 11, outputWidth: 5, seed: 1)
  }

  @Test func theirTapsAreThoseOfTheConfigs() throws {
    #expect(
      try architecture(["family": "gcnii", "width": 4, "layers": 2]).taps == [
        "hidden.0", "hidden.0.activated", "hidden.1", "hidden.1.activated", "hidden.2",
        "hidden.2.activated", "logits",
      ])
    #expect(
      try architecture(["family": "gin", "hidden": [4]]).taps
        == ["hidden.0", "hidden.0.activated", "logits"])
    #expect(
      try architecture(["family": "gatv2", "hidden": [4], "heads": 3, "norm": "batch"]).taps
        == ["layers.0", "hidden.0", "hidden.0.activated", "logits"])
    for settings in [
      ["family": "gcnii", "width": 4, "layers": 2], ["family": "gin", "hidden": [4]],
      ["family": "gatv2", "hidden": [4], "heads": 3],
    ] as [JSONValue] {
      let network = try network(settings)
      for tap in try architecture(settings).taps {
        #expect(
          network.width(at: try #require(Tap(tap)))
            == (tap == "logits" ? 5 : network.width(at: .hidden(0))))
      }
    }
  }

  @Test func parametersHaveTheirNames() throws {
    #expect(
      try network(["family": "gcnii", "width": 4, "layers": 2, "activation": "prelu"]).parameters
        .map(\.name) == [
          "layers.0.weight", "layers.0.bias", "hidden.0.activated.slope", "layers.1.weight",
          "hidden.1.activated.slope", "layers.2.weight", "hidden.2.activated.slope",
          "layers.3.weight", "layers.3.bias",
        ])
    #expect(
      try network(["family": "gin", "hidden": [4], "learnEpsilon": true]).parameters.prefix(7)
        .map(\.name) == [
          "layers.0.first.weight", "layers.0.first.bias", "layers.0.epsilon",
          "layers.0.norm.gamma", "layers.0.norm.beta", "layers.0.second.weight",
          "layers.0.second.bias",
        ])
    // The perceptron of the logits is as wide as its input, and that of a hidden layer as its output.
    let gin = try network(["family": "gin", "hidden": [8, 6]])
    let widths = gin.parameters.filter { $0.name.hasSuffix("first.weight") }.map(\.value.columns)
    #expect(widths == [8, 6, 6])
    #expect(
      try network(["family": "gin", "hidden": []]).parameters[0].value.columns == 5)
  }

  /// Two layers of GCNII between linear ones, against PyTorch Geometric's GCN2Conv: the whole network
  /// that the config makes.
  @Test func aWholeNetworkIsThatOfTheLibrary() throws {
    let fixture = try SafetensorsFile(
      contentsOf: packageRoot.appending(path: "Tests/Fixtures/gcnii.safetensors"))
    func matrix(_ name: String) throws -> Matrix<Double> { try fixture.matrix(named: name) }
    let graph = try CSRGraph(
      nodeCount: fixture.integers(named: "node_count")[0],
      sources: fixture.integers(named: "sources").map { Int32($0) },
      destinations: fixture.integers(named: "destinations").map { Int32($0) })
    let network: Network<Double> = try architecture([
      "family": "gcnii", "width": 5, "layers": 2, "alpha": 0.2, "theta": 0.7,
      "normalization": "inDegrees",
    ]).network(inputWidth: 6, outputWidth: 3, seed: 1)
    for parameter in network.parameters {
      let value = try matrix(parameter.name)
      #expect(value.count == parameter.value.count, "\(parameter.name)")
      parameter.value = value.reshaped(parameter.value.rows, parameter.value.columns)
    }
    let pass = network.forward(try matrix("input"), on: graph, .evaluation)
    let tolerance = GradientCheck.Tolerance.share(1e-11)
    #expect(
      GradientCheck.compare(pass.logits, with: try matrix("output"), within: tolerance).agrees)
    pass.backward([.logits: try matrix("cotangent")])
    for parameter in network.parameters {
      let expected = try matrix("gradient.\(parameter.name)")
        .reshaped(parameter.value.rows, parameter.value.columns)
      let comparison = GradientCheck.compare(
        parameter.gradient, with: expected, within: tolerance)
      #expect(comparison.agrees, "\(parameter.name): \(comparison)")
    }
  }

  /// Gradients of all parameters through all blocks, also of taps inside.
  @Test(
    arguments: [
      ["family": "gcnii", "width": 4, "layers": 3, "alpha": 0.3, "activation": "elu"],
      [
        "family": "gcnii", "width": 4, "layers": 2, "alpha": 0, "activation": "gelu",
        "dropout": 0.3,
      ],
      [
        "family": "gin", "hidden": [4, 3], "activation": "elu", "learnEpsilon": true,
        "residual": true,
      ],
      [
        "family": "gatv2", "hidden": [3, 2], "heads": 2, "residual": "current",
        "attentionDropout": 0.2,
      ],
    ] as [JSONValue]) func gradientsOfWholeNetworks(settings: JSONValue) throws
  {
    let network = try network(settings)
    for parameter in network.parameters {
      parameter.value = .normal(
        parameter.value.rows, parameter.value.columns, deviation: 0.7,
        stream: RandomStream(seed: 2, purpose: parameter.name))
    }
    let graph = try CSRGraph(
      nodeCount: 6, sources: [0, 1, 0, 2, 3, 3, 4, 1, 5, 0, 2],
      destinations: [1, 0, 1, 2, 2, 4, 3, 2, 5, 5, 0])
    let x: Matrix<Double> = .normal(6, 11, stream: RandomStream(seed: 2, purpose: "x"))
    let context = ForwardContext.training(seed: 3, step: 1)
    let taps: [Tap] = [.hidden(1), .logits]
    let cotangents = Dictionary(
      uniqueKeysWithValues: taps.map { tap -> (Tap, Matrix<Double>) in
        (
          tap,
          .normal(
            6, network.width(at: tap)!, stream: RandomStream(seed: 4, purpose: tap.name))
        )
      })
    network.forward(x, on: graph, context).backward(cotangents)
    let errors = GradientCheck.compare(network.parameters) {
      let pass = network.forward(x, on: graph, context)
      return taps.reduce(0) {
        $0 + GradientCheck.projection(pass.taps[$1]!.matrix, on: cotangents[$1]!)
      }
    }
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors.filter { !$0.value.agrees })")
  }

  @Test(
    arguments: [
      (["family": "gcnii", "layers": 2], "width: missing"),
      (
        ["family": "gcnii", "width": 4, "layers": 0], "layers: found 0, expected an integer from 1"
      ),
      (["family": "gcnii", "width": 4, "layers": 2, "alpha": 1], "alpha: found 1"),
      (["family": "gcnii", "width": 4, "layers": 2, "theta": 2], "theta: found 2, by which"),
      (["family": "gin", "hidden": [4], "mlpNorm": "batch"], "mlpNorm: found \"batch\""),
      (["family": "gatv2", "hidden": [4], "heads": [1, 2]], "heads: found 2 values for 1"),
      (["family": "gatv2", "hidden": [4], "heads": 1, "shareWeights": 1], "shareWeights: found 1"),
    ] as [(JSONValue, String)])
  func badValuesAreRefused(settings: JSONValue, message: String) throws {
    let problems = decode(try sample(["models.mlp.architecture": settings])).problems
    #expect(problems.count == 1 && problems[0].contains(message), "\(problems)")
    #expect(problems.joined().contains("models.mlp.architecture."), "\(problems)")
  }

  @Test func transformsOfTheWholeGraphNeedAllEdges() throws {
    let problems = decode(
      try sample([
        "models.mlp.architecture": ["family": "framelet", "hidden": [4]],
        "models.mlp.training.edgeDropout": 0.25,
      ])
    ).problems
    #expect(
      problems.contains {
        $0.contains("models.mlp.training.edgeDropout: found 0.25, but the family")
      },
      "\(problems)")
  }

  @Test func whatNormalisesOverRowsSaysSo() throws {
    func key(_ settings: JSONValue) throws -> String? {
      try architecture(settings).settings.batchNormKey
    }
    #expect(try key(["family": "gin", "hidden": [4]]) == "mlpNorm")
    #expect(try key(["family": "gin", "hidden": [4], "mlpNorm": false]) == nil)
    #expect(
      try key(["family": "gin", "hidden": [4], "mlpNorm": false, "norm": "batch"]) == "norm")
    #expect(try key(["family": "gatv2", "hidden": [4], "heads": 1, "norm": "batch"]) == "norm")
  }
}
