import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

@Suite("Curves of a run")
struct CurvesCommandTests {
  private let file = "runs/sample/seed-1/metrics.jsonl"

  /// A run of the sample config with metrics of a teacher (25 epochs) and a student (12), the
  /// latter evaluated in every fifth epoch.
  private func workplace(seeds: [Int] = [1]) throws -> Workplace {
    let place = try Workplace()
    #expect(place.run("sample.json", "--seeds", seeds.map(String.init).joined(separator: ",")) == 0)
    for seed in seeds {
      var lines: [JSONValue] = []
      for (model, epochs) in [("teacher", 25), ("student", 12)] {
        for epoch in 0..<epochs {
          var line: [String: JSONValue] = [
            "model": .string(model), "epoch": .integer(epoch),
            "loss": .real(Double(seed) / Double(epoch + 1)), "losses": ["task": .real(0.125)],
            "learningRate": 0.01, "seconds": 1.5,
          ]
          if model == "student", epoch % 5 == 0 {
            line["valid"] = ["microF1": .real(Double(epoch) / 100), "loss": 0.75]
            line["losses"] = ["task": 0.125, "lsp": .real(Double(epoch))]
          }
          lines.append(.object(line))
        }
      }
      try place.write(
        lines.map { $0.compactText + "\n" }.joined(), to: "runs/sample/seed-\(seed)/metrics.jsonl")
    }
    return place
  }

  private func run(_ place: Workplace, _ arguments: String...) -> Int32 {
    place.run(["curves", "runs/sample"] + arguments)
  }

