import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

@Suite("GraphSAGE and GCN config")
struct GraphSAGEConfigTests {
  private func architecture(_ settings: JSONValue) throws -> ArchitectureConfig {
    let (config, problems) = decode(try sample(["models.mlp.architecture": settings]))
    #expect(problems == [])
    return config.models[2].architecture
  }

  @Test func decodesWithDefaults() throws {
    let settings = try architecture(["family": "graphsage", "hidden": [4, 5]])
    guard let config = settings.settings as? GraphSAGEConfig else {
      Issue.record("expected a GraphSAGE network")
      return
    }
    #expect(config == GraphSAGEConfig(hidden: [4, 5]))
    #expect(config.aggregator == .mean && config.bias == .single && config.activation == .relu)
    #expect(settings.taps.last == "logits" && settings.taps.count == 5)
  }

  /// With 50 features and 121 labels; the first is that published for Alignahead.
  @Test(
    arguments: [
      ("pool", "both", 66_408), ("pool", "single", 66_031), ("pool", "none", 65_654),
      ("max", "single", 46_841), ("gcn", "single", 23_609),
      ("mean", "both", 47_218), ("mean", "single", 46_841), ("mean", "none", 46_464),
    ])
  func networksHaveTheParametersOfTheirConfig(aggregator: String, bias: String, count: Int) throws {
    let settings = try architecture([
      "family": "graphsage", "hidden": [64, 64, 64, 64], "aggregator": .string(aggregator),
      "bias": .string(bias),
    ])
    let network: Network<Float> = try settings.network(inputWidth: 50, outputWidth: 121, seed: 1)
    #expect(network.parameterCount == count)
    #expect(
      network.parameters[0].name
        == (aggregator == "gcn" ? "layers.0.neighborWeight" : "layers.0.selfWeight"))
    #expect(Set(network.parameters.map(\.name)).count == network.parameters.count)
  }

  @Test(
    arguments: [
      ("aggregator", "lstm", "expected \"mean\" or \"pool\" or \"max\" or \"gcn\""),
      ("bias", true, "expected \"none\" or \"single\" or \"both\""),
      ("dropout", 1, "of at least 0 and at most 0.9999999"),
      ("hidden", [0], "expected a list of 0 to 256"),
      ("heads", 2, "unknown key"),
    ] as [(String, JSONValue, String)])
  func badValuesAreRefused(key: String, value: JSONValue, message: String) throws {
    var settings: [String: JSONValue] = ["family": "graphsage", "hidden": [4]]
    settings[key] = value
    let problems = decode(try sample(["models.mlp.architecture": .object(settings)])).problems
    #expect(problems.count == 1)
    #expect(problems.joined().contains(message), "\(problems)")
    #expect(problems.joined().contains("models.mlp.architecture.\(key)"), "\(problems)")
  }

  /// Sources and destinations of different in- and out-degrees tell the normalisations apart.
  @Test func normalizationsOfGraphConvolutions() throws {
    let graph = try CSRGraph(
      nodeCount: 4, sources: [0, 1, 2, 3, 0, 2], destinations: [1, 2, 1, 1, 3, 3])
    let x = Matrix<Double>(4, 1, [1, 2, 4, 8])
    let outputs = try GraphNormalization.allCases.map { normalization in
      let settings = try architecture([
        "family": "gcn", "hidden": [1], "normalization": .string(normalization.rawValue),
        "bias": false,
      ])
      let network: Network<Double> = try settings.network(inputWidth: 1, outputWidth: 1, seed: 1)
      return network.forward(x, on: graph, .evaluation, through: .hidden(0)).taps[.hidden(0)]!
        .matrix.elements.map { $0 / network.parameters[0].value[0, 0] }
    }
    func expect(_ normalization: GraphNormalization, _ expected: [Double]) throws {
      let place = try #require(GraphNormalization.allCases.firstIndex(of: normalization))
      for (found, wanted) in zip(outputs[place], expected) {
        #expect(abs(found - wanted) < 1e-12, "\(normalization)")
      }
    }
    // In-degrees are 0, 3, 1 and 2, out-degrees 2, 1, 2 and 1; at least 1.
    try expect(.none, [0, 13, 2, 5])
    try expect(.right, [0, 13.0 / 3, 2, 2.5])
    try expect(
      .both, [0, (5 / 2.0.squareRoot() + 8) / 3.0.squareRoot(), 2, 5 / 2])
    try expect(
      .inDegrees,
      [
        0, (1 + 4 + 8 / 2.0.squareRoot()) / 3.0.squareRoot(), 2 / 3.0.squareRoot(),
        5 / 2.0.squareRoot(),
      ])
  }
}
