import Foundation
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// Whole trainings of networks that build their graphs, whose students are compared with their teacher
/// on both graphs.
@Suite(.serialized) struct DGCNNTrainingTests {
  private static let models = ["teacher", "student"]

  private static let config: JSONValue = [
    "name": "dgcnn", "seeds": [3],
    "data": [
      "name": "synthetic-clouds", "batchSize": 6, "points": 24, "dropLast": true,
      "testBatchSize": 5, "augmentation": ["scale": 1.5, "shift": 0.2, "shuffle": true],
      "generated": ["classes": 3, "trainClouds": 20, "testClouds": 9],
    ],
    "defaults": [
      "training": [
        "epochs": 4, "selectOn": "accuracy",
        "optimizer": ["type": "sgd", "learningRate": 0.1, "momentum": 0.9, "weightDecay": 0.0001],
        "schedule": ["type": "cosine", "minimum": 0.001],
      ]
    ],
    "models": [
      [
        "name": "teacher",
        "architecture": [
          "family": "dgcnn", "hidden": [8, 12, 12], "k": 5, "embedding": 20, "head": [12],
          "dropout": 0.3,
        ],
        "objectives": [
          [
            "name": "task", "type": "crossEntropy", "smoothing": 0.2, "smoothingOver": "others",
          ]
        ],
      ],
      [
        "name": "student",
        "architecture": [
          "family": "dgcnn", "hidden": [6, 8], "k": 4, "embedding": 10, "head": [8, 6],
          "dropout": 0.5,
        ],
        "objectives": [
          ["name": "task", "type": "crossEntropy", "weight": 0.9],
          [
            "name": "kd", "type": "kd", "teacher": "teacher", "teacherWeights": "last",
            "form": ["type": "softmax"], "temperature": 3, "weight": 0.1,
          ],
          [
            "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.0",
            "furtherStudentTaps": ["hidden.1"], "teacherTap": "hidden.0",
            "furtherTeacherTaps": ["hidden.2"], "kernel": ["type": "rbf", "sigma": 0.7],
            "direction": "teacherToStudent", "weight": 100,
          ],
        ],
      ],
    ],
  ]

  @Test(arguments: ["float32", "float64"])
  func theSameBitsWhateverTheThreadsAndTheStops(precision: String) throws {
    var config = Self.config
    _ = try Override(path: "precision", value: .string(precision), origin: "test")!
      .apply(to: &config)
    let place = try Workplace(config)
    let (status, log) = place.trainLogged(out: "a", ["--threads", "1"])
    #expect(status == ExitStatus.done, "\(log)")
    let (weights, metrics) = (try place.weights("a", Self.models), try place.metrics("a"))
    let names = String(decoding: weights[0].prefix(8_000), as: UTF8.self)
    #expect(names.contains("layers.2.norm.runningVariance"), "\(names)")
    let lsp = metrics.compactMap { $0["losses"]?["lsp"] }
    #expect(metrics.count == 8 && lsp.count == 4 && Set(lsp.map(\.prettyText)).count == 4)

    #expect(place.train(out: "b", ["--threads", "2"]) == ExitStatus.done)
    #expect(try place.threads("a") == 1 && place.threads("b") == 2)
    #expect(try place.weights("b", Self.models) == weights)
    #expect(try place.metrics("b") == metrics)

    // In the teacher's training, whose moments and running statistics go on, and in the student's.
    for model in Self.models {
      let out = "stopped-\(model)"
      let stops = try #require(place.trainWithStops(out: out, firstAfter: "\(model)  epoch 2/"))
      #expect(try place.weights(out, Self.models) == weights, "stopped \(stops) times")
      #expect(try place.metrics(out) == metrics)
      #expect(try place.result(out) == place.result("a"))
    }
  }
}