  @Test func lossesAtAChoiceOfEpochs() throws {
    let place = try workplace()
    #expect(run(place) == 0, "\(place.errors)")
    #expect(
      place.output == """
        sample, seed 1: mean training loss, by epoch

        | epoch   |      0 |      1 |      2 |      5 |     10 |     20 |     24 |
        | ------- | -----: | -----: | -----: | -----: | -----: | -----: | -----: |
        | teacher | 1.0000 | 0.5000 | 0.3333 | 0.1667 | 0.0909 | 0.0476 | 0.0400 |
        | student | 1.0000 | 0.5000 | 0.3333 | 0.1667 | 0.0909 |      - |      - |
        | mlp     |      - |      - |      - |      - |      - |      - |      - |

        """)
    #expect(place.errors == "")
  }

  @Test func theWishedEpochsModelsAndFigures() throws {
    let place = try workplace()
    #expect(run(place, "--epochs", "10,3,99", "--models", "student,teacher") == 0)
    let lines = place.output.components(separatedBy: "\n")
    #expect(lines[2] == "| epoch   |     10 |      3 | 99 |")
    #expect(lines[4] == "| student | 0.0909 | 0.2500 |  - |")
    #expect(lines[5] == "| teacher | 0.0909 | 0.2500 |  - |")
    #expect(run(place, "--metric", "valid", "--models", "student") == 0)
    #expect(place.output.contains("| epoch   |    0 |    5 |    10 |\n"))
    #expect(place.output.contains("| student | 0.00 | 5.00 | 10.00 |\n"))
    #expect(place.output.contains("validation score that checkpoints go by, in %"))
    #expect(run(place, "--metric", "valid.loss", "--models", "student", "--epochs", "5") == 0)
    #expect(place.output.contains("| student | 0.7500 |"))
    #expect(run(place, "--metric", "loss.lsp", "--epochs", "5") == 0)
    #expect(place.output.contains("| student | 5.0000 |"))
    #expect(place.output.contains("| teacher |      - |"))
  }

  @Test func seedsStandApart() throws {
    let place = try workplace(seeds: [1, 3])
    #expect(run(place, "--epochs", "1", "--models", "teacher") == 0)
    #expect(place.output.hasPrefix("sample, seeds 1, 3: mean"))
    #expect(place.output.contains("| teacher, seed 1 | 0.5000 |"))
    #expect(place.output.contains("| teacher, seed 3 | 1.5000 |"))
    #expect(run(place, "--epochs", "1", "--models", "teacher", "--seed", "3") == 0)
    #expect(place.output.contains("| teacher | 1.5000 |") && !place.output.contains("seed 1"))
    #expect(run(place, "--seed", "2") == 66)
    #expect(place.errors == "error: runs/sample: the seed 2 is not there (there is: 1, 3)\n")
  }

  @Test func runsSideBySide() throws {
    let place = try workplace(seeds: [1, 3])
    let folders = (run: place.folder.appending(path: "runs/sample"), in: place.folder)
    for copy in ["runs/again", "other/sample"] {
      let target = folders.in.appending(path: copy)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: folders.run, to: target)
    }
    let choice = ["--seed", "3", "--models", "teacher", "--epochs", "1"]
    #expect(place.run(["curves", "runs/sample", "runs/again"] + choice) == 0)
    #expect(
      place.output == """
        sample, again, seed 3: mean training loss, by epoch

        | epoch           |      1 |
        | --------------- | -----: |
        | sample: teacher | 1.5000 |
        | again: teacher  | 1.5000 |

        """)
    #expect(place.run(["curves", "runs/sample", "other/sample", "--csv"] + choice) == 0)
    #expect(place.output.hasPrefix("epoch,runs/sample: teacher,other/sample: teacher\n1,1.5,1.5"))
    #expect(place.run("curves", "runs/sample", "runs/sample") == 64)
    #expect(place.errors.contains("the run runs/sample is named twice"))
    #expect(place.run("curves", "runs/sample", "runs/nothing") == 66)
    #expect(place.errors.contains("runs/nothing: there is no run"))
  }

  @Test func csvAndJSONHaveEveryEpochAndDigit() throws {
    let place = try workplace()
    #expect(run(place, "--csv") == 0)
    let lines = place.output.components(separatedBy: "\n")
    #expect(lines.count == 27 && lines[0] == "epoch,teacher,student,mlp")
    #expect(lines[3] == "2,0.3333333333333333,0.3333333333333333,")
    #expect(lines[25] == "24,0.04,,")
    #expect(run(place, "--json", "--metric", "valid", "--models", "student") == 0)
    #expect(
      try JSONParser.parse(place.output) == [
        "metric": "valid",
        "curves": [
          [
            "run": "sample", "synthetic": false, "model": "student", "seed": 1,
            "epochs": [0, 5, 10], "values": [0, 0.05, 0.1],
          ]
        ],
      ])
  }

  @Test func standInsAreMarked() throws {
    let place = try Workplace()
    place.synthetic = true
    #expect(place.run("sample.json", "--out", "runs/sample") == 0)
    let line =
      #"{"epoch":0,"learningRate":1,"loss":0.5,"losses":{},"model":"mlp","seconds":1,"#
      + #""synthetic":true}"# + "\n"
    try place.write(line, to: file)
    #expect(run(place) == 0)
    #expect(place.output.hasPrefix("sample (synthetic), seed 1: "))
    #expect(run(place, "--csv", "--models", "mlp") == 0)
    #expect(place.output == "epoch,mlp (synthetic)\n0,0.5\n")
    #expect(run(place, "--json") == 0)
    guard case .array(let curves)? = try JSONParser.parse(place.output)["curves"] else {
      Issue.record("no curves in \(place.output)")
      return
    }
    #expect(!curves.isEmpty && curves.allSatisfy { $0["synthetic"] == true })
  }

  @Test func whatIsMissingIs66() throws {
    let place = try workplace()
    #expect(place.run("curves", "runs/nothing") == 66)
    #expect(
      place.errors == "error: runs/nothing: there is no run (no config.json), expected a run's "
        + "folder such as runs/NAME\n")
    #expect(run(place, "--models", "mlp") == 66)
    #expect(place.errors == "error: runs/sample: no epoch of mlp has loss yet\n")
    try FileManager.default.removeItem(at: place.folder.appending(path: file))
    #expect(run(place) == 66)
    #expect(place.output == "")
  }

  @Test(arguments: [
    ("{\"model\": \"teach", "line 38: not valid JSON"),
    ("{}", "line 38: 6 problems"),
    ("[]", "line 38: found [], expected an object"),
  ])
  func tornFilesAre65(line: String, message: String) throws {
    let place = try workplace()
    try place.write(try place.text(file) + line, to: file)
    #expect(run(place) == 65)
    #expect(
      place.errors.contains("runs/sample/seed-1/metrics.jsonl, \(message)"), "\(place.errors)")
    try place.write("{", to: "runs/sample/config.json")
    #expect(run(place) == 65)
    #expect(place.errors.contains("runs/sample/config.json is damaged"))
  }

  @Test(arguments: [
    (["--models", "studnet"], "there is no model \"studnet\"; did you mean \"student\"?"),
    (["--models", ""], "there is no model \"\""), (["--models", "mlp,mlp"], "mlp occurs twice"),
    (["--metric", "score"], "expected loss, loss.OBJECTIVE, valid or valid.METRIC"),
    (["--metric", "loss."], "expected loss, loss.OBJECTIVE"),
    (["--metric", "loss.lps"], "there is no objective \"lps\"; did you mean \"lsp\"?"),
    (["--metric", "valid.f1"], "there is no metric \"f1\""),
    (["--epochs", "1,,2"], "expected epochs such as 0,1,2"), (["--epochs", "-1"], "--epochs"),
    (["--epochs", "3,3"], "the epoch 3 occurs twice"), (["--csv", "--json"], "exclude each other"),
  ])
  func badUsageIs64(arguments: [String], message: String) throws {
    let place = try workplace()
    #expect(place.run(["curves", "runs/sample"] + arguments) == 64)
    #expect(place.errors.contains(message), "\(place.errors)")
    #expect(place.output == "")
  }
}
