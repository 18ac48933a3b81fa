import Distill
import Graph
import Layers
import Tensor
import Testing

@testable import Datasets
@testable import Records
@testable import TestSupport
@testable import Training

@Suite("Framelet config")
struct FramelessConfigTests {
  private func architecture(_ settings: JSONValue) throws -> ArchitectureConfig {
    let (config, problems) = decode(sampleWith(architecture: settings))
    #expect(problems == [])
    return config.models[2].architecture
  }

  /// A ring with a chord, so that it has a triangle, and an isolated node.
  private func graph(nodes: Int32 = 9) throws -> CSRGraph {
    let ring = Array(0..<nodes - 1)
    return try CSRGraph(
      undirected: Int(nodes), first: ring + [0], second: ring.map { ($0 + 1) % (nodes - 1) } + [2])
  }

  private func dataset(_ graphs: [CSRGraph]) -> GraphDataset<Double> {
    let samples = graphs.map { graph -> GraphSample<Double> in
      let n = graph.nodeCount
      return GraphSample(
        graph: graph, features: .normal(n, 5, stream: RandomStream(seed: 1, purpose: "features")),
        labels: Matrix(n, 3, (0..<3 * n).map { $0 % 4 == 0 ? 1 : 0 }),
        known: [Bool](repeating: true, count: n))
    }
    return GraphDataset(
      name: "rings", source: "here", isSynthetic: true, train: samples, valid: samples,
      test: samples)
  }

  /// What a network computes and what it learns, as far as its settings decide it.
  private struct Outcome: Equatable {
    let logits: Matrix<Double>
    let parameters: [String]
  }

  private func outcome(_ settings: JSONValue) throws -> Outcome {
    let graph = try graph()
    let network: Network<Double> = try architecture(settings).network(
      inputWidth: 5, outputWidth: 3, nodeCount: graph.nodeCount, seed: 1)
    try network.prepare(on: graph)
    let x = Matrix<Double>.normal(
      graph.nodeCount, 5, stream: RandomStream(seed: 1, purpose: "x"))
    return Outcome(
      logits: network.forward(x, on: graph, .training(seed: 1, step: 0)).logits,
      parameters: network.parameters.map(\.name))
  }

  @Test func decodesWithDefaults() throws {
    guard
      let teacher = try architecture(["family": "framelet", "hidden": [4]]).settings
        as? FrameletConfig
    else {
      Issue.record("expected a framelet network")
      return
    }
    #expect(teacher == FrameletConfig(hidden: [4]))
    #expect(teacher.propagation.options == FrameletPropagationOptions())
    guard
      let student = try architecture(["family": "fmlp", "hidden": [4]]).settings as? FMLPConfig
    else {
      Issue.record("expected an FMLP")
      return
    }
    #expect(student == FMLPConfig(hidden: [4]))
    #expect(student.knowledge.knowledge == GraphKnowledge())
    #expect(try architecture(["family": "fmlpSimplified", "width": 3]).taps == ["logits"])
    #expect(try architecture(["family": "fmlp", "hidden": [4, 4]]).taps.count == 5)
  }

  /// Settings of all families, each other than in a transform of linear masks with two levels.
  private static let changes: [(path: String, value: JSONValue)] = [
    ("framelets.bank", ["type": "haar"]), ("framelets.bank", ["type": "quadratic"]),
    ("framelets.bank", ["type": "sigmoid"]), ("framelets.bank", ["type": "sigmoid", "alpha": 3]),
    ("framelets.bank", ["type": "entropy"]),
    ("framelets.bank", ["type": "entropy", "alpha": 0.9]), ("framelets.levels", 1),
    ("framelets.dilation", 1.5), ("framelets.order", "decreasing"),
    ("framelets.largestEigenvalue", 2), ("framelets.route", ["type": "exact"]),
    ("framelets.route", ["type": "chebyshev", "terms": 5]),
    ("framelets.route", ["type": "chebyshev", "trapezoidPoints": 4]), ("perturbation", 0.2),
    ("dropout", 0.5), ("bias", false),
  ]

