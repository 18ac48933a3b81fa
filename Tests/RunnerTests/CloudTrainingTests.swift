import Foundation
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// Whole trainings on point clouds: augmented batches, an incomplete last one, test batches of another
/// size.
@Suite(.serialized) struct CloudTrainingTests {
  private static let config: JSONValue = [
    "name": "clouds", "seeds": [3],
    "data": [
      "name": "synthetic-clouds", "batchSize": 8, "points": 40, "dropLast": true,
      "testBatchSize": 5, "augmentation": ["scale": 1.5, "shift": 0.2, "shuffle": true],
      "generated": ["classes": 4, "trainClouds": 30, "testClouds": 12],
    ],
    "defaults": [
      "architecture": [
        "family": "mlp", "hidden": [12], "norm": "batch", "readout": "max",
      ],
      "training": [
        "epochs": 4, "selectOn": "accuracy", "checkpoint": "last",
        "optimizer": ["type": "sgd", "learningRate": 0.1, "momentum": 0.9, "weightDecay": 0.0001],
        "schedule": ["type": "cosine", "minimum": 0.001],
      ],
    ],
    "models": [
      [
        "name": "teacher",
        "objectives": [
          [
            "name": "task", "type": "crossEntropy", "smoothing": 0.2, "smoothingOver": "others",
          ]
        ],
      ],
      [
        "name": "student",
        "objectives": [
          ["name": "task", "type": "crossEntropy"],
          ["name": "kd", "type": "kd", "teacher": "teacher", "form": ["type": "softmax"]],
        ],
      ],
    ],
  ]

  private func config(_ changes: [String: JSONValue]) throws -> JSONValue {
    var config = Self.config
    for (path, value) in changes {
      _ = try Override(path: path, value: value, origin: "test")!.apply(to: &config)
    }
    return config
  }

  @Test func theSameBitsWhateverTheThreadsAndTheStops() throws {
    let place = try Workplace(Self.config)
    let models = ["teacher", "student"]
    #expect(place.train(out: "a", ["--threads", "1"]) == ExitStatus.done)
    let expected = try place.weights("a", models)
    #expect(place.train(out: "b", ["--threads", "2"]) == ExitStatus.done)
    #expect(try place.weights("b", models) == expected)
    let stops = place.trainWithStops(out: "c", firstAfter: "teacher")
    #expect(try #require(stops) >= 1)
    #expect(try place.weights("c", models) == expected)
    #expect(try place.result("c") == place.result("a"))
    #expect(try place.text("a/result.json").contains("30 clouds of 40 points to train on"))
  }

  /// Each of these changes what is learnt.
  @Test(
    arguments: [
      ["data.dropLast": false], ["data.augmentation.scale": 1], ["data.augmentation.shift": 0],
      ["data.augmentation.shuffle": false], ["data.normalize": "none"],
      ["data.validation": "share", "data.validationShare": 0.3],
    ] as [[String: JSONValue]])
  func settingsReachTheTraining(_ changes: [String: JSONValue]) throws {
    let plain = try Workplace(Self.config)
    #expect(plain.train(out: "a") == ExitStatus.done)
    let changed = try Workplace(try config(changes))
    #expect(changed.train(out: "a") == ExitStatus.done)
    #expect(try changed.weights("a", ["teacher"]) != plain.weights("a", ["teacher"]))
  }

  /// The size of test batches changes no score.
  @Test func testBatchesOfAnySizeScoreTheSame() throws {
    let plain = try Workplace(Self.config)
    #expect(plain.train(out: "a") == ExitStatus.done)
    let changed = try Workplace(try config(["data.testBatchSize": 12]))
    #expect(changed.train(out: "a") == ExitStatus.done)
    #expect(try changed.weights("a", ["teacher"]) == plain.weights("a", ["teacher"]))
    let (a, b) = (try plain.result("a").models[0].test, try changed.result("a").models[0].test)
    #expect(a["accuracy"] == b["accuracy"])
  }

  @Test func aStandInSaysSo() throws {
    let place = try Workplace(
      try config(["data.name": "modelnet10", "data.onMissing": "synthetic"]))
    var log = ""
    #expect(place.train(out: "a", onLine: { log += $0 }) == ExitStatus.done, "\(log)")
    #expect(log.contains("going on with synthetic clouds"))
    let result = try place.text("a/result.json")
    #expect(result.contains("modelnet10-synthetic"))
  }

  @Test func missingDataEndTheRun() throws {
    let place = try Workplace(try config(["data.name": "modelnet10"]))
    var log = ""
    #expect(place.train(out: "a", onLine: { log += $0 }) == ExitStatus.missingInput)
    #expect(log.contains("the data set modelnet10 is missing"), "\(log)")
  }
}
