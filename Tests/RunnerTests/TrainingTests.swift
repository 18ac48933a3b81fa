import Foundation
import Graph
import Tensor
import Testing

@testable import Layers
@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// Whole trainings on a small stand-in, from the command line to the files of the run.
@Suite(.serialized) struct TrainingTests {
  /// A teacher and a student that use all that a run's bits could depend on: dropout of features and
  /// attention, shuffled batches of different sizes, sampled nodes, a learnt projection, a schedule.
  static let config: JSONValue = [
    "name": "training", "seeds": [3],
    "data": [
      "name": "ppi", "onMissing": "synthetic", "batchSize": 2,
      "synthetic": [
        "trainGraphs": 5, "validGraphs": 2, "testGraphs": 2, "nodesPerGraph": 60, "meanDegree": 5,
        "features": 12, "labels": 6,
      ],
    ],
    "models": [
      [
        "name": "teacher",
        "architecture": ["family": "gat", "hidden": [8, 8], "heads": 2, "residual": "current"],
        "training": [
          "epochs": 4, "evaluateEvery": 2, "clipNorm": 1,
          "optimizer": ["type": "adam", "learningRate": 0.01, "weightDecay": 0.001],
        ],
        "objectives": [["name": "task", "type": "bce"]],
      ],
      [
        "name": "student",
        "architecture": [
          "family": "gat", "hidden": [6], "heads": 2, "featureDropout": 0.2,
          "attentionDropout": 0.1,
        ],
        "training": [
          "epochs": 6, "evaluateEvery": 2,
          "optimizer": ["type": "sgd", "learningRate": 0.1, "momentum": 0.9],
          "schedule": ["type": "cosine", "minimum": 0.001],
        ],
        "objectives": [
          ["name": "task", "type": "bce"],
          [
            "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.0",
            "teacherTap": "hidden.1", "kernel": ["type": "laplacian", "scale": 10],
            "lastEpoch": 3, "warmup": 2,
          ],
          [
            "name": "gcrd", "type": "gcrd", "teacher": "teacher",
            "studentTap": "hidden.0.activated", "teacherTap": "hidden.1.activated", "width": 5,
            "maxSamples": 40, "weight": 0.1,
          ],
        ],
      ],
    ],
  ]

  private static let models = ["teacher", "student"]

  @Test func theSameBitsWhateverTheThreadsAndTheStops() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a", ["--threads", "1"]) == ExitStatus.done)
    #expect(place.train(out: "b", ["--threads", "2"]) == ExitStatus.done)
    #expect(try place.threads("a") == 1 && place.threads("b") == 2)
    #expect(try place.weights("a", Self.models) == place.weights("b", Self.models))
    #expect(try place.metrics("a") == place.metrics("b"))
    #expect(try place.metrics("a").count == 10)

    let stops = try #require(place.trainWithStops(out: "c", firstAfter: "teacher  epoch 1/"))
    #expect(
      try place.weights("a", Self.models) == place.weights("c", Self.models),
      "stopped \(stops) times")
    #expect(try place.metrics("a") == place.metrics("c"))
    #expect(try place.result("a") == place.result("c"))
    #expect(!place.exists("c/seed-3/student.checkpoint.safetensors"))
  }

  @Test func resultsKeepTheCurvesOfTheMetrics() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let lines = try place.metrics("a")
    for model in try place.result("a").models {
      let own = lines.filter { $0["model"] == .string(model.name) }
      #expect(own.count == model.epochs && model.curve.trainingLoss.count == model.epochs)
      #expect(model.curve.trainingLoss.map(JSONValue.real) == own.compactMap { $0["loss"] })
      let evaluated = own.filter { $0["valid"] != nil }
      #expect(evaluated.count > 1 && evaluated.count < model.epochs)
      #expect(
        model.curve.validEpochs.map(JSONValue.integer) == evaluated.compactMap { $0["epoch"] })
      #expect(
        model.curve.validScores.map(JSONValue.real)
          == evaluated.compactMap { $0["valid"]?["microF1"] })
      #expect(model.curve.trainingLoss.last == model.trainingLoss)
    }
  }

  @Test func anotherSeedIsAnotherRun() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    #expect(place.train(out: "b", ["--seed", "4"]) == ExitStatus.done)
    let other = try Data(
      contentsOf: place.folder.appending(path: "b/seed-4/student.safetensors"))
    #expect(try place.weights("a", Self.models)[2] != other)
  }

  @Test func modelsOfOtherRunsAreTakenOver() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a", ["--models", "models"]) == ExitStatus.done)
    var log = ""
    let change = ["--models", "models", "--set", "models.student.objectives.lsp.weight=2"]
    #expect(place.train(out: "b", change, onLine: { log += $0 }) == ExitStatus.done)
    #expect(log.contains("teacher, seed 3: taken from") && !log.contains("student, seed 3: taken"))
    #expect(try place.weights("a", Self.models)[0] == place.weights("b", Self.models)[0])
    #expect(try place.weights("a", Self.models)[2] != place.weights("b", Self.models)[2])
    // A run on its own gives what the one with a teacher of another run gave.
    #expect(place.train(out: "c", Array(change.dropFirst(2))) == ExitStatus.done)
    #expect(try place.weights("b", Self.models) == place.weights("c", Self.models))
    #expect(try place.metrics("b") == place.metrics("c"))
  }

  @Test func keptWeightsAreThoseOfTheSelectedEpoch() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let result = try place.json("a/result.json")
    let selected = try #require(result["models"]?["teacher"]?["selectedEpochs"])
    guard case .array(let epochs) = selected, let epoch = epochs.first else {
      Issue.record("no selected epoch")
      return
    }
    let line = try place.metrics("a").first { $0["model"] == "teacher" && $0["epoch"] == epoch }
    let logged = try #require(line?["valid"]?["microF1"])
    guard case .array(let values)? = result["models"]?["teacher"]?["valid"]?["microF1"]?["values"]
    else {
      Issue.record("no validation score")
      return
    }
    #expect(values == [logged])
  }

  @Test func aLossThatIsNotFiniteEndsTheRun() throws {
    let place = try Workplace(Self.config)
    var log = ""
    let status = place.train(
      out: "a",
      ["--set", "models.student.training.optimizer.learningRate=1e30"], onLine: { log += $0 })
    #expect(status == ExitStatus.runFailed)
    #expect(log.contains("student, seed 3, ") && log.contains(" is not finite; try"), "\(log)")
    #expect(log.contains("models.student.training.clipNorm"))
  }

  @Test func oneLabelLossesNeedOneLabelANode() throws {
    let place = try Workplace(Self.config)
    var log = ""
    let status = place.train(
      out: "a", ["--set", "models.teacher.objectives.task.type=crossEntropy"],
      onLine: { log += $0 })
    #expect(status == ExitStatus.badData)
    #expect(log.contains("several labels a node"))
  }

  @Test func aTornCheckpointIsReported() throws {
    let place = try Workplace(Self.config)
    let interruption = Interruption()
    #expect(
      place.train(
        out: "a", interruption: interruption,
        onLine: { if $0.contains("student  epoch 1/") { interruption.request() } })
        == ExitStatus.interrupted)
    let file = "a/seed-3/student.checkpoint.safetensors"
    #expect(place.exists(file))
    let data = try Data(contentsOf: place.folder.appending(path: file))
    try data.prefix(data.count / 2).write(to: place.folder.appending(path: file))
    var log = ""
    #expect(place.train(out: "a", onLine: { log += $0 }) == ExitStatus.badData)
    #expect(log.contains("student.checkpoint.safetensors"))
  }
}
