import Foundation
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// Students that train together, on a small stand-in, from the command line to the files of the run.
@Suite(.serialized) struct GroupTrainingTests {
  /// A teacher, then three students with everything that online and offline training can mix.
  static func config(turns: String = "epoch", start: String = "identical") -> JSONValue {
    [
      "name": "group", "seeds": [3],
      "data": [
        "name": "ppi", "onMissing": "synthetic", "batchSize": 2,
        "synthetic": [
          "trainGraphs": 5, "validGraphs": 1, "testGraphs": 1, "nodesPerGraph": 60,
          "meanDegree": 5, "features": 12, "labels": 6,
        ],
      ],
      "models": [
        [
          "name": "teacher", "architecture": ["family": "gcn", "hidden": [8, 8]],
          "training": ["epochs": 2, "optimizer": ["type": "adam", "learningRate": 0.01]],
          "objectives": [["name": "task", "type": "bce"]],
        ],
        [
          "name": "student", "count": 3, "start": .string(start),
          "architecture": [
            "family": "gat", "hidden": [6, 5], "heads": 2, "featureDropout": 0.2,
          ],
          "training": [
            "epochs": 4, "evaluateEvery": 2, "turns": .string(turns),
            "optimizer": ["type": "adam", "learningRate": 0.01],
          ],
          "objectives": [
            ["name": "task", "type": "bce"],
            [
              "name": "align", "type": "alignahead", "strategy": ["type": "alignahead"],
              "kernel": ["type": "laplacian", "scale": 10], "weight": 2,
            ],
            [
              "name": "mutual", "type": "mutual", "form": ["type": "sigmoid"], "weight": 0.5,
              "firstEpoch": 1,
            ],
            [
              "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.1",
              "teacherTap": "hidden.1", "kernel": ["type": "linear"], "lastEpoch": 2,
            ],
          ],
        ],
      ],
    ]
  }

  private static let students = ["student_1", "student_2", "student_3"]

  @Test(arguments: ["epoch", "batch"])
  func theSameBitsWhateverTheThreadsAndTheStops(_ turns: String) throws {
    let place = try Workplace(Self.config(turns: turns))
    #expect(place.train(out: "a", ["--threads", "1"]) == ExitStatus.done)
    #expect(place.train(out: "b", ["--threads", "2"]) == ExitStatus.done)
    let weights = try place.weights("a", Self.students)
    #expect(try weights == place.weights("b", Self.students))
    #expect(try place.metrics("a") == place.metrics("b"))
    #expect(try place.result("a") == place.result("b"))

    let stops = try #require(place.trainWithStops(out: "c", firstAfter: "student_2  epoch 1/"))
    #expect(try weights == place.weights("c", Self.students), "stopped \(stops) times")
    #expect(try place.metrics("a") == place.metrics("c"))
    #expect(try place.result("a") == place.result("c"))
    #expect(!place.exists("c/seed-3/student.group.checkpoint.safetensors"))
    // Three students, no two of them the same; the last epoch was the best.
    #expect(Set(weights).count == 3)
  }

  @Test func turns() throws {
    func order(_ turns: String) throws -> [String] {
      let place = try Workplace(Self.config(turns: turns))
      #expect(place.train(out: "a") == ExitStatus.done)
      return try place.metrics("a").dropFirst(2).map { line in
        let losses = line["losses"]!
        let names = ["align", "mutual", "lsp"].filter { losses[$0] != nil }.joined(separator: " ")
        return "\(line["model"]!.excerpt) \(line["epoch"]!.excerpt) \(names)"
      }
    }
    let expected = [0, 1, 2, 3].flatMap { epoch in
      Self.students.map { name in
        "\"\(name)\" \(epoch) "
          + ["align lsp", "align mutual lsp", "align mutual lsp", "align mutual"][epoch]
      }
    }
    #expect(try order("epoch") == expected)
    // The three end an epoch one after the other then too.
    #expect(try order("batch") == expected)
  }

  /// The first losses tell the first values: the first batch of all is the same for all.
  @Test func identicalCopiesAndOwnStarts() throws {
    func firstLosses(_ start: String) throws -> [JSONValue?] {
      let place = try Workplace(Self.config(turns: "batch", start: start))
      let arguments = [
        "--set", "data.batchSize=5", "--set", "models.student.training.epochs=1",
        "--set", "models.student.architecture.featureDropout=0",
        "--set", "models.student.objectives.align.weight=0",
        "--set", "models.student.objectives.lsp.weight=0",
      ]
      #expect(place.train(out: "a", arguments) == ExitStatus.done)
      return try place.metrics("a").dropFirst(2).map { $0["losses"]?["task"] }
    }
    let identical = try firstLosses("identical")
    #expect(identical.count == 3 && identical[0] == identical[1] && identical[0] == identical[2])
    let own = try firstLosses("own")
    #expect(own.count == 3 && own[0] != own[1] && own[1] != own[2])
  }

  /// A group of one is a model alone, and without objectives among them, students of a group are as
  /// good as alone: the first is, bit for bit, whatever its turns.
  @Test func studentsThatDoNotLookAtOneAnother() throws {
    func weights(_ model: String, _ arguments: [String]) throws -> [Data] {
      guard case .object(var config) = Self.config(), case .array(var models)? = config["models"],
        case .object(var student) = models[1], case .array(let objectives)? = student["objectives"]
      else { return [] }
      student["objectives"] = .array(
        objectives.filter { $0["name"] != "align" && $0["name"] != "mutual" })
      models[1] = .object(student)
      config["models"] = .array(models)
      let place = try Workplace(.object(config))
      #expect(place.train(out: "a", arguments) == ExitStatus.done)
      return try place.weights("a", [model])
    }
    let alone = try weights("student_1", ["--set", "models.student.count=1"])
    #expect(try alone == weights("student_1", []))
    #expect(try alone == weights("student_1", ["--set", "models.student.training.turns=batch"]))
    #expect(try alone != weights("student_2", []))
  }

  @Test func aLossThatIsNotFiniteNamesItsStudent() throws {
    let place = try Workplace(Self.config())
    var log = ""
    let status = place.train(
      out: "a", ["--set", "models.student.training.optimizer.learningRate=1e30"],
      onLine: { log += $0 })
    #expect(status == ExitStatus.runFailed)
    #expect(log.contains("student_1, seed 3, ") && log.contains(" is not finite; try"), "\(log)")
  }
}
