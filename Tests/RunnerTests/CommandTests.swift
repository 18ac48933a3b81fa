import Foundation
import Logging
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

@Suite("Command line")
struct CommandLineTests {
  @Test(arguments: [
    (["sample.json", "--threads", "0"], "expected 1 to 1024"),
    (["sample.json", "--threads", "two"], "--threads"),
    (["sample.json", "--set", "epochs"], "expected key.path=value"),
    (["sample.json", "--seeds", "3-1"], "expected seeds such as 7 or 0-9,12"),
    (["sample.json", "--seeds", "0-99999999999"], "more than 10000 seeds"),
    (["sample.json", "--seeds", "1,2,1"], "the seed 1 occurs twice"),
    (["sample.json", "--seed", "-1"], "--seed"),
    (["sample.json", "--seed", "1-2"], "expected one seed"),
    (["sample.json", "--seed", "1", "--seeds", "2"], "exclude each other"),
    (["sample.json", "--out", ""], "expected a folder"),
    (["sample.json", "--bogus"], "Unknown option '--bogus'"),
    (["sample.json", "other.json"], "Unexpected argument"),
    ([], "USAGE: experiments"),
  ])
  func badUsageIs64(arguments: [String], message: String) throws {
    let place = try Workplace()
    #expect(place.run(arguments) == 64)
    #expect(place.errors.contains(message), "\(place.errors)")
    #expect(place.output == "" && place.loads == 0 && place.runs == [])
  }

  @Test func helpAndVersionGoToOutput() throws {
    let place = try Workplace()
    #expect(place.run("--help") == 0)
    #expect(place.output.contains("EXAMPLES") && place.output.contains("EXIT CODES"))
    #expect(place.run("run", "--help") == 0)
    #expect(place.output.contains("--restart") && place.errors == "")
    #expect(place.run("--version") == 0)
    #expect(place.output == "\(ProjectVersion.current)\n")
  }

  @Test func missingConfigsAre66() throws {
    let place = try Workplace()
    #expect(place.run("smaple.json") == 66)
    #expect(
      place.errors == "error: smaple.json: no such file; did you mean sample.json?\n")
    #expect(place.run("nowhere/at/all.json", "--json") == 66)
    #expect(place.errors.contains("nor is there a folder") && place.output == "")
    #expect(place.run(".") == 66)
    #expect(place.errors.contains("is a folder"))
  }

  @Test(arguments: [
    ("models.teacher.training.epochs=-5", "found -5, expected an integer from 1"),
    ("models.teacher.training.epoch=5", "did you mean \"epochs\"?"),
    ("models.student.objectives.lsp.studentTap=hidden.9", "has no tap \"hidden.9\""),
    ("models.studen.training.epochs=5", "did you mean \"student\"?"),
  ])
  func badConfigsAre65(setting: String, message: String) throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--set", setting, "--json") == 65)
    #expect(place.errors.hasPrefix("error: sample.json: models"))
    #expect(place.errors.contains(message), "\(place.errors)")
    #expect(place.output == "" && place.loads == 0 && place.runs == [])
  }

  @Test func tornConfigsAre65() throws {
    let place = try Workplace()
    try place.write("{\"name\": \"x\"", to: "torn.json")
    #expect(place.run("torn.json") == 65)
    #expect(place.errors.contains("torn.json:1:13: not valid JSON"))
  }

  @Test func validatePrintsTheResolvedConfig() throws {
    let place = try Workplace()
    #expect(place.run("validate", "sample.json") == 0)
    #expect(place.output.contains("sample.json is valid") && place.output.contains("task + lsp"))
    #expect(place.run("validate", "sample.json", "--json", "--quick", "--seeds", "3-5") == 0)
    let config = decode(try JSONParser.parse(place.output)).config
    #expect(config.seeds == [3, 4, 5] && config.models[0].training.epochs == 1)
    #expect(place.loads == 0 && place.runs == [])
  }

  @Test func schemaPrintsTheSchema() throws {
    let place = try Workplace()
    #expect(place.run("schema") == 0)
    #expect(try JSONParser.parse(place.output) == SchemaCommand.schema)
  }

  @Test func optionsReachTheTrainer() throws {
    let place = try Workplace()
    #expect(
      place.run(
        "run", "sample.json", "--threads", "3", "--data", "d", "--offline", "--seeds", "0-2,7",
        "--set", "data.shuffle=false") == 0)
    let context = try #require(place.context)
    #expect(context.threads == 3 && context.offline)
    #expect(context.dataDirectory?.path == place.folder.appending(path: "d").path)
    #expect(context.config.seeds == [0, 1, 2, 7] && !context.config.data.shuffle)
    #expect(place.seeds == [0, 1, 2, 7])
  }
}

