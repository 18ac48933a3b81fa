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

  private func run(
    in place: Workplace, out: String, _ arguments: [String] = [],
    interruption: Interruption = Interruption(), onLine: @escaping (String) -> Void = { _ in }
  ) -> (status: Int32, log: String) {
    var log = ""
    let command = ["sample.json", "--offline", "--out", out] + arguments
    let environment = CommandEnvironment(
      currentDirectory: place.folder, arguments: command, output: { _ in },
      terminal: Terminal(isInteractive: false) {
        log += $0
        onLine($0)
      }, interruption: interruption, makeSeedRunner: makeSeedRunner,
      variables: ["XDG_CACHE_HOME": place.folder.path])
    return (ExperimentsCommand.run(command, in: environment), log)
  }

  private func weights(_ place: Workplace, _ out: String) throws -> [Data] {
    try ["teacher", "teacher.last", "student", "student.last"].map {
      try Data(contentsOf: place.folder.appending(path: "\(out)/seed-3/\($0).safetensors"))
    }
  }

  @Test func theSameBitsWhateverTheThreadsTheStopsAndTheStore() throws {
    let place = try Workplace(Self.config)
    let (status, log) = run(in: place, out: "a", ["--threads", "1", "--models", "models"])
    #expect(status == ExitStatus.done, "\(log)")
    let expected = try weights(place, "a")
    let names = String(decoding: expected[0].prefix(4_000), as: UTF8.self)
    #expect(names.contains("layers.1.norm.runningVariance"))
    #expect(names.contains("layers.1.residual.weight"))
    #expect(run(in: place, out: "b", ["--threads", "3"]).status == ExitStatus.done)
    #expect(try weights(place, "b") == expected)
    // In the student's training the teacher is in evaluation mode, and its statistics stay.
    for stop in ["teacher  epoch 4/", "student  epoch 3/"] {
      let interruption = Interruption()
      let out = "c-\(stop.prefix(7))"
      let status = run(
        in: place, out: out, interruption: interruption,
        onLine: { if $0.contains(stop) { interruption.request() } }
      ).status
      #expect(status == ExitStatus.interrupted, "\(stop)")
      #expect(run(in: place, out: out).status == ExitStatus.done)
      #expect(try weights(place, out) == expected, "\(stop)")
    }
    let taken = run(in: place, out: "d", ["--models", "models"])
    #expect(taken.status == ExitStatus.done && taken.log.contains("teacher, seed 3: taken from"))
    #expect(try weights(place, "d") == expected)
  }
}
