import Foundation
import Graph
import Layers
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// Whole trainings of networks with batch norm, residual connections and jumping knowledge.
@Suite(.serialized) struct TrunkTrainingTests {
  private static let config: JSONValue = [
    "name": "trunks", "seeds": [3],
    "data": [
      "name": "synthetic-nodes", "selfLoops": false,
      "syntheticNodes": [
        "nodes": 200, "meanDegree": 6, "features": 20, "classes": 3, "nonZerosPerRow": 5,
      ],
    ],
    "models": [
      [
        "name": "teacher",
        "architecture": [
          "family": "gcn", "hidden": [6, 8, 8], "norm": "batch", "residual": true,
          "jumpingKnowledge": "concat", "selfLoops": true, "dropout": 0.3,
        ],
        "training": [
          "epochs": 10, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.02],
        ],
        "objectives": [["name": "task", "type": "crossEntropy"]],
      ],
      [
        "name": "student",
        "architecture": ["family": "mlp", "hidden": [8], "norm": "layer"],
        "training": [
          "epochs": 6, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.02],
        ],
        "objectives": [
          ["name": "task", "type": "crossEntropy"],
          [
            "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.0",
            "teacherTap": "jumping", "kernel": ["type": "rbf"],
          ],
        ],
      ],
    ],
  ]

  @Test func theSameBitsWhateverTheThreadsTheStopsAndTheStore() throws {
    let place = try Workplace(Self.config)
    let (status, log) = place.trainLogged(out: "a", ["--threads", "1", "--models", "models"])
    #expect(status == ExitStatus.done, "\(log)")
    let expected = try place.weights("a")
    let names = String(decoding: expected[0].prefix(4_000), as: UTF8.self)
    #expect(names.contains("layers.1.norm.runningVariance"))
    #expect(names.contains("layers.1.residual.weight"))
    #expect(place.trainLogged(out: "b", ["--threads", "3"]).status == ExitStatus.done)
    #expect(try place.weights("b") == expected)
    // In the student's training the teacher is in evaluation mode, and its statistics stay.
    for stop in ["teacher  epoch 4/", "student  epoch 3/"] {
      let interruption = Interruption()
      let out = "c-\(stop.prefix(7))"
      let status = place.trainLogged(
        out: out, interruption: interruption,
        onLine: { if $0.contains(stop) { interruption.request() } }
      ).status
      #expect(status == ExitStatus.interrupted, "\(stop)")
      #expect(place.trainLogged(out: out).status == ExitStatus.done)
      #expect(try place.weights(out) == expected, "\(stop)")
    }
    let taken = place.trainLogged(out: "d", ["--models", "models"])
    #expect(taken.status == ExitStatus.done && taken.log.contains("teacher, seed 3: taken from"))
    #expect(try place.weights("d") == expected)
  }
}