@Suite("Runs")
struct RunTests {
  @Test func aRunLeavesItsFilesAndPrintsItsResult() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--seeds", "1,2", "--threads", "2") == 0)
    #expect(place.output.contains("sample, 2 seeds: 1, 2"))
    #expect(place.errors.contains("seed 2 (2/2)  teacher  epoch 1/1"))
    let result = try place.json("runs/sample/result.json")
    #expect(result["status"] == "complete" && result["threads"] == 2)
    #expect(result["models"]?["student"]?["test"]?["microF1"]?["values"] == [0.011, 0.021])
    let config = decode(try place.json("runs/sample/config.json"))
    #expect(config.problems == [] && config.config.seeds == [1, 2])
    #expect(place.exists("runs/sample/seed-1/result.json"))
    #expect(place.exists("runs/sample/seed-2/result.json"))
    guard case .array(let sessions)? = try place.json("runs/sample/provenance.json")["sessions"]
    else {
      Issue.record("expected sessions")
      return
    }
    #expect(sessions.count == 1)
    #expect(sessions[0]["outcome"] == "complete")
    #expect(sessions[0]["libraries"] == ["blas": "1.0"])
    #expect(sessions[0]["startedAt"] == "2001-09-09T01:46:40Z")
    #expect(sessions[0]["commandLine"]?.compactText.contains("--seeds") == true)
  }

  @Test func jsonOnOutputIsTheResultFile() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--json", "--quiet") == 0)
    let file = place.folder.appending(path: "runs/sample/result.json")
    #expect(try String(contentsOf: file, encoding: .utf8) == place.output)
    #expect(place.errors == "")
  }

  @Test func completeRunsAreNotRunAgain() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--json") == 0)
    let first = place.output
    #expect(place.run("sample.json", "--json", "--threads", "1") == 0)
    #expect(place.output == first && place.seeds == [1] && place.loads == 2)
    #expect(place.errors.contains("holds the complete run already"))
    #expect(place.run("sample.json", "--restart") == 0)
    #expect(place.seeds == [1, 1])
  }

  @Test func seedsAreAddedWithoutRepeatingOthers() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--seeds", "0-1") == 0)
    #expect(place.run("sample.json", "--seeds", "0-3", "--json") == 0)
    #expect(place.seeds == [0, 1, 2, 3])
    #expect(try JSONParser.parse(place.output)["seeds"] == [0, 1, 2, 3])
    #expect(place.run("sample.json", "--seed", "2", "--restart") == 0)
    #expect(place.seeds == [0, 1, 2, 3, 2])
    #expect(place.run("sample.json", "--seeds", "0-3", "--json") == 0)
    #expect(place.seeds.count == 5)
  }

  @Test func interruptedRunsGoOn() throws {
    let place = try Workplace()
    place.onSeed = { if $0 == 2 { throw Interrupted() } }
    #expect(place.run("sample.json", "--seeds", "1-3", "--json") == 130)
    #expect(place.output == "")
    #expect(place.errors.contains("error: interrupted; the state is saved in runs/sample"))
    let partial = try place.json("runs/sample/result.json")
    #expect(partial["status"] == "interrupted" && partial["seeds"] == [1])
    place.onSeed = { _ in }
    #expect(place.run("sample.json", "--seeds", "1-3", "--json") == 0)
    #expect(place.seeds == [1, 2, 3])
    let whole = try Workplace()
    #expect(whole.run("sample.json", "--seeds", "1-3", "--json") == 0)
    #expect(whole.output == place.output)
    let sessions = try place.json("runs/sample/provenance.json")["sessions"]
    guard case .array(let entries)? = sessions else { return }
    #expect(entries.map { $0["outcome"] } == ["interrupted", "complete"])
  }

  @Test func failuresAreReported() throws {
    struct Unforeseen: Error {}
    let place = try Workplace()
    place.onSeed = { _ in throw RunError(message: "the loss is NaN") }
    #expect(place.run("sample.json") == 1)
    #expect(place.errors.contains("error: the loss is NaN"))
    place.onSeed = { _ in throw Unforeseen() }
    #expect(place.run("sample.json") == 1)
    #expect(place.errors.contains("Unforeseen"))
    #expect(try place.json("runs/sample/result.json")["status"] == "failed")
  }

  @Test func foldersThatCannotBeWrittenAreToldFirst() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "sample.json/run") == 65)
    #expect(
      place.errors == "error: the folder sample.json/run cannot be written: Not a directory; "
        + "choose another with --out DIR\n")
    #expect(place.run("sample.json", "--out", "sample.json") == 65)
    #expect(place.errors.contains("Not a directory"))
    #expect(place.loads == 0)
  }

  @Test func foldersOfOtherConfigsAreNotTouched() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out") == 0)
    let before = try place.json("out/result.json")
    let setting = ["--set", "models.mlp.training.epochs=9"]
    #expect(place.run("sample.json", "--out", "out", setting[0], setting[1]) == 65)
    #expect(place.errors.contains("which differs in models.mlp.training.epochs;"))
    #expect(place.errors.contains("--restart") && place.errors.contains("--out"))
    #expect(place.loads == 1)
    #expect(try place.json("out/result.json") == before)
    try place.write("mine", to: "out/notes.txt")
    #expect(place.run("sample.json", "--out", "out", setting[0], setting[1], "--restart") == 0)
    #expect(try place.json("out/result.json")["models"]?["mlp"]?["epochs"] == 9)
    #expect(place.exists("out/notes.txt"))
  }

  @Test func sweepsDoNotCollide() throws {
    let place = try Workplace()
    #expect(place.run("sample.json") == 0)
    #expect(place.run("sample.json", "--set", "models.mlp.training.epochs=4") == 0)
    #expect(place.run("sample.json", "--set", "models.mlp.training.epochs=5") == 0)
    #expect(place.run("sample.json", "--set", "models.mlp.training.epochs=5") == 0)
    #expect(place.run("sample.json", "--set", "models.mlp.training.epochs=3") == 0)  // The default.
    #expect(place.run("sample.json", "--quick") == 0)
    #expect(place.seeds.count == 4)
    #expect(
      Set(place.runs) == [
        "sample", "sample-quick", "sample-mlp.training.epochs=4", "sample-mlp.training.epochs=5",
      ])
  }

  @Test func standInsHaveTheirOwnFolderAndName() throws {
    let place = try Workplace()
    place.synthetic = true
    #expect(place.run("sample.json") == 0)
    #expect(place.runs == ["sample-synthetic"])
    #expect(place.output.contains("sample (synthetic)"))
    #expect(
      place.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("[synthetic] ") },
      "\(place.errors)")
    #expect(try place.json("runs/sample-synthetic/result.json")["synthetic"] == true)
    #expect(place.run("sample.json") == 0)
    #expect(place.seeds == [1])
    place.synthetic = false
    #expect(place.run("sample.json") == 0)
    #expect(place.runs == ["sample", "sample-synthetic"] && place.seeds == [1, 1])
  }

  @Test func dataOfOneFolderAreNotMixed() throws {
    let place = try Workplace()
    place.synthetic = true
    #expect(place.run("sample.json", "--out", "out") == 0)
    place.synthetic = false
    #expect(place.run("sample.json", "--out", "out", "--seeds", "1-2") == 65)
    #expect(place.errors.contains("holds a run on other data: ppi (synthetic) with 10 nodes"))
    #expect(place.run("sample.json", "--out", "out", "--restart") == 0)
    #expect(try place.json("out/result.json")["synthetic"] == false)
  }

  @Test(arguments: ["config.json", "dataset.json", "origin.json", "seed-1/result.json"])
  func tornFilesAreToldAndReplaced(file: String) throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out") == 0)
    try place.write("{\"seed\": 1, ", to: "out/\(file)")
    #expect(place.run("sample.json", "--out", "out") == 65)
    #expect(place.errors.contains("out/\(file):1:"), "\(place.errors)")
    #expect(place.errors.contains("--restart"))
    #expect(place.run("sample.json", "--out", "out", "--restart") == 0)
    #expect(place.seeds == [1, 1])
  }

  @Test func resultAndProvenanceHoldDigestsOfThemselves() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out", "--seeds", "1-2") == 0)
    func read(_ name: String) throws -> JSONValue {
      try SealedJSON.read(place.folder.appending(path: "out/\(name)"), named: name)
    }
    #expect(try read("result.json")["status"] == "complete")
    _ = try read("provenance.json")

    // A digit of the result over seeds: it is made again from theirs.
    let result = try place.text("out/result.json")
    try place.write(result.replacingOccurrences(of: "0.0", with: "0.9"), to: "out/result.json")
    #expect(throws: ConfigError.self) { _ = try read("result.json") }
    #expect(place.run("sample.json", "--out", "out", "--seeds", "1-2") == 0)
    #expect(try place.text("out/result.json") == result)

    // A word of the provenance, and one without a digest.
    let provenance = try place.text("out/provenance.json")
    for changed in [
      provenance.replacingOccurrences(of: "complete", with: "killed"), "{\"sessions\": []}",
    ] {
      try place.write(changed, to: "out/provenance.json")
      #expect(place.run("sample.json", "--out", "out", "--seeds", "1-3") == 65)
      #expect(place.errors.contains("out/provenance.json is damaged"), "\(place.errors)")
      #expect(place.errors.contains("--restart"))
    }
    #expect(place.run("sample.json", "--out", "out", "--seeds", "1-3", "--restart") == 0)
    _ = try read("provenance.json")
  }

  @Test func resultsOfOtherModelsAreRefused() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out") == 0)
    let text = try SealedJSON.read(
      place.folder.appending(path: "out/seed-1/result.json"), named: "result"
    ).prettyText.replacingOccurrences(of: "\"student\"", with: "\"pupil\"")
    try place.writeSealed(try JSONParser.parse(text), to: "out/seed-1/result.json")
    #expect(place.run("sample.json", "--out", "out") == 65)
    #expect(place.errors.contains("found the models teacher, pupil, mlp"))
  }

  @Test func aFolderBelongsToOneProcessAtATime() throws {
    let place = try Workplace()
    let directory = RunDirectory(path: "out", relativeTo: place.folder)
    let lock = try RunLock(directory, log: Logger(label: "test"))
    withExtendedLifetime(lock) {
      #expect(place.run("sample.json", "--out", "out") == 65)
      #expect(place.errors.contains("another process is at work in the folder out"))
    }
  }

  /// A program that is being started holds a copy of each descriptor until it has its own.
  @Test func aLockEndsWithItsOwnerThoughACopyIsHeld() throws {
    let place = try Workplace()
    let directory = RunDirectory(path: "out", relativeTo: place.folder)
    let copy: Int32
    do {
      let lock = try RunLock(directory, log: Logger(label: "test"))
      copy = withExtendedLifetime(lock) { dup(lock.descriptor) }
    }
    defer { close(copy) }
    #expect(copy >= 0 && place.run("sample.json", "--out", "out") == 0, "\(place.errors)")
  }
}
