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

/// Frameless distillation from the command line to the files of the run, on a stand-in.
@Suite(.serialized) struct FramelessTrainingTests {
  private static let kd: JSONValue = [
    "name": "kd", "type": "kd", "teacher": "teacher", "teacherWeights": "selected",
    "form": ["type": "softmax"],
  ]

  /// Teachers on the original and on the rewired graph, and students of both.
  static let config: JSONValue = [
    "name": "frameless", "seeds": [3], "precision": "float64",
    "data": [
      "name": "cora", "onMissing": "synthetic", "normalizeFeatures": "rows",
      "rewiring": ["type": "sdrf", "loops": 6],
      "split": ["type": "shares", "training": 0.2, "validation": 0.2],
      "syntheticNodes": [
        "nodes": 200, "meanDegree": 5, "features": 40, "classes": 3, "homophily": 0.8,
        "nonZerosPerRow": 8,
      ],
    ],
    "models": [
      [
        "name": "teacher",
        "architecture": ["family": "framelet", "hidden": [8], "dropout": 0.3],
        "training": [
          "epochs": 60, "selectOn": "accuracy", "patience": 4,
          "optimizer": ["type": "adam", "learningRate": 0.05],
        ],
        "objectives": [["name": "task", "type": "crossEntropy"]],
      ],
      [
        "name": "rewired", "graph": "rewired",
        "architecture": ["family": "framelet", "hidden": [8], "dropout": 0.3],
        "training": [
          "epochs": 10, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.05],
        ],
        "objectives": [["name": "task", "type": "crossEntropy"]],
      ],
      [
        "name": "fmlp_o",
        "architecture": ["family": "fmlp", "hidden": [5], "dropout": 0.1],
        "training": [
          "epochs": 40, "selectOn": "accuracy", "evaluateEvery": 2, "patience": 3,
          "optimizer": ["type": "adam", "learningRate": 0.05, "weightDecay": 0.001],
          "asPublished": ["separateSteps": true, "reloadsBest": true],
        ],
        "objectives": [["name": "task", "type": "crossEntropy", "weight": 0], kd],
      ],
      [
        "name": "fmlp_s", "architecture": ["family": "fmlpSimplified", "width": 4],
        "training": [
          "epochs": 8, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.05],
        ],
        "objectives": [
          ["name": "task", "type": "crossEntropy", "weight": 0.5],
          [
            "name": "kd", "type": "kd", "teacher": "rewired", "form": ["type": "softmax"],
          ],
        ],
      ],
    ],
  ]

  private static let models = ["teacher", "rewired", "fmlp_o", "fmlp_s"]
  private static let besides = ["fmlp_o.tables", "fmlp_o.scores", "fmlp_s.tables", "fmlp_s.scores"]

  /// Everything that a run leaves behind but times.
  private struct Outcome: Equatable {
    var weights: [Data]
    var besides: [Data]
    var rewiring: JSONValue
    var result: SeedResult
    var metrics: [JSONValue]
  }

  private func outcome(_ place: Workplace, _ out: String) throws -> Outcome {
    Outcome(
      weights: try place.weights(out, Self.models),
      besides: try Self.besides.map {
        try Data(contentsOf: place.folder.appending(path: "\(out)/seed-3/\($0).safetensors"))
      },
      rewiring: try place.json("\(out)/seed-3/rewiring.json"), result: try place.result(out),
      metrics: try place.metrics(out))
  }

  @Test func theSameBitsWhateverTheThreadsAndTheStops() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a", ["--threads", "1"]) == ExitStatus.done)
    #expect(place.train(out: "b", ["--threads", "2"]) == ExitStatus.done)
    let expected = try outcome(place, "a")
    #expect(try expected == outcome(place, "b"))
    #expect(expected.metrics.count == expected.result.models.reduce(0) { $0 + $1.epochs })
    for line in ["teacher  epoch 3/", "fmlp_o  epoch 5/"] {
      let out = "c\(line.count)"
      let stops = try #require(place.trainWithStops(out: out, firstAfter: line))
      #expect(try expected == outcome(place, out), "stopped \(stops) times")
    }
  }

  @Test func patienceEndsATraining() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let models = try place.result("a").models
    for (model, patience, most) in [(models[0], 4, 60), (models[2], 3, 40)] {
      let scores = model.curve.validScores
      let best = try #require(scores.max())
      let since = scores.count - 1 - scores.firstIndex(of: best)!
      #expect(model.epochs < most && since == patience, "\(model.name): \(scores)")
      // It did not end before: nowhere else did the score stand still for so long.
      for end in scores.indices.dropLast() {
        let first = scores.firstIndex(of: scores[...end].max()!)!
        #expect(end - first < patience)
      }
      #expect(model.epochs == model.curve.trainingLoss.count)
      #expect(model.epochs == model.curve.validEpochs.last! + 1)
    }
    let summary = try place.json("a/result.json")
    let teacher = try #require(summary["models"]?["teacher"])
    #expect(teacher["epochs"] == .integer(models[0].epochs))
    #expect(teacher["epochsBySeed"] == [.integer(models[0].epochs)])
  }

  @Test func checkpointsAndPatienceCanGoByTheValidationLoss() throws {
    let place = try Workplace(Self.config)
    let options = [
      "models.teacher.training.checkpoint=lowestValidationLoss",
      "models.teacher.training.patience=3",
      "models.teacher.training.epochs=200",
    ]
    #expect(place.train(out: "a", options.flatMap { ["--set", $0] }) == ExitStatus.done)
    let teacher = try place.result("a").models[0]
    let losses = try place.metrics("a").filter { $0["model"] == "teacher" }.map { line in
      guard case .number(let loss)? = line["valid"]?["loss"] else { return Double.nan }
      return loss
    }
    let lowest = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(teacher.selectedEpoch == lowest)
    #expect(teacher.valid["loss"] == losses[lowest])
    #expect(losses.count == teacher.epochs && teacher.epochs == lowest + 3 + 1)
    // The loss is not the score: by the score, other weights would have been kept.
    let scores = teacher.curve.validScores
    #expect(scores.firstIndex(of: scores.max()!) != lowest)
  }

  @Test func tablesPredictAsTheStudentDoes() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let context = try context(place)
    let parts = try context.data(as: Double.self).parts(seed: 3)
    let evaluator = Evaluator<Double>(
      taskLoss: .crossEntropy(smoothing: 0), logitThreshold: 0)
    let seed = place.folder.appending(path: "a/seed-3")
    for (place, result) in try place.result("a").models.enumerated() {
      let tables = seed.appending(path: "\(result.name).tables.safetensors")
      #expect(result.dirichletEnergy.keys.contains("logits"))
      #expect(result.dirichletEnergy.values.allSatisfy { (0...2).contains($0) })
      guard result.name.hasPrefix("fmlp") else {
        #expect(!FileManager.default.fileExists(atPath: tables.path) && result.meanAlpha.isEmpty)
        continue
      }
      let file = try SafetensorsFile(contentsOf: tables)
      #expect(file.metadata["data"] == "synthetic")
      let prediction = try TabulatedStudent<Double>(from: file)
        .predict(features: parts.test[0].features)
      let network: Network<Double> = try context.config.models[place].architecture.network(
        inputWidth: 40, outputWidth: 3, nodeCount: 200, seed: 0)
      let weights = try SafetensorsFile(
        contentsOf: seed.appending(path: "\(result.name).safetensors"))
      for parameter in network.parameters {
        parameter.value = try weights.matrix(named: parameter.name)
      }
      try network.prepare(on: parts.test[0].graph)
      let logits = network.forward(parts.test[0].features, on: parts.test[0].graph, .evaluation)
        .logits
      #expect(prediction.logits == logits)
      let evaluations = try evaluator.evaluate(
        network, on: [EvaluationBatches(parts.test, batchSize: 1)], named: ["the test part"],
        isFinal: true)
      #expect(evaluations[0].metrics == result.test)

      let scores = try SafetensorsFile(
        contentsOf: seed.appending(path: "\(result.name).scores.safetensors"))
      #expect(scores.tensors.count == 2 * prediction.scores.count)
      for (step, expected) in prediction.scores.enumerated() {
        for (branch, alpha) in [("low", expected.low), ("high", expected.high)] {
          let kept: Matrix<Double> = try scores.matrix(named: "steps.\(step).\(branch)")
          #expect(kept == alpha && kept.rows == 200)
          #expect(alpha.elements.allSatisfy { $0 > 0 && $0 < 1 })
          // What the last step of the published students multiplies is the features' share.
          let alphas = alpha.elements.reduce(0, +) / 200
          let mean = expected.scored == .features ? 1 - alphas : alphas
          #expect(try abs(#require(result.meanAlpha[branch])[step] - mean) < 1e-12)
        }
      }
    }
    let stored = try place.json("a/seed-3/result.json")
    guard case .array(let models)? = stored["models"] else { return }
    for model in models {
      guard case .number(let time)? = model["inferenceMilliseconds"] else {
        Issue.record("no time of a prediction")
        continue
      }
      #expect(time > 0)
    }
  }

  /// A request to stop that comes while the graph is rewired.
  @Test func aRewiringIsInterrupted() throws {
    let place = try Workplace(Self.config)
    let interruption = Interruption()
    var log = ""
    let status = place.train(
      out: "a", ["--set", "data.rewiring.loops=1000000", "--set", "data.rewiring.removalBound=-9"],
      interruption: interruption, isInteractive: true
    ) {
      log += $0
      if $0.contains("rewiring the graph") { interruption.request() }
    }
    #expect(status == ExitStatus.interrupted, "\(log)")
    #expect(!place.exists("a/seed-3/rewiring.json"))
    let result = try place.json("a/result.json")
    #expect(result["status"] == "interrupted")
  }

  @Test func rewiringIsForThoseThatAskForIt() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    #expect(place.train(out: "b", ["--set", "data.rewiring.loops=3"]) == ExitStatus.done)
    let (a, b) = try (outcome(place, "a"), outcome(place, "b"))
    // Teacher and FMLP-O on the original graph, the other teacher and its student not.
    let changed = zip(a.weights, b.weights).map { $0 != $1 }
    #expect(changed == [false, false, true, true, false, false, true, true])
    guard case .array(let steps)? = a.rewiring["steps"] else {
      Issue.record("no steps")
      return
    }
    #expect(steps.count == 6 && steps.allSatisfy { $0["bottleneck"] != nil })
    func edges(_ key: String) -> Int { steps.filter { $0[key] != .null }.count }
    guard case .integer(let before)? = a.rewiring["edges"]?["before"],
      case .integer(let after)? = a.rewiring["edges"]?["after"]
    else {
      Issue.record("no numbers of edges")
      return
    }
    #expect(edges("added") > 0 && after == before + edges("added") - edges("removed"))
    for moment in ["before", "after"] {
      guard case .array(let counts)? = a.rewiring["curvature"]?[moment]?["counts"] else {
        Issue.record("no histogram")
        continue
      }
      let sum = counts.reduce(0) { if case .integer(let count) = $1 { $0 + count } else { $0 } }
      #expect(sum == (moment == "before" ? before : after))
    }
  }

  /// With all weights 0 each separate step is the optimiser's decay alone; a joint one is none.
  @Test func separateStepsAreTakenWithoutGradient() throws {
    let place = try Workplace(Self.config)
    let settings = [
      #"models.fmlp_o.training.optimizer={"type":"sgd","learningRate":0.1,"weightDecay":0.5}"#,
      "models.fmlp_o.training.epochs=1", "models.fmlp_o.objectives.kd.weight=0",
    ].flatMap { ["--set", $0] }
    let joint = ["--set", "models.fmlp_o.training.asPublished.separateSteps=false"]
    #expect(place.train(out: "a", settings) == ExitStatus.done)
    #expect(place.train(out: "b", settings + joint) == ExitStatus.done)
    let (twice, none) = try (weights(place, "a", "fmlp_o"), weights(place, "b", "fmlp_o"))
    #expect(twice.tensors.count == none.tensors.count)
    var largest = 0.0
    for name in none.tensors.keys {
      let expected: Matrix<Double> = try none.matrix(named: name)
      let found: Matrix<Double> = try twice.matrix(named: name)
      for (x, y) in zip(expected.elements, found.elements) {
        #expect(abs(y - 0.95 * 0.95 * x) <= 1e-15)
        largest = max(largest, abs(y))
      }
    }
    #expect(largest > 0.01)
  }

  @Test func reloadingEndsWithTheBestWeights() throws {
    let place = try Workplace(Self.config)
    let keeping = ["--set", "models.fmlp_o.training.asPublished.reloadsBest=false"]
    #expect(place.train(out: "a") == ExitStatus.done)
    #expect(place.train(out: "b", keeping) == ExitStatus.done)
    let (reloaded, kept) = try (
      place.weights("a", ["fmlp_o"]), place.weights("b", ["fmlp_o"])
    )
    #expect(reloaded[0] == reloaded[1])
    #expect(kept[0] != kept[1])
    #expect(try place.metrics("a") != place.metrics("b"))
  }

  @Test(arguments: [0, 0.6])
  func isolatedNodesAndManyComponents(_ meanDegree: Double) throws {
    let place = try Workplace(Self.config)
    var log = ""
    let status = place.train(
      out: "a", ["--set", "data.syntheticNodes.meanDegree=\(meanDegree)"], onLine: { log += $0 })
    #expect(status == ExitStatus.done, "\(log)")
    let rewiring = try place.json("a/seed-3/rewiring.json")
    if meanDegree == 0 { #expect(rewiring["end"] == "the graph has no edges") }
    for model in try place.result("a").models {
      #expect(model.test["accuracy"]!.isFinite && model.trainingLoss.isFinite)
    }
  }

  @Test(arguments: [
    (["models.teacher.training.patience=0"], "training.patience", "an integer from 1"),
    (["models.teacher.training.patience=-3"], "patience", "or null"),
    (["data.rewiring.loops=-1"], "data.rewiring.loops", "found -1"),
    (["data.rewiring.tau=-1"], "data.rewiring.tau", "found -1"),
    (["data.rewiring.type=ricci"], "data.rewiring.type", "sdrf"),
    (["data.rewiring.type=none"], "data.rewiring", "loops"),
    ([#"data.rewiring={"type":"none"}"#], "models.rewired.graph", "set data.rewiring.type"),
    (["models.teacher.graph=cut"], "models.teacher.graph", "\"original\" or \"rewired\""),
    (
      ["models.teacher.group=g", "models.rewired.group=g", "models.rewired.training.epochs=60"],
      "models.rewired.graph", "beside which the model is trained, has the original graph"
    ),
    (
      [
        #"data={"name":"ppi"}"#, #"models.fmlp_o.architecture={"family":"mlp","hidden":[4]}"#,
        #"models.fmlp_s.architecture={"family":"mlp","hidden":[4]}"#,
      ], "models.rewired.graph", "only data of one graph can be rewired"
    ),
  ])
  func whatIsRefused(_ settings: [String], _ path: String, _ message: String) throws {
    let place = try Workplace(Self.config)
    var log = ""
    let status = place.train(
      out: "a", settings.flatMap { ["--set", $0] }, onLine: { log += $0 })
    #expect(status == ExitStatus.badData)
    #expect(log.contains(path) && log.contains(message), "\(log)")
    #expect(!place.exists("a"))
  }

  /// A model that another run takes over comes with its tables.
  @Test func tablesAreTakenOverWithTheStudent() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a", ["--models", "models"]) == ExitStatus.done)
    var log = ""
    #expect(
      place.train(out: "b", ["--models", "models"], onLine: { log += $0 }) == ExitStatus.done)
    #expect(log.contains("fmlp_o, seed 3: taken from"))
    #expect(try outcome(place, "a") == outcome(place, "b"))
  }

  private func weights(
    _ place: Workplace, _ out: String, _ model: String
  ) throws -> SafetensorsFile {
    try SafetensorsFile(
      contentsOf: place.folder.appending(path: "\(out)/seed-3/\(model).last.safetensors"))
  }

  private func context(_ place: Workplace) throws -> RunContext {
    let (config, problems) = decode(Self.config)
    #expect(problems == [])
    let terminal = Terminal(isInteractive: false) { _ in }
    return RunContext(
      config: config, threads: 1, variables: ["XDG_CACHE_HOME": place.folder.path], offline: true,
      progress: ProgressReporter(terminal: terminal, quiet: true),
      log: .init(terminal: terminal, quiet: true), interruption: Interruption())
  }
}
