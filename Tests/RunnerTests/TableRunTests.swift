import Foundation
import Logging
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

@Suite("Table runs")
struct TableRunTests {
  private let command = ["table", "tables/small.json"]
  private let kinds = ["md", "tex", "csv"]

  private func texts(_ place: Workplace, in folder: String = "docs/results") throws -> [String] {
    try kinds.map { try place.text("\(folder)/small.\($0)") }
  }

  @Test func eachSeedLeavesAFileAndIsNotRunAgain() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command + ["--data", "d"]) == 0, "\(place.errors)")
    #expect(place.seeds == [0, 1, 2, 1, 2] && place.loads == 2)
    let file = try place.json("docs/results/data/small/long/seed-2.json")
    #expect(file["experiment"] == "long" && file["quick"] == false)
    #expect(file["dataset"]?["nodes"] == 10)
    #expect(file["result"]?["seed"] == 2 && file["config"]?["seeds"] == [2])
    let (config, problems) = decode(try #require(file["config"]))
    #expect(problems == [] && config.models[1].training.epochs == 1_000)
    guard case .array(let sessions)? = file["provenance"] else { return }
    #expect(sessions.count == 1 && sessions[0]["libraries"] == ["blas": "1.0"])
    #expect(sessions[0]["commandLine"] == nil && sessions[0]["outcome"] == "complete")
    #expect(place.exists("runs/tables/small/long/seed-2/result.json"))

    let before = try texts(place)
    #expect(place.run(command) == 0)
    #expect(place.seeds.count == 5 && place.loads == 2)
    #expect(try texts(place) == before && place.output == before[0])
  }

  @Test func theFilesAreEnoughOnAMachineWithoutDataAndRuns() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let before = try texts(place)
    let elsewhere = try Workplace(table: sampleTable)
    elsewhere.synthetic = true
    try FileManager.default.copyItem(
      at: place.folder.appending(path: "docs"), to: elsewhere.folder.appending(path: "docs"))
    for kind in kinds {
      try FileManager.default.removeItem(
        at: elsewhere.folder.appending(path: "docs/results/small.\(kind)"))
    }
    #expect(elsewhere.run(command) == 0)
    #expect(elsewhere.loads == 0)
    #expect(try texts(elsewhere) == before)
  }

  @Test func seedsAreAddedToAllExperiments() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    #expect(place.run(command + ["--seeds", "0-3"]) == 0)
    #expect(place.seeds == [0, 1, 2, 1, 2, 3, 0, 3])
    // More seeds than asked for are shown all the same.
    let all = place.output
    #expect(all.contains("- Seeds of long: 0, 1, 2, 3\n"))
    #expect(place.run(command) == 0)
    #expect(place.output == all && place.seeds.count == 8)
    let once = try Workplace(table: sampleTable)
    #expect(once.run(command + ["--seeds", "3,0-1"]) == 0)
    #expect(try texts(once) == (try texts(place)))
  }

  @Test func experimentsAreRunAlone() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command + ["--experiments", "long"]) == 0)
    #expect(place.seeds == [1, 2])
    #expect(place.output.contains("- Seeds of long: 1, 2\n"))
    // More seeds of one experiment leave the others as they are.
    #expect(place.run(command + ["--experiments", "long", "--seeds", "5"]) == 0)
    #expect(place.seeds == [1, 2, 5])
    #expect(place.run(command) == 0)
    #expect(place.seeds == [1, 2, 5, 0, 1, 2])
    #expect(place.run(command + ["--experiments", "lang"]) == 64)
    #expect(
      place.errors.contains("--experiments lang: there is no experiment \"lang\"; did you mean"))
    #expect(place.run(command + ["--experiments", "long,"]) == 64)
    #expect(place.run(command + ["--experiments", "long,long"]) == 64)
    #expect(place.errors.contains("the experiment long occurs twice"))
    #expect(place.run(command + ["--experiments", "long", "--render"]) == 64)
  }

  @Test(arguments: 0..<5) func interruptedTablesEndTheSame(stop: Int) throws {
    let whole = try Workplace(table: sampleTable)
    #expect(whole.run(command) == 0)
    let place = try Workplace(table: sampleTable)
    var count = 0
    place.onSeed = { _ in
      if count == stop { throw Interrupted() }
      count += 1
    }
    #expect(place.run(command) == 130)
    #expect(place.errors.contains("error: interrupted; the state is saved in runs/tables/small/"))
    #expect(place.output == "" && place.seeds.count == stop)
    // What was done is kept and shown.
    #expect(place.exists("docs/results/small.md") == (stop > 0))
    place.onSeed = { _ in }
    #expect(place.run(command) == 0)
    #expect(place.seeds == [0, 1, 2, 1, 2])
    #expect(try texts(place) == (try texts(whole)) && place.output == whole.output)
  }

  @Test func seedsOfAProcessThatWasKilledAreTakenOver() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let before = try texts(place)
    // Killed between the end of a seed and the copy of its result.
    try FileManager.default.removeItem(at: place.folder.appending(path: "docs"))
    #expect(place.run(command) == 0)
    #expect(try texts(place) == before)
    #expect(place.seeds.count == 5)
  }

  @Test func resultsOfAnotherConfigAreRefusedUntilRestart() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let before = try texts(place)
    try place.write(
      try table(["experiments.long.set": ["models.student.training.epochs": 900]]).prettyText,
      to: "tables/small.json")
    for options in [[], ["--render"], ["--seeds", "0-9"]] {
      #expect(place.run(command + options) == 65)
      #expect(
        place.errors.contains(
          "docs/results/data/small/long/seed-1.json is of another config, which differs in "
            + "models.student.training.epochs; --restart"), "\(place.errors)")
    }
    #expect(try texts(place) == before && place.seeds.count == 5 && place.output == "")
    // What fits stays.
    #expect(place.run(command + ["--restart"]) == 0, "\(place.errors)")
    #expect(place.seeds == [0, 1, 2, 1, 2, 1, 2])
    #expect(place.output.contains("|    900 |"))
    #expect(place.run(command + ["--restart"]) == 0)
    #expect(place.seeds.count == 7)
  }

  @Test func unfinishedRunsOfAnotherConfigAreRefusedUntilRestart() throws {
    let place = try Workplace(table: sampleTable)
    place.onSeed = { _ in throw Interrupted() }
    #expect(place.run(command) == 130)
    place.onSeed = { _ in }
    try place.write(
      try table(["experiments.main.set": ["data.shuffle": false]]).prettyText,
      to: "tables/small.json")
    #expect(place.run(command) == 65)
    #expect(
      place.errors.contains(
        "runs/tables/small/main holds a run of another config, which differs in "
          + "data.shuffle"), "\(place.errors)")
    #expect(place.run(command + ["--restart"]) == 0, "\(place.errors)")
    #expect(place.seeds == [0, 1, 2, 1, 2])
  }

  @Test func settingsThatDidNotExistThenHaveTheirDefaults() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let path = "docs/results/data/small/main/seed-0.json"
    guard case .object(var file) = try place.json(path),
      case .object(var config)? = file["config"]
    else { return }
    config["precision"] = nil
    file["config"] = .object(config)
    file["sha256"] = nil  // As files were then.
    try place.write(JSONValue.object(file).prettyText, to: path)
    #expect(place.run(command) == 0)
    config["precision"] = "float64"
    file["config"] = .object(config)
    try place.write(JSONValue.object(file).prettyText, to: path)
    #expect(place.run(command) == 65)
    #expect(place.errors.contains("differs in precision"))
    config["precison"] = "float64"
    file["config"] = .object(config)
    try place.write(JSONValue.object(file).prettyText, to: path)
    #expect(place.run(command) == 65)
    #expect(place.errors.contains("precison: unknown key"))
    #expect(place.seeds.count == 5)
  }

  @Test func otherDataAreRefusedBeforeTraining() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    place.nodes = 11
    #expect(place.run(command + ["--seeds", "5"]) == 65)
    #expect(
      place.errors.contains(
        "main/seed-0.json is of other data: ppi with 10 nodes, 20 edges and 100.00 % of labels; "
          + "now they are ppi with 11 nodes"), "\(place.errors)")
    #expect(place.seeds.count == 5)
    #expect(place.run(command + ["--seeds", "5", "--restart"]) == 0, "\(place.errors)")
    // Seeds that were there of the first experiment went with the data they were made on; they are
    // run again by the next command.
    #expect(place.run(command + ["--seeds", "5"]) == 0)
    #expect(try place.json("docs/results/data/small/main/seed-0.json")["dataset"]?["nodes"] == 11)
    #expect(try place.json("docs/results/data/small/long/seed-1.json")["dataset"]?["nodes"] == 11)
  }

  @Test(arguments: ["{\"experiment\": ", "{}", "[]"])
  func tornFilesAreTold(text: String) throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    try place.write(text, to: "docs/results/data/small/main/seed-1.json")
    #expect(place.run(command) == 65)
    #expect(place.errors.contains("docs/results/data/small/main/seed-1.json"))
    #expect(place.errors.contains("remove the file to run this seed again"), "\(place.errors)")
    #expect(place.run(command + ["--restart"]) == 0)
    #expect(place.seeds.count == 5)  // Their runs are still there.
  }

  @Test func aChangedDigitIsTold() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let path = "docs/results/data/small/main/seed-1.json"
    let text = try place.text(path)
    #expect(text.contains("\"parameters\": 11,"))
    try place.write(
      text.replacingOccurrences(of: "\"parameters\": 11,", with: "\"parameters\": 12,"), to: path)
    #expect(place.run(command) == 65)
    #expect(place.errors.contains(path) && place.errors.contains("it is damaged"))
    #expect(place.errors.contains("remove the file to run this seed again"), "\(place.errors)")
  }

  @Test func filesOfOtherSeedsAreRefused() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let text = try place.text("docs/results/data/small/main/seed-1.json")
    try place.write(text, to: "docs/results/data/small/main/seed-7.json")
    #expect(place.run(command) == 65)
    #expect(place.errors.contains("result.seed: found 1, expected 7"))
  }

  @Test func standInsGoApartAndRealDataTakeTheirPlaceLater() throws {
    let place = try Workplace(table: sampleTable)
    place.synthetic = true
    #expect(place.run(command) == 0, "\(place.errors)")
    #expect(!place.exists("docs") && place.exists("runs/tables/small-synthetic/small.tex"))
    #expect(
      place.exists("runs/tables/small-synthetic/data/small/main/seed-0.json")
        && place.exists("runs/tables/small-synthetic/main/seed-0/result.json"))
    #expect(place.errors.contains("[synthetic] the real data are not to be had"))
    #expect(place.seeds == [0, 1, 2, 1, 2])
    let standIn = try texts(place, in: "runs/tables/small-synthetic")
    #expect(place.run(command) == 0)
    #expect(place.seeds.count == 5 && place.output == standIn[0])
    place.synthetic = false
    #expect(place.run(command) == 0)
    #expect(place.seeds.count == 10)
    #expect(try texts(place)[0].contains("synthetic") == false)
    #expect(try texts(place, in: "runs/tables/small-synthetic") == standIn)
  }

  @Test func resultsOnRealDataAreNotFilledUpWithAStandIn() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command) == 0)
    let before = try texts(place)
    place.synthetic = true
    #expect(place.run(command + ["--seeds", "4"]) == 0)
    #expect(try texts(place) == before)
    #expect(place.output.contains("# Students 50 % & more (synthetic stand-in)\n"))
    #expect(place.output.contains("- Seeds of main: 0, 1, 2, 4\n"))
    #expect(!place.exists("docs/results/data/small/main/seed-4.json"))
  }

  @Test func quickRunsGoApart() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command + ["--quick"]) == 0)
    #expect(!place.exists("docs") && place.exists("runs/tables/small-quick/small.csv"))
    let file = try place.json("runs/tables/small-quick/data/small/main/seed-0.json")
    #expect(file["quick"] == true)
    #expect(decode(try #require(file["config"])).config.models[0].training.epochs == 1)
    place.synthetic = true
    #expect(place.run(command + ["--quick", "--seeds", "8"]) == 0)
    #expect(place.exists("runs/tables/small-quick-synthetic/small.md"))
  }

  @Test func aFolderOfOnesOwnHoldsEverythingAndMixesNothing() throws {
    let place = try Workplace(table: sampleTable)
    place.synthetic = true
    #expect(place.run(command + ["--out", "mine"]) == 0)
    #expect(place.exists("mine/small.md") && place.exists("mine/data/small/main/seed-0.json"))
    #expect(place.exists("mine/runs/main/seed-0/result.json"))
    #expect(!place.exists("docs"))
    #expect(place.run(command + ["--out", "mine"]) == 0)
    #expect(place.seeds.count == 5)
    #expect(place.run(command + ["--out", "mine", "--quick"]) == 65)
    #expect(place.errors.contains("differs in models.teacher.training.epochs, quick"))
    place.synthetic = false
    #expect(place.run(command + ["--out", "mine"]) == 65)
    #expect(place.errors.contains("is of other data: ppi (synthetic) with 10 nodes"))
    #expect(place.seeds.count == 5)
    #expect(place.run(command + ["--out", "mine", "--restart"]) == 0, "\(place.errors)")
    #expect(place.seeds.count == 10 && !place.output.contains("synthetic"))
  }

  @Test(arguments: [
    ([], "runs/models"), (["--quick"], "runs/models"), (["--models", "here"], "here"),
    (["--out", "mine"], "mine/models"),
  ])
  func experimentsShareTrainedModels(options: [String], folder: String) throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command + options) == 0)
    #expect(place.context?.models?.url.path == place.folder.appending(path: folder).path)
  }

  @Test func renderRunsNothing() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command + ["--render"]) == 66)
    #expect(
      place.errors == "error: there is nothing to render in docs/results/data/small nor in "
        + "runs/tables/small-synthetic/data/small; run the table without --render first\n")
    place.onSeed = { if $0 == 2 { throw Interrupted() } }
    #expect(place.run(command) == 130)
    let before = try texts(place)
    try FileManager.default.removeItem(at: place.folder.appending(path: "runs"))
    #expect(place.run(command + ["--render"]) == 0)
    #expect(try texts(place) == before && place.output == before[0])
    #expect(place.seeds == [0, 1] && place.loads == 1 && !place.exists("runs"))
    place.synthetic = true
    place.onSeed = { _ in }
    #expect(place.run(command + ["--quick"]) == 0)
    let loads = place.loads
    #expect(place.run(command + ["--quick", "--render"]) == 0)
    #expect(place.loads == loads)
    #expect(place.output.contains("(quick run, synthetic stand-in)"))
  }

  @Test func otherExperimentsGoOnWhereOneFails() throws {
    let place = try Workplace(table: sampleTable)
    place.onSeed = { [unowned place] _ in
      if place.context?.config.models[1].training.epochs != 1_000 {
        throw RunError(message: "the loss is NaN")
      }
    }
    #expect(place.run(command) == 1)
    #expect(place.errors.contains("main: the loss is NaN"))
    #expect(
      place.errors.contains("error: 1 of 2 experiments failed: main; the table in docs/results"))
    #expect(place.seeds == [1, 2] && place.output == "")
    #expect(try place.text("docs/results/small.md").contains("- Seeds of main: none yet"))
  }

  @Test func jsonOnOutput() throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(command + ["--json", "--quiet"]) == 0)
    #expect(place.errors == "")
    let json = try JSONParser.parse(place.output)
    #expect(json["status"] == "complete" && json["table"] == "small")
    #expect(json["quick"] == false && json["synthetic"] == false)
    #expect(json["files"]?["csv"] == "docs/results/small.csv")
    let section = try #require(json["sections"]?["students"])
    #expect(section["claims"]?["gain"]?["verdict"] == "reproduced")
    #expect(section["claims"]?["loss"]?["verdict"] == "notReproduced")
    let row = try #require(section["rows"]?["pupil"])
    #expect(row["model"] == "mlp" && row["seeds"] == [0, 1, 2] && row["epochs"] == 3)
    #expect(row["test"]?["microF1"]?["values"] == [0.52, .real(0.52 + 0.03), .real(0.51 + 0.025)])
    #expect(row["differences"]?["microF1"]?["n"] == 3)
    #expect(section["rows"]?["kd"]?["model"] == .null)
  }

  @Test func aTableBelongsToOneProcessAtATime() throws {
    let place = try Workplace(table: sampleTable)
    let lock = try RunLock(
      RunDirectory(path: "runs/tables/small", relativeTo: place.folder), log: Logger(label: "test"))
    withExtendedLifetime(lock) {
      #expect(place.run(command) == 65)
      #expect(place.errors.contains("another process is at work in the folder runs/tables/small"))
    }
  }
}