  /// Every setting reaches the network.
  @Test(arguments: ["framelet", "simplifiedFramelet", "fmlp", "fmlpSimplified"])
  func everySettingMatters(family: String) throws {
    var base: [String: JSONValue] = [
      "family": .string(family),
      "framelets": ["bank": ["type": "linear"], "levels": 2],
    ]
    var changes = Self.changes
    switch family {
    case "framelet":
      base["hidden"] = [4]
      changes += [("hidden", [5]), ("inputDropout", 0.5)]
    case "simplifiedFramelet": changes.append(("power", 1))
    case "fmlp":
      base["hidden"] = [4, 4]
      changes += [("hidden", [4]), ("sharesEncoders", false)]
    default:
      base["width"] = 4
      changes += [("width", 5), ("power", 1)]
    }
    if family.hasPrefix("fmlp") {
      changes += [
        ("highPass", "first"), ("asPublished.highBranch", true), ("asPublished.scores", true),
      ]
    }
    var seen = [try outcome(.object(base))]
    for (path, value) in changes {
      var document = JSONValue.object(base)
      let override = try #require(Override(path: path, value: value, origin: "test"))
      _ = try override.apply(to: &document)
      let found = try outcome(document)
      #expect(seen.allSatisfy { $0 != found }, "\(path) = \(value.compactText)")
      seen.append(found)
    }
  }

  @Test(
    arguments: [
      ("framelets.bank.type", "db4", "\"haar\" or \"linear\""), ("framelets.levels", 0, "from 1"),
      ("framelets.dilation", 1, "above 1"), ("framelets.order", "up", "\"increasing\""),
      ("framelets.largestEigenvalue", 2.1, "at most 2"), ("framelets.route.terms", 0, "from 1"),
      ("framelets.route.trapezoidPoints", 1, "from 2"), ("perturbation", -1, "at least 0"),
      ("dropout", 1, "of at least 0 and at most 0.9999999"), ("hidden", [4, 5], "shared encoders"),
      ("highPass", "second", "\"all\" or \"first\""), ("asPublished.both", true, "unknown key"),
      ("layers", 2, "unknown key"),
    ] as [(String, JSONValue, String)])
  func badValuesAreRefused(path: String, value: JSONValue, message: String) throws {
    var document = sampleWith(architecture: [
      "family": "fmlp", "hidden": [4, 4],
      "framelets": ["bank": ["type": "haar"], "route": ["type": "chebyshev"]],
    ])
    let whole = "models.mlp.architecture.\(path)"
    let override = try #require(Override(path: whole, value: value, origin: "test"))
    _ = try override.apply(to: &document)
    let problems = decode(document).problems
    #expect(problems.count == 1)
    #expect(problems.joined().contains(message), "\(problems)")
    #expect(problems.joined().contains("models.mlp.architecture"), "\(problems)")
  }

  // MARK: Which graphs

  private func problems(_ settings: JSONValue, _ dataset: GraphDataset<Double>)
    throws -> String
  {
    let (config, problems) = decode(sampleWith(architecture: settings))
    try #require(problems == [])
    do {
      try config.checkGraphs(of: ExperimentData(dataset))
      return ""
    } catch let error as ConfigError {
      #expect(error.exitCode == ExitStatus.badData)
      return error.description
    }
  }

  @Test func severalGraphsAreRefusedByStudents() throws {
    let (one, two) = (dataset([try graph()]), dataset([try graph(), try graph(nodes: 6)]))
    for settings in [
      ["family": "fmlp", "hidden": [4]], ["family": "fmlpSimplified", "width": 4],
    ] as [JSONValue] {
      #expect(try problems(settings, one) == "")
      let message = try problems(settings, two)
      #expect(message.contains("models.mlp.architecture") && message.contains("2 graphs"))
      #expect(message.contains("rings"))
    }
  }

