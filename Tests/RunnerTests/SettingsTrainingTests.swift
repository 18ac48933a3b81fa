import Foundation
import Graph
import Layers
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// Whole trainings with schedules that look at losses, weight decay of some layers, weights of classes,
/// and networks of other families.
@Suite(.serialized) struct SettingsTrainingTests {
  private static let config: JSONValue = [
    "name": "settings", "seeds": [3],
    "data": [
      "name": "synthetic-nodes", "selfLoops": true,
      "syntheticNodes": [
        "nodes": 200, "meanDegree": 6, "features": 20, "classes": 3, "nonZerosPerRow": 5,
      ],
    ],
    "models": [
      [
        "name": "teacher",
        "architecture": [
          "family": "gcnii", "width": 8, "layers": 3, "dropout": 0.3, "activation": "prelu",
        ],
        "training": [
          "epochs": 30, "selectOn": "accuracy", "warmup": 3,
          "optimizer": [
            "type": "rmsprop", "learningRate": 0.02, "momentum": 0.5, "centered": true,
            "weightDecay": 0.01, "weightDecayOf": ["layers.0": 0.0005, "layers.4": 0.0005],
          ],
          "schedule": [
            "type": "plateau", "watches": "validationLoss", "patience": 1, "factor": 0.5,
            "threshold": 0.05, "cooldown": 1,
          ],
        ],
        "objectives": [["name": "task", "type": "crossEntropy", "classWeights": "balanced"]],
      ],
      [
        "name": "student",
        "architecture": [
          "family": "gatv2", "hidden": [4], "heads": 2, "featureDropout": 0.2,
          "attentionDropout": 0.3, "activation": "gelu",
        ],
        "training": [
          "epochs": 20, "selectOn": "accuracy", "evaluateEvery": 2, "edgeDropout": 0.3,
          "optimizer": ["type": "adam", "learningRate": 0.02],
          "schedule": [
            "type": "plateau", "watches": "validationScore", "patience": 0, "threshold": 0.1,
          ],
        ],
        "objectives": [
          [
            "name": "task", "type": "crossEntropy", "classWeights": [1, 2, 0.5], "focusing": 2,
            "smoothing": 0.1,
          ],
          [
            "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.0",
            "teacherTap": "hidden.3", "kernel": ["type": "rbf"],
          ],
        ],
      ],
      [
        "name": "gin",
        "architecture": [
          "family": "gin", "hidden": [6, 6], "learnEpsilon": true, "dropout": 0.2,
          "residual": true,
        ],
        "training": [
          "epochs": 6, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.01],
          "schedule": ["type": "multiStep", "milestones": [2, 4], "factor": 0.5],
        ],
        "objectives": [["name": "task", "type": "crossEntropy"]],
      ],
    ],
  ]

  private static let models = ["teacher", "student", "gin"]

  private func rates(_ place: Workplace, _ out: String, _ model: String) throws -> [Double] {
    try place.metrics(out).filter { $0["model"] == .string(model) }.compactMap {
      if case .number(let rate)? = $0["learningRate"] { rate } else { nil }
    }
  }

  @Test func theSameBitsWhateverTheThreadsAndTheStops() throws {
    let place = try Workplace(Self.config)
    let (status, log) = place.trainLogged(out: "a", ["--threads", "1"])
    #expect(status == ExitStatus.done, "\(log)")
    let expected = try place.weights("a", Self.models)
    #expect(place.train(out: "b", ["--threads", "3"]) == ExitStatus.done)
    #expect(try place.weights("b", Self.models) == expected)
    // In the middle of a warm-up, of a plateau, of a cool-down.
    for epoch in [2, 7, 8, 9, 15, 22] {
      let interruption = Interruption()
      let out = "c-\(epoch)"
      let stopped = place.train(
        out: out, interruption: interruption,
        onLine: { if $0.contains("teacher  epoch \(epoch)/") { interruption.request() } })
      #expect(stopped == ExitStatus.interrupted)
      #expect(place.train(out: out) == ExitStatus.done)
      #expect(try place.weights(out, Self.models) == expected, "stopped in epoch \(epoch)")
      #expect(try place.metrics(out) == place.metrics("a"))
    }
    let stops = try #require(place.trainWithStops(out: "d", firstAfter: "student  epoch 3/"))
    #expect(try place.weights("d", Self.models) == expected, "stopped \(stops) times")
  }

  /// The rates of the metrics are what the plateau makes of the losses beside them.
  @Test func ratesFollowTheLossesOfTheMetrics() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let found = try rates(place, "a", "teacher")
    #expect(found.count == 30)
    var rule = Plateau.Rule()
    (rule.factor, rule.patience, rule.threshold, rule.cooldown) = (0.5, 1, 0.05, 1)
    var plateau = Plateau()
    let lines = try place.metrics("a").filter { $0["model"] == "teacher" }
    for (epoch, line) in lines.enumerated() {
      let expected =
        epoch < 3 ? 0.02 * (Double(epoch + 1) / 3) : rule.rate(from: 0.02, falls: plateau.falls)
      #expect(found[epoch] == expected, "epoch \(epoch)")
      guard case .number(let loss)? = line["valid"]?["loss"] else {
        Issue.record("epoch \(epoch) has no validation loss")
        return
      }
      if epoch >= 3 { plateau.add(loss, by: rule) }
    }
    #expect(plateau.falls > 1)
    #expect(Set(try rates(place, "a", "student")).count > 1)
    let steps = [0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025]
    #expect(try rates(place, "a", "gin") == steps)
  }

  @Test func networksLearnTheirClasses() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    for model in try place.result("a").models where model.name != "gin" {
      #expect((model.test["accuracy"] ?? 0) > 0.6, "\(model.name): \(model.test)")
    }
  }

  @Test(arguments: [
    (
      #"models.teacher.training.optimizer.weightDecayOf={"layers.9":0}"#,
      #"models.teacher.training.optimizer.weightDecayOf: "layers.9" fits none"#
    ),
    (
      #"models.student.training.optimizer.weightDecayOf={"lsp.weight":0}"#,
      #"models.student.training.optimizer.weightDecayOf: "lsp.weight" fits none"#
    ),
    (
      "models.student.objectives.task.classWeights=[1,2]",
      "models.student.objectives.task.classWeights: found 2 numbers, expected one for each of the 3"
    ),
  ])
  func whatDoesNotFitTheModelIsRefused(setting: String, message: String) throws {
    let place = try Workplace(Self.config)
    let (status, log) = place.trainLogged(out: "a", ["--set", setting])
    #expect(status == ExitStatus.badData && log.contains(message), "\(log)")
  }

  /// A checkpoint whose plateau no training can have come to is refused.
  @Test func impossiblePlateausAreRefused() throws {
    let (config, problems) = decode(Self.config)
    #expect(problems == [])
    let (teacher, gin) = (config.models[0].training, config.models[2].training)
    func problem(
      of training: TrainingConfig, _ change: (inout Plateau) -> Void
    ) -> String? {
      var progress = TrainingProgress()
      progress.epoch = 5
      progress.step = 5
      progress.curve = nil
      var plateau = Plateau()
      plateau.best = 1
      change(&plateau)
      progress.plateau = plateau
      return progress.problem(for: training, batches: 1, steps: 1)
    }
    #expect(problem(of: teacher) { $0.falls = 2 } == nil)
    #expect(problem(of: teacher) { $0.falls = 6 } == "falls of the rate is 6, expected 0 to 5")
    #expect(problem(of: teacher) { $0.stagnant = 2 }?.contains("stagnant values") == true)
    #expect(problem(of: teacher) { $0.resting = -1 }?.contains("resting values") == true)
    #expect(problem(of: teacher) { $0.best = .infinity }?.contains("best value") == true)
    #expect(problem(of: gin) { _ in } == "it has a plateau, and the schedule has none")
  }
}
