import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// Whole trainings on one graph, from the command line to the files of the run.
@Suite(.serialized) struct NodeTrainingTests {
  /// A teacher, and a student that is also distilled, on a stand-in for Cora.
  static let config: JSONValue = [
    "name": "nodes", "seeds": [3],
    "data": [
      "name": "cora", "onMissing": "synthetic", "normalizeFeatures": "rows",
      "syntheticNodes": [
        "nodes": 600, "meanDegree": 6, "features": 90, "classes": 3, "homophily": 0.8,
        "nonZerosPerRow": 10,
      ],
    ],
    "models": [
      [
        "name": "teacher",
        "architecture": ["family": "gcn", "hidden": [8], "dropout": 0.5],
        "training": [
          "epochs": 40, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.02, "weightDecay": 0.0005],
        ],
        "objectives": [["name": "task", "type": "crossEntropy"]],
      ],
      [
        "name": "student",
        "architecture": ["family": "gat", "hidden": [4], "heads": 2, "featureDropout": 0.3],
        "training": [
          "epochs": 12, "evaluateEvery": 3, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.02],
        ],
        "objectives": [
          ["name": "task", "type": "crossEntropy"],
          [
            "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.0",
            "teacherTap": "hidden.0", "kernel": ["type": "rbf"],
          ],
        ],
      ],
    ],
  ]

  private func accuracy(_ place: Workplace, _ out: String, _ model: String) throws -> [Double] {
    let result = try place.json("\(out)/result.json")
    guard case .array(let values)? = result["models"]?[model]?["test"]?["accuracy"]?["values"]
    else { return [] }
    return values.compactMap { if case .number(let value) = $0 { value } else { nil } }
  }

  @Test func aStandInIsLearntAndMarked() throws {
    let place = try Workplace(Self.config)
    let (status, log) = place.trainLogged(out: "a", ["--seeds", "3,4"])
    #expect(status == ExitStatus.done, "\(log)")
    let result = try place.json("a/result.json")
    #expect(result["synthetic"] == true)
    let dataset = try #require(result["dataset"])
    #expect(dataset["name"] == "cora-synthetic")
    // 1,800 undirected edges and a self loop at each node, which homophily leaves out.
    #expect(dataset["nodes"] == 600 && dataset["edges"] == 4_200 && dataset["homophily"] == 0.8)
    #expect(dataset["labelledShare"] == 1)
    let split = "20 training and 30 validation nodes a class, the rest test, random per seed"
    #expect(dataset["split"] == .string(split))
    #expect(log.contains("no published splits; instead: 20 training"))
    for model in ["teacher", "student"] {
      let scores = try accuracy(place, "a", model)
      #expect(scores.count == 2 && scores.allSatisfy { (0.6..<1).contains($0) }, "\(scores)")
    }
    #expect(log.contains("[synthetic] running in a"))
  }

  @Test func featuresAloneSayLess() throws {
    let place = try Workplace(Self.config)
    place.trainLogged(out: "gcn")
    let mlp: JSONValue = ["family": "mlp", "hidden": [8], "dropout": 0.5]
    let (status, log) = place.trainLogged(
      out: "mlp", ["--set", "models.teacher.architecture=\(mlp.compactText)"])
    #expect(status == ExitStatus.done, "\(log)")
    let (graph, alone) = try (
      accuracy(place, "gcn", "teacher")[0], accuracy(place, "mlp", "teacher")[0]
    )
    #expect(alone > 0.36 && graph > alone + 0.1, "\(graph) \(alone)")
  }

  @Test func theSameBitsWhateverTheThreadsAndTheStops() throws {
    let place = try Workplace(Self.config)
    #expect(place.trainLogged(out: "a", ["--threads", "1"]).status == ExitStatus.done)
    #expect(place.trainLogged(out: "b", ["--threads", "2"]).status == ExitStatus.done)
    #expect(
      try place.weights("a") == place.weights("b"))
    for stop in ["teacher  epoch 7/", "student  epoch 4/", "student  epoch 1/"] {
      let interruption = Interruption()
      let status = place.trainLogged(
        out: "c-\(stop.count)", interruption: interruption,
        onLine: { if $0.contains(stop) { interruption.request() } }
      ).status
      #expect(status == ExitStatus.interrupted, "\(stop)")
      #expect(place.trainLogged(out: "c-\(stop.count)").status == ExitStatus.done)
      #expect(
        try place.weights("a")
          == place.weights("c-\(stop.count)"))
      try FileManager.default.removeItem(at: place.folder.appending(path: "c-\(stop.count)"))
    }
  }

  @Test func theSplitIsOfTheSeed() throws {
    let place = try Workplace(Self.config)
    let data = try context(place, [:]).data(as: Float.self)
    let (a, b, again) = try (data.parts(seed: 1), data.parts(seed: 2), data.parts(seed: 1))
    #expect(a.train[0].known != b.train[0].known)
    #expect(a.train[0].known == again.train[0].known)
    // The graph is one for all seeds, so that what follows from it is computed once.
    #expect(a.train[0].graph === b.test[0].graph)
    for parts in [a, b] {
      let masks = parts.samples.map(\.known)
      #expect(masks.map { $0.filter { $0 }.count } == [60, 90, 450])
      #expect((0..<600).allSatisfy { node in masks.filter { $0[node] }.count == 1 })
    }
  }

  @Test func standInsDrawWhatIsPublishedOtherwise() throws {
    let place = try Workplace(Self.config)
    for (split, counts) in [("public", [60, 90, 450]), ("provided", [288, 192, 120])] {
      let data = try context(place, ["data.split": ["type": .string(split)]])
        .data(as: Float.self)
      let parts = try data.parts(seed: 12)
      #expect(parts.samples.map { $0.known.filter { $0 }.count } == counts)
      #expect(data.summary.split?.contains("random per seed") == true)
    }
  }

  @Test func modelsOfOtherSplitsAreNotTakenOver() throws {
    let place = try Workplace(Self.config)
    place.trainLogged(out: "a", ["--models", "models"])
    let other = ["--models", "models", "--set", "data.split={\"type\":\"shares\"}"]
    let (status, log) = place.trainLogged(out: "b", other)
    #expect(status == ExitStatus.done && !log.contains("taken from"), "\(log)")
    #expect(
      try place.weights("a")[0]
        != place.weights("b")[0])
    #expect(place.trainLogged(out: "c", other).log.contains("teacher, seed 3: taken from"))
  }

  @Test func whatCannotBeHadEndsTheRun() throws {
    let place = try Workplace(Self.config)
    let (missing, missingLog) = place.trainLogged(out: "a", ["--set", "data.onMissing=fail"])
    #expect(missing == ExitStatus.missingInput)
    #expect(missingLog.contains("the data set cora is missing") && missingLog.contains("--offline"))
    let (split, splitLog) = place.trainLogged(
      out: "a", ["--set", "data.split={\"type\":\"perClass\",\"training\":500}"])
    #expect(split == ExitStatus.badData)
    #expect(splitLog.contains("ask for fewer nodes a class"), "\(splitLog)")
    #expect(place.trainLogged(out: "a", ["--set", "data.name=coral"]).status == ExitStatus.badData)
    #expect(!place.exists("a"))
  }

  @Test func generatedDataNeedNoFiles() throws {
    let place = try Workplace(Self.config)
    let data = #"data={"name":"synthetic-nodes","syntheticNodes":{"nodes":600,"classes":3}}"#
    let (status, log) = place.trainLogged(out: "a", ["--set", data, "--set", "precision=float64"])
    #expect(status == ExitStatus.done, "\(log)")
    let result = try place.json("a/result.json")
    #expect(result["dataset"]?["name"] == "synthetic-nodes" && result["synthetic"] == true)
  }

  /// One pass for all parts gives the figures of a pass for each.
  @Test func onePassServesAllPartsOfAGraph() throws {
    let place = try Workplace(Self.config)
    let context = try context(place, [:])
    let parts = try context.data(as: Double.self).parts(seed: 1)
    let counter = CountingLayer(inputWidth: 90, outputWidth: 3)
    let network = Network<Double>(layers: [counter], activation: .relu)
    let evaluator = Evaluator<Double>(
      taskLoss: .crossEntropy(smoothing: 0), logitThreshold: 0)
    let all = [parts.train, parts.valid, parts.test].map { EvaluationBatches($0, batchSize: 1) }
    let together = try evaluator.evaluate(network, on: all, named: ["a", "b", "c"])
    #expect(counter.passes == 1)
    let apart = try all.flatMap { try evaluator.evaluate(network, on: [$0], named: ["a"]) }
    #expect(counter.passes == 4)
    #expect(together.map(\.metrics) == apart.map(\.metrics))
    #expect(Set(together.map(\.loss)).count == 3)
  }

  private func context(
    _ place: Workplace, _ settings: KeyValuePairs<String, JSONValue>
  ) throws -> RunContext {
    var document = Self.config
    for (path, value) in settings {
      let override = try #require(Override(path: path, value: value, origin: "test"))
      _ = try override.apply(to: &document)
    }
    let (config, problems) = decode(document)
    #expect(problems == [])
    let terminal = Terminal(isInteractive: false) { _ in }
    return RunContext(
      config: config, threads: 1, variables: ["XDG_CACHE_HOME": place.folder.path], offline: true,
      progress: ProgressReporter(terminal: terminal, quiet: true),
      log: .init(terminal: terminal, quiet: true), interruption: Interruption())
  }

  // MARK: Real data

  private static let realData = TestSupport.realData(holding: "planetoid")

  @Test(.enabled(if: realData != nil, "needs the data sets in $GRAPH_DISTILL_DATA"))
  func coraAsPublished() throws {
    let config = packageRoot.appending(path: "configs/cora_gcn.json")
    let place = try Workplace(try JSONFile.read(config, named: "cora_gcn.json"))
    let data = try #require(Self.realData)
    let (status, log) = place.trainLogged(out: "a", ["--data", data, "--seeds", "0-2"])
    #expect(status == ExitStatus.done, "\(log)")
    let dataset = try #require(try place.json("a/result.json")["dataset"])
    #expect(dataset["nodes"] == 2_708 && dataset["edges"] == .integer(2 * 5_278 + 2_708))
    #expect(dataset["split"] == "public")
    // Kipf & Welling report 81.5 %.
    let scores = try accuracy(place, "a", "gcn")
    #expect(abs(scores.reduce(0, +) / 3 - 0.815) < 0.015, "\(scores)")

    let provided = ["--data", data, "--set", "data.split.type=provided", "--seeds", "0"]
    #expect(place.trainLogged(out: "b", provided).status == ExitStatus.done)
    #expect(try accuracy(place, "b", "gcn")[0] > 0.82)
  }
}

/// A linear layer that counts its passes.
private final class CountingLayer: GraphLayer {
  private(set) var passes = 0
  private let linear: LinearLayer<Double>

  init(inputWidth: Int, outputWidth: Int) {
    linear = LinearLayer(
      name: "l", inputWidth: inputWidth, outputWidth: outputWidth, bias: true, dropout: 0, seed: 1)
  }

  var inputWidth: Int { linear.inputWidth }
  var outputWidth: Int { linear.outputWidth }
  var parameters: [Parameter<Double>] { linear.parameters }

  func forward(
    _ x: NodeFeatures<Double>, on graph: CSRGraph, _ context: ForwardContext,
    needsInputGradient: Bool
  ) -> LayerPass<Double> {
    passes += 1
    return linear.forward(x, on: graph, context, needsInputGradient: needsInputGradient)
  }
}