  @Test func severalGraphsNeedACommonEigenvalue() throws {
    let (one, two) = (dataset([try graph()]), dataset([try graph(), try graph(nodes: 6)]))
    for family in ["framelet", "simplifiedFramelet"] {
      var settings: [String: JSONValue] = ["family": .string(family)]
      if family == "framelet" { settings["hidden"] = [4] }
      #expect(try problems(.object(settings), one) == "")
      #expect(try problems(.object(settings), two).contains("largestEigenvalue to 2"))
      settings["framelets"] = ["largestEigenvalue": 2]
      #expect(try problems(.object(settings), two) == "")
    }
  }

  @Test func directedGraphsAndSmallEigenvaluesAreRefused() throws {
    let directed = dataset([try CSRGraph(nodeCount: 3, sources: [0, 1], destinations: [1, 2])])
    #expect(
      try problems(["family": "framelet", "hidden": [4]], directed).contains("undirected graph"))
    #expect(try problems(["family": "fmlp", "hidden": [4]], directed).contains("undirected graph"))
    let small: JSONValue = [
      "family": "simplifiedFramelet", "framelets": ["largestEigenvalue": 0.5],
    ]
    #expect(try problems(small, dataset([try graph()])).contains("largest eigenvalue is 0.5"))
  }

  // MARK: The objective

  @Test func objectivesAreCheckedBeforeTraining() throws {
    let (config, problems) = decode(frameletObjectiveSample())
    try #require(problems == [])
    let directed = dataset([try CSRGraph(nodeCount: 3, sources: [0, 1], destinations: [1, 2])])
    #expect(throws: ConfigError.self) { try config.checkGraphs(of: ExperimentData(directed)) }
    try config.checkGraphs(of: ExperimentData(dataset([try graph()])))
    let few = decode(frameletObjectiveSample(["bandWeights": [1, 2, 3]])).problems
    #expect(few.joined().contains("found 3 weights for 2 bands"), "\(few)")
  }

  private func firstLoss(_ settings: [String: JSONValue]) throws -> Double {
    let (config, problems) = decode(frameletObjectiveSample(settings))
    try #require(problems == [])
    let data = dataset([try graph()])
    func network(_ widths: [Int], seed: UInt64) -> Network<Double> {
      Network(
        layers: (0..<widths.count - 1).map { l in
          LinearLayer<Double>(
            name: "layers.\(l)", inputWidth: widths[l], outputWidth: widths[l + 1], bias: true,
            seed: seed)
        }, activation: .relu)
    }
    let student = network([5, 4, 3], seed: 1)
    let objectives = try config.models[1].weightedObjectives(
      ObjectiveContext(graphs: data.train, student: student, peers: [], seed: 1) { teacher in
        network([5, 16, 16, 3], seed: teacher.weights == .last ? 7 : 8)
      })
    let batch = GraphBatch(data.train, members: [0])
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let value = try objectives.evaluate(
      ObjectiveInput(batch: batch, taps: pass.taps, context: .evaluation), epoch: 0)
    return try #require(value.losses.first { $0.name == "framelet" }).loss
  }

  @Test func everySettingOfTheObjectiveMatters() throws {
    var seen = [try firstLoss([:])]
    for (key, value) in [
      ("framelets", ["bank": ["type": "linear"]]), ("bandWeights", [1, 0.5]),
      ("normalizes", false), ("projection", ["type": "both", "width": 3]),
      ("studentTap", "hidden.0.activated"), ("teacherTap", "hidden.0"),
      ("teacherWeights", "selected"),
    ] as [(String, JSONValue)] {
      let loss = try firstLoss([key: value])
      #expect(loss > 0 && !seen.contains(loss), "\(key)")
      seen.append(loss)
    }
    #expect(try firstLoss(["bandWeights": [1, 1]]) == seen[0])
  }
}
