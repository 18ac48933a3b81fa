import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import Tensor
@testable import TestSupport
@testable import Training

/// What runs know of the program, the data and the machine that made them.
@Suite("Origins of runs") struct OriginTests {
  @Test func aRunOfOtherCodeIsRefused() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out") == 0)
    let other = RunOrigin(numerics: "0123", revision: "89abcdef0123456789-modified")
    try place.writeSealed(RecordEncoder.encode(other), to: "out/origin.json")
    for arguments in [["--out", "out"], ["--out", "out", "--seeds", "1-2"]] {
      #expect(place.run(["sample.json"] + arguments) == 65)
      #expect(
        place.errors.contains(
          "the folder out holds a run of other code: numerics 0123 at commit 89abcdef01-modified; "
            + "this program has numerics \(BuildRecord.numerics)"), "\(place.errors)")
      #expect(place.errors.contains("--restart") && place.errors.contains("--out DIR"))
    }
    #expect(place.run("sample.json", "--out", "out", "--restart") == 0)
    #expect(place.run("sample.json", "--out", "out") == 0)
    #expect(place.seeds == [1, 1])
  }

  @Test func aRunThatKeptNoDigestsIsRefused() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out") == 0)
    try FileManager.default.removeItem(at: place.folder.appending(path: "out/origin.json"))
    #expect(place.run("sample.json", "--out", "out") == 65)
    #expect(
      place.errors.contains("holds a run of a version that kept no digests"), "\(place.errors)")
    #expect(place.run("sample.json", "--out", "out", "--restart") == 0)
  }

  @Test func otherDataOfTheSameSizeAreNoticed() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--out", "out") == 0)
    place.onSeed = { if $0 == 2 { throw Interrupted() } }
    #expect(place.run("sample.json", "--out", "stopped", "--seeds", "1-2") == 130)
    place.onSeed = { _ in }
    place.digest = "1"
    #expect(place.run("sample.json", "--out", "out") == 65)
    #expect(place.errors.contains("the folder out holds a run on other data"), "\(place.errors)")
    #expect(place.errors.contains("(digest 0); now they are"))
    #expect(place.run("sample.json", "--out", "stopped", "--seeds", "1-2") == 65)
    #expect(place.seeds == [1, 1])
  }

  @Test func aCompleteRunIsShownWithoutItsData() throws {
    let place = try Workplace()
    #expect(place.run("sample.json", "--json") == 0)
    let first = place.output
    place.dataAreMissing = true
    #expect(place.run("sample.json", "--json") == 0)
    #expect(place.output == first)
    #expect(place.errors.contains("the data of runs/sample are not here"), "\(place.errors)")
    #expect(place.run("sample.json", "--seeds", "1-2") == 66)
  }

  @Test func aRunAtWorkSaysSo() throws {
    let place = try Workplace()
    place.onSeed = { seed in
      let result = try place.json("runs/sample/result.json")
      #expect(result["status"] == "running")
      #expect(result["process"]?["id"] == .integer(Int(getpid())))
      #expect(result["process"]?["host"] == .string(Machine.host))
      if seed == 2 { throw Interrupted() }
    }
    #expect(place.run("sample.json", "--seeds", "1-3") == 130)
    let result = try place.json("runs/sample/result.json")
    #expect(result["status"] == "interrupted" && result["process"] == nil)
    place.onSeed = { _ in }
    #expect(place.run("sample.json", "--seeds", "1-3") == 0)
    #expect(try place.json("runs/sample/result.json")["status"] == "complete")
  }

  @Test func aKilledSessionAndAnotherMachineAreTold() throws {
    let place = try Workplace()
    place.libraries = ["openblas": "OpenBLAS 0.3.21", "openblasKernels": "Haswell"]
    place.onSeed = { if $0 == 2 { throw Interrupted() } }
    #expect(place.run("sample.json", "--seeds", "1-2") == 130)
    // As a process leaves it that has no time to end its session.
    let file = "runs/sample/provenance.json"
    let text = try SealedJSON.read(place.folder.appending(path: file), named: file).prettyText
    try place.writeSealed(
      try JSONParser.parse(
        text.replacingOccurrences(of: "\"interrupted\"", with: "\"unfinished\"")), to: file)
    place.onSeed = { _ in }
    place.libraries["openblasKernels"] = "SkylakeX"
    #expect(place.run("sample.json", "--seeds", "1-2") == 0)
    #expect(
      place.errors.contains("OpenBLAS's set of kernels was Haswell and is SkylakeX: the last bits"),
      "\(place.errors)")
    #expect(!place.errors.contains("the processor was"))
    let sessions = try place.json("runs/sample/provenance.json")["sessions"]
    guard case .array(let entries)? = sessions else { return }
    #expect(entries.map { $0["outcome"] } == ["killed", "complete"])
    #expect(entries.allSatisfy { $0["numerics"] == .string(BuildRecord.numerics) })
  }

  // MARK: Numerics

  /// A package of one source a folder, and what the build's script records of it.
  @Test func numericsChangeWithCodeAndFlagsAndNothingElse() throws {
    let folder = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ text: String, to path: String) throws {
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    func record() throws -> [String] {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        packageRoot.appending(path: "Plugins/BuildRecord/record").path, folder.path,
        folder.appending(path: "out/BuildRecord.swift").path,
      ]
      // No repository above the folder is taken for its own.
      process.environment = ProcessInfo.processInfo.environment
        .merging(["GIT_CEILING_DIRECTORIES": folder.path]) { $1 }
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let text = try String(
        contentsOf: folder.appending(path: "out/BuildRecord.swift"), encoding: .utf8)
      return text.split(separator: "\n").filter { $0.contains("static let") }.map(String.init)
    }
    let targets = [
      "CKernels", "Tensor", "Graph", "Datasets", "Layers", "Distill",
      "Training",
    ]
    for target in targets {
      try write("// About it.\nlet one = 1\n", to: "Sources/\(target)/A.swift")
    }
    try write(#"flags(["-O3"]) // A package."#, to: "Package.swift")
    let first = try record()
    #expect(first.count == 2 && first[1].contains("revision: String? = nil"), "\(first)")
    #expect(try record() == first)
    try write("// Other words.\n\n  let one = 1\n", to: "Sources/Tensor/A.swift")
    try write("let shown = 2\n", to: "Sources/Reports/Tables/B.swift")
    #expect(try record() == first)
    var seen: Set<[String]> = [first]
    try write("int one = 2;\n", to: "Sources/CKernels/a.inc")
    #expect(seen.insert(try record()).inserted)
    for target in targets {
      try write("let one = 2\n", to: "Sources/\(target)/A.swift")
      #expect(seen.insert(try record()).inserted, "\(target)")
    }
    try write(#"flags(["-O2"])"#, to: "Package.swift")
    #expect(seen.insert(try record()).inserted)
  }

  /// The program was built from the sources as they are: a build that misses a change would hand out
  /// what other code trained.
  @Test func theProgramWasBuiltFromTheseSources() throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "record-\(UUID().uuidString)/BuildRecord.swift")
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      packageRoot.appending(path: "Plugins/BuildRecord/record").path, packageRoot.path, file.path,
    ]
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("numerics = \"\(BuildRecord.numerics)\""), "\(BuildRecord.numerics)")
  }

  @Test func theProgramKnowsItsNumerics() {
    #expect(BuildRecord.numerics.count == 16 && BuildRecord.numerics.allSatisfy(\.isHexDigit))
    #expect(RunOrigin.short("0123456789abcdef-modified") == "0123456789-modified")
    #expect(RunOrigin.short("0123456789abcdef") == "0123456789")
  }

  // MARK: Tables

  /// A workplace whose stored seeds of an experiment say what trained them.
  private func table(numerics: (main: String?, long: String?)) throws -> (Workplace, String) {
    let place = try Workplace(table: sampleTable)
    #expect(place.run("table", "tables/small.json") == 0)
    for (experiment, numerics, seeds) in [
      ("main", numerics.main, 0...2), ("long", numerics.long, 1...2),
    ] {
      for seed in seeds {
        let path = "docs/results/data/small/\(experiment)/seed-\(seed).json"
        let file = place.folder.appending(path: path)
        var stored = try SealedJSON.read(StoredSeed.self, from: file, named: path)
        for model in stored.result.models.indices {
          stored.result.models[model].origin.numerics = numerics
          stored.result.models[model].origin.revision = numerics.map { "\($0)0123456789" }
        }
        try JSONFile.write(RecordEncoder.encode(stored), to: file)
      }
    }
    #expect(place.run("table", "tables/small.json", "--render") == 0)
    return (place, place.output)
  }

  @Test func tablesTellTheCodeAndJudgeNoPairOfDifferentCode() throws {
    let (_, same) = try table(numerics: ("aa", "aa"))
    #expect(same.contains("Trained by code of numerics aa, commit aa01234567"), "\(same)")
    #expect(!same.contains("different code"))
    let (_, different) = try table(numerics: ("aa", "bb"))
    #expect(
      different.contains(
        "Long training helps: trained by different code (numerics bb, aa): no verdict"),
      "\(different)")
    #expect(different.contains("The MLP is better: reproduced"))
    #expect(different.contains("Trained by code of numerics bb, commit bb01234567"))
    let (_, unknown) = try table(numerics: ("aa", nil))
    #expect(unknown.contains("(numerics not recorded, aa): no verdict"))
    let (_, neither) = try table(numerics: (nil, nil))
    #expect(neither.contains("Trained by code of numerics not recorded"))
    #expect(!neither.contains("different code"))
  }
}
