import Datasets
import Graph
import Tensor
import Testing

@testable import Layers
@testable import Records
@testable import TestSupport
@testable import Training

/// What configs put between the layers of a network.
@Suite struct TrunkConfigTests {
  private static let families: [[String: JSONValue]] = [
    ["family": "gcn", "hidden": [5, 5, 5]], ["family": "graphsage", "hidden": [5, 5]],
    ["family": "mlp", "hidden": [4, 6]], ["family": "gat", "hidden": [3, 2], "heads": [2, 3]],
    ["family": "framelet", "hidden": [4, 4]], ["family": "gcn", "hidden": []],
  ]

  private func problems(_ architecture: [String: JSONValue]) -> [String] {
    decode(sampleWith(architecture: .object(architecture))).problems
  }

  private func settings(_ architecture: [String: JSONValue]) -> ArchitectureConfig {
    let (config, problems) = decode(sampleWith(architecture: .object(architecture)))
    #expect(problems == [])
    return config.models[2].architecture
  }

  private func network(_ architecture: ArchitectureConfig) throws -> Network<Float> {
    try architecture.network(inputWidth: 7, outputWidth: 3, nodeCount: 9, seed: 1)
  }

  @Test(arguments: families)
  func tapsAreThoseOfTheNetwork(family: [String: JSONValue]) throws {
    let hasOwnResidual = family["family"] == "gat"
    for norm in ["none", "batch", "layer"] as [JSONValue] {
      for residual in [false, true] {
        for jumping in ["none", "concat", "max"] as [JSONValue] {
          var document = family
          document["norm"] = norm
          if !hasOwnResidual { document["residual"] = .bool(residual) }
          let isPossible =
            jumping == "none" || (jumping == "concat" && family["hidden"] != [])
            || (family["hidden"] != [] && family["hidden"] != [4, 6])
          if isPossible { document["jumpingKnowledge"] = jumping }
          document["selfLoops"] = true
          let architecture = settings(document)
          let network = try network(architecture)
          #expect(architecture.taps == network.taps.map(\.name), "\(document)")
          #expect(network.addsSelfLoops)
          // The config as written comes back.
          let text = RecordEncoder.encode(architecture)
          #expect(text["norm"] == norm && text["readout"] == "none")
        }
      }
    }
  }

  @Test func pooledTapsAreThoseOfTheNetwork() throws {
    for family in Self.families {
      var document = family
      document["readout"] = "max"
      let text = decode(sampleWith(architecture: .object(document)))
      let architecture = text.config.models[2].architecture
      let network = try network(architecture)
      #expect(architecture.taps == network.taps.map(\.name))
      #expect(
        architecture.settings.pooledTaps
          == network.taps.filter { network.isPooled(at: $0) == true }.map(\.name))
      #expect(architecture.settings.pooledTaps == ["readout", "logits"])
      #expect(
        text.problems == [
          "models.mlp.architecture.readout: found \"max\", which gives one prediction for a graph, "
            + "but the labels of ppi are those of nodes; leave it out"
        ])
    }
  }

  @Test func defaultsChangeNothing() throws {
    for family in Self.families {
      let network = try network(settings(family))
      #expect(network.state.isEmpty && !network.addsSelfLoops)
      #expect(!network.parameters.contains { $0.name.contains("norm") })
    }
    let batch = try network(
      settings(["family": "gcn", "hidden": [4, 5], "norm": "batch", "residual": true]))
    #expect(
      batch.weights.map(\.name) == [
        "layers.0.weight", "layers.0.bias", "layers.0.norm.gamma", "layers.0.norm.beta",
        "layers.1.weight", "layers.1.bias", "layers.1.norm.gamma", "layers.1.norm.beta",
        "layers.1.residual.weight", "layers.2.weight", "layers.2.bias",
        "layers.0.norm.runningMean", "layers.0.norm.runningVariance",
        "layers.1.norm.runningMean", "layers.1.norm.runningVariance",
      ])
  }

  @Test(
    arguments: [
      (
        ["jumpingKnowledge": "concat", "hidden": []], "jumpingKnowledge", "no hidden layer to read"
      ),
      (["jumpingKnowledge": "max", "hidden": [4, 5]], "jumpingKnowledge", "have 4 and 5 columns"),
      (["norm": "bach"], "norm", "did you mean \"batch\"?"),
      (
        ["norm": 3], "norm",
        "expected \"none\" or \"batch\" or \"layer\", or an object whose \"type\" is one of them"
      ),
      (["norm": ["type": "bach"]], "norm.type", "did you mean \"batch\"?"),
      (["norm": ["momentum": 0.5]], "norm.type", "missing"),
      (["norm": ["type": "batch", "momentum": 0]], "norm.momentum", "a number above 0"),
      (["norm": ["type": "batch", "momentum": 1.5]], "norm.momentum", "found 1.5"),
      (["norm": ["type": "batch", "epsilon": 0]], "norm.epsilon", "at least 1e-12 and at most 1"),
      (["norm": ["type": "layer", "epsilon": -1]], "norm.epsilon", "found -1"),
      (["norm": ["type": "layer", "momentum": 0.1]], "norm.momentum", "unknown key"),
      (["readout": "average"], "readout", "expected \"none\" or \"mean\""),
      (["residual": "full"], "residual", "found \"full\""),
      (["family": "simplifiedFramelet", "norm": "batch"], "norm", "unknown key"),
      (["family": "gat", "heads": 2, "hidden": [4], "residual": true], "residual", "\"perHead\""),
      (
        ["family": "gat", "heads": [2, 3], "hidden": [4, 4], "jumpingKnowledge": "max"],
        "jumpingKnowledge", "have 8 and 12 columns"
      ),
    ] as [([String: JSONValue], String, String)])
  func whatDoesNotFitIsRefused(changes: [String: JSONValue], key: String, message: String) {
    var document: [String: JSONValue] = ["family": "gcn", "hidden": [4, 4]]
    if changes["family"] == "simplifiedFramelet" { document["hidden"] = nil }
    document.merge(changes) { $1 }
    let problems = problems(document)
    #expect(problems.count == 1)
    #expect(problems.joined().hasPrefix("models.mlp.architecture.\(key): "), "\(problems)")
    #expect(problems.joined().contains(message), "\(problems)")
  }

  /// The settings reach the layer: what it computes is what a layer of these settings computes.
  @Test func normsHaveSettings() throws {
    let graph = CSRGraph(edgelessMembers: [5])
    let x = Matrix<Float>.normal(5, 7, stream: RandomStream(seed: 1, purpose: "x"))
    func layer(_ norm: JSONValue) throws -> any GraphLayer<Float> {
      let architecture = settings(["family": "mlp", "hidden": [7], "norm": norm])
      return try #require(try network(architecture).layers.dropFirst().first)
    }
    func results(_ layer: any GraphLayer<Float>) -> [Matrix<Float>] {
      let pass = layer.forward(x, on: graph, .training(seed: 1, step: 0), needsInputGradient: false)
      pass.stateUpdates.forEach { $0.commit() }
      return [pass.output] + layer.state.map(\.value)
    }
    for (norm, expected) in [
      ("batch", BatchNormLayer(name: "n", width: 7)),
      (
        ["type": "batch", "momentum": 0.5, "epsilon": 0.25],
        BatchNormLayer(name: "n", width: 7, momentum: 0.5, epsilon: 0.25)
      ),
      ("layer", LayerNormLayer(name: "n", width: 7)),
      (["type": "layer", "epsilon": 0.5], LayerNormLayer(name: "n", width: 7, epsilon: 0.5)),
    ] as [(JSONValue, any GraphLayer<Float>)] {
      #expect(results(try layer(norm)) == results(expected), "\(norm)")
    }
    #expect(
      results(try layer("batch")) != results(try layer(["type": "batch", "momentum": 0.5])))
  }

  /// A batch that may have one node alone has no variance: refused before anything is trained.
  @Test func batchNormNeedsTwoNodes() throws {
    func sample(_ nodes: Int) -> GraphSample<Float> {
      GraphSample(
        graph: CSRGraph(edgelessMembers: [nodes]), features: Matrix(repeating: 1, nodes, 50),
        labels: Matrix(repeating: 1, nodes, 121), known: Array(repeating: true, count: nodes))
    }
    func problems(_ norm: JSONValue, _ nodes: [Int]) throws -> ConfigError? {
      let (config, found) = decode(
        sampleWith(architecture: ["family": "mlp", "hidden": [4], "norm": norm]))
      try #require(found == [])
      let data = ExperimentData(
        GraphDataset<Float>(
          name: "tiny", source: "", isSynthetic: true, train: nodes.map(sample),
          valid: [sample(2)], test: [sample(2)]))
      do {
        try config.checkGraphs(of: data)
        return nil
      } catch let error as ConfigError { return error }
    }
    let error = try #require(try problems("batch", [3, 1]))
    #expect(error.exitCode == ExitStatus.badData)
    #expect(
      error.description.contains("models.mlp.architecture.norm: layers.0.norm")
        && error.description.contains("at least two"), "\(error)")
    #expect(try problems("batch", [3, 2]) == nil)
    #expect(try problems("layer", [3, 1]) == nil)
  }

  /// The name alone where nothing else is said, as configs have always been written.
  @Test func normsAreWrittenShort() {
    for (written, back) in [
      ("batch", "batch"), (["type": "batch", "momentum": 0.1], "batch"),
      (["type": "layer"], "layer"), (["type": "none"], "none"),
      (
        ["type": "batch", "momentum": 0.2],
        ["type": "batch", "momentum": 0.2, "epsilon": 1e-5]
      ),
    ] as [(JSONValue, JSONValue)] {
      let document: [String: JSONValue] = ["family": "mlp", "hidden": [7], "norm": written]
      #expect(RecordEncoder.encode(settings(document))["norm"] == back)
      let schema = JSONValue.object(RecordSchema.schema(of: ArchitectureConfig.self))
      #expect(SchemaValidator.accepts(.object(document), schema), "\(written)")
    }
    let schema = JSONValue.object(RecordSchema.schema(of: ArchitectureConfig.self))
    for wrong in ["bach", ["type": "batch", "momentum": 0], ["momentum": 0.1], 3] as [JSONValue] {
      let document: JSONValue = ["family": "mlp", "hidden": [7], "norm": wrong]
      #expect(!SchemaValidator.accepts(document, schema), "\(wrong)")
    }
  }

  @Test func whatChangesNothingIsSaid() {
    for (document, keys) in [
      (["family": "gcn", "hidden": [], "norm": "layer", "residual": true], ["norm", "residual"]),
      (["family": "mlp", "hidden": [4], "residual": true], ["residual"]),
      (["family": "gat", "hidden": [4], "heads": 1, "norm": "batch"], []),
      (["family": "gcn", "hidden": [4, 5], "norm": "batch", "residual": true], []),
    ] as [([String: JSONValue], [String])] {
      #expect(settings(document).warnings.map(\.key) == keys)
    }
  }

  @Test func edgesArePooledAway() throws {
    let problems = decode(
      try sample([
        "models.teacher.architecture.readout": "mean",
        "models.student.objectives.lsp.teacherTap": "readout",
      ])
    ).problems
    let own = try #require(problems.first { $0.contains("objectives.lsp.teacherTap") })
    #expect(own.hasPrefix("models.student.objectives.lsp.teacherTap: compares edges"), "\(own)")
    #expect(own.contains("\"readout\" of the model \"teacher\""))
  }

  @Test func smallestBatches() {
    #expect(smallestBatch(of: [5, 1, 4], batchSize: 1, shuffled: false) == [1])
    #expect(smallestBatch(of: [5, 1, 4], batchSize: 2, shuffled: true) == [1])
    #expect(smallestBatch(of: [5, 1, 4], batchSize: 2, shuffled: false) == [4])
    #expect(smallestBatch(of: [5, 1, 4, 3], batchSize: 2, shuffled: true) == [1, 3])
    #expect(smallestBatch(of: [5, 1], batchSize: 7, shuffled: true) == [1, 5])
    #expect(smallestBatch(of: [], batchSize: 1, shuffled: true) == [])
  }
}
