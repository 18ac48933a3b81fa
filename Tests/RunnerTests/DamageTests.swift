import Foundation
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// Trainings on damaged files: each is refused by name, or goes on to the bits of an undamaged one.
@Suite(.serialized) struct DamageTests {
  /// A teacher and a student that reads its weights, of a few numbers each.
  private static let config: JSONValue = [
    "name": "damage", "seeds": [3],
    "data": [
      "name": "ppi", "onMissing": "synthetic", "batchSize": 1,
      "synthetic": [
        "trainGraphs": 2, "validGraphs": 1, "testGraphs": 1, "nodesPerGraph": 20, "meanDegree": 3,
        "features": 4, "labels": 3,
      ],
    ],
    "models": [
      [
        "name": "teacher", "architecture": ["family": "gcn", "hidden": [4]],
        "training": ["epochs": 3, "optimizer": ["type": "adam", "learningRate": 0.05]],
        "objectives": [["name": "task", "type": "bce"]],
      ],
      [
        "name": "student", "architecture": ["family": "gcn", "hidden": [3], "dropout": 0.1],
        "training": ["epochs": 6, "optimizer": ["type": "adam", "learningRate": 0.05]],
        "objectives": [
          ["name": "task", "type": "bce"],
          [
            "name": "kd", "type": "kd", "teacher": "teacher", "form": ["type": "sigmoid"],
          ],
        ],
      ],
    ],
  ]

  private static let models = ["teacher", "student"]

  /// What a training came to, as far as it may depend on nothing but its settings.
  private struct Outcome: Equatable {
    var weights: [Data]
    var result: SeedResult
    var metrics: [JSONValue]

    init(_ place: Workplace, _ out: String) throws {
      weights = try place.weights(out, DamageTests.models)
      result = try place.result(out)
      metrics = try place.metrics(out)
    }
  }

  /// Damages of a file, drawn from a fixed seed.
  private enum Damage: String, CaseIterable {
    case bit, truncation, emptied, deleted, zeros, zeroPage, repeatedByte

    func apply(to url: URL, _ random: inout SystemlessRandom) throws {
      var data = try Data(contentsOf: url)
      switch self {
      case .bit:
        data[random.below(data.count)] ^= 1 << random.below(8)
      case .truncation:
        data = data.prefix(random.below(data.count))
      case .emptied:
        data = Data()
      case .deleted:
        try FileManager.default.removeItem(at: url)
        return
      case .zeros:
        data = Data(count: data.count)
      case .zeroPage:
        let first = random.below(data.count)
        for byte in first..<min(data.count, first + 64) { data[byte] = 0 }
      case .repeatedByte:
        data.insert(data[0], at: random.below(data.count))
      }
      try data.write(to: url)
    }
  }

  /// SplitMix64: the same numbers on every machine.
  private struct SystemlessRandom {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ z >> 31) % UInt64(max(1, limit)))
    }
  }

  private func copy(_ place: Workplace, _ old: String, _ new: String) throws {
    let target = place.folder.appending(path: new)
    if FileManager.default.fileExists(atPath: target.path) {
      try FileManager.default.removeItem(at: target)
    }
    try FileManager.default.copyItem(at: place.folder.appending(path: old), to: target)
  }

  private func files(_ place: Workplace, _ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: place.folder.appending(path: folder).path)
      .filter { name in
        var isDirectory: ObjCBool = false
        let path = place.folder.appending(path: "\(folder)/\(name)").path
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return !isDirectory.boolValue && !name.hasSuffix(".lock")
      }.sorted()
  }

  /// Stops a run at its student, twice, so that there is a checkpoint before the last.
  private func stopTwice(_ place: Workplace, out: String, _ arguments: [String] = []) {
    for epoch in ["student  epoch 2/", "student  epoch 4/"] {
      let interruption = Interruption()
      let status = place.train(
        out: out, arguments, interruption: interruption,
        onLine: { if $0.contains(epoch) { interruption.request() } })
      #expect(status == ExitStatus.interrupted)
    }
  }

  @Test func twoHundredDamages() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "whole", ["--models", "kept"]) == ExitStatus.done)
    let expected = try Outcome(place, "whole")
    stopTwice(place, out: "stopped")
    let (finished, kept, stopped) = try (
      files(place, "whole"), files(place, "kept"), files(place, "stopped")
    )
    #expect(kept.count == 10)
    #expect(stopped.filter { $0.contains("checkpoint") }.count == 2, "\(stopped)")

    var random = SystemlessRandom(state: 7)
    var refused = 0
    var anew = 0
    for number in 0..<210 {
      let damage = Damage.allCases[random.below(Damage.allCases.count)]
      let (source, names) = [("whole", finished), ("kept", kept), ("stopped", stopped)][number % 3]
      let name = names[random.below(names.count)]
      try copy(place, source, "trial")
      try damage.apply(to: place.folder.appending(path: "trial/\(name)"), &random)
      var (out, arguments): (String, [String]) = ("trial", [])
      if source == "kept" {
        (out, arguments) = ("fresh", ["--models", "trial"])
        let fresh = place.folder.appending(path: out)
        if FileManager.default.fileExists(atPath: fresh.path) {
          try FileManager.default.removeItem(at: fresh)
        }
      }
      var log = ""
      let status = place.train(out: out, arguments, onLine: { log += $0 })
      let what: Comment = "\(damage) of \(source)/\(name): \(status)\n\(log)"
      if source != "kept", status == ExitStatus.badData || status == ExitStatus.missingInput {
        refused += 1
        // What is missing is told by what lacks it; another config or other data by their settings.
        let file = name.split(separator: "/").last!
        if damage != .deleted, !["config.json", "dataset.json"].contains(file) {
          #expect(log.contains(file.dropLast(file.hasSuffix(".safetensors") ? 12 : 0)), what)
        }
        #expect(log.contains("--restart") || log.contains("remove"), what)
        #expect(place.train(out: out, ["--restart"]) == ExitStatus.done, what)
      } else {
        #expect(status == ExitStatus.done, what)
        if log.contains("anew") { anew += 1 }
      }
      #expect(try Outcome(place, out) == expected, what)
      guard source == "kept" else { continue }
      // What was kept damaged has been replaced.
      var again = ""
      try FileManager.default.removeItem(at: place.folder.appending(path: out))
      #expect(place.train(out: out, arguments, onLine: { again += $0 }) == ExitStatus.done, what)
      #expect(again.components(separatedBy: ": taken from").count == 3, what)
    }
    #expect(refused > 40 && anew > 40, "refused \(refused), trained anew \(anew)")
  }

  @Test func aTornCheckpointFallsBackToTheOneBeforeIt() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "whole") == ExitStatus.done)
    stopTwice(place, out: "stopped")
    for damage in [Damage.bit, .truncation, .deleted] {
      var random = SystemlessRandom(state: 1)
      try copy(place, "stopped", "trial")
      let file = "trial/seed-3/student.checkpoint.safetensors"
      try damage.apply(to: place.folder.appending(path: file), &random)
      var log = ""
      #expect(place.train(out: "trial", onLine: { log += $0 }) == ExitStatus.done)
      #expect(
        log.contains("going on from the checkpoint before it, student.checkpoint.previous"),
        "\(log)")
      #expect(try Outcome(place, "trial") == Outcome(place, "whole"))
      #expect(try files(place, "trial").allSatisfy { !$0.contains("checkpoint") })
    }
  }

  /// Whole files, with digests that fit, of trainings that cannot be.
  @Test(arguments: [
    ("\"batch\":0", "\"batch\":2"), ("\"batch\":0", "\"batch\":-1"),
    ("\"epoch\":4", "\"epoch\":-1"), ("\"epoch\":4", "\"epoch\":7"),
    ("\"step\":8", "\"step\":9223372036854775807"), ("\"step\":8", "\"step\":-8"),
    ("\"step\":8", "\"step\":36893488147419103232"), ("\"step\":8", "\"step\":7"),
    ("\"seconds\":0", "\"seconds\":-1"), ("\"evaluations\":", "\"evaluations\":1000"),
    ("\"validEpochs\":[", "\"validEpochs\":[77,"),
  ])
  func progressThatCannotBeIsRefused(old: String, new: String) throws {
    let place = try Workplace(Self.config)
    stopTwice(place, out: "a")
    for name in ["student.checkpoint", "student.checkpoint.previous"] {
      let url = place.folder.appending(path: "a/seed-3/\(name).safetensors")
      var file = try SafetensorsFile(contentsOf: url, sealed: true)
      let text = try #require(file.metadata["progress"])
      file.metadata["progress"] = text.replacingOccurrences(of: old, with: new)
      if name == "student.checkpoint" {
        try #require(text.contains(old), "\(text)")
      }
      if file.metadata["progress"] == text {
        try FileManager.default.removeItem(at: url)
      } else {
        try file.write(to: url)
      }
    }
    var log = ""
    #expect(place.train(out: "a", onLine: { log += $0 }) == ExitStatus.badData, "\(log)")
    #expect(log.contains("student.checkpoint.safetensors is not a checkpoint of this training"))
    #expect(log.contains("--restart"))
  }

  /// Weights that are whole files with digests that fit, and hold a number that is none.
  @Test func weightsThatAreNotFiniteAreNotRestored() throws {
    let place = try Workplace(Self.config)
    stopTwice(place, out: "a")
    // The teacher's last weights, which its student reads.
    let url = place.folder.appending(path: "a/seed-3/teacher.last.safetensors")
    var file = try SafetensorsFile(contentsOf: url, sealed: true)
    let name = try #require(file.tensors.keys.sorted().first)
    var weights: Matrix<Float> = try file.matrix(named: name)
    weights[0, 0] = .nan
    file.set(weights, named: name)
    let digest = try file.write(to: url)
    let told = place.folder.appending(path: "a/seed-3/teacher.result.json")
    var result = try SealedJSON.read(ModelResult.self, from: told, named: "teacher")
    result.files[ModelFile.lastWeights.rawValue] = digest
    try SealedJSON.write(RecordEncoder.encode(result), to: told)
    var log = ""
    #expect(place.train(out: "a", onLine: { log += $0 }) == ExitStatus.badData)
    #expect(log.contains("teacher.last.safetensors"), "\(log)")
    #expect(log.contains("\(name) is not finite"), "\(log)")
    #expect(place.train(out: "a", ["--restart"]) == ExitStatus.done)

    // A checkpoint.
    stopTwice(place, out: "b")
    for name in ["student.checkpoint", "student.checkpoint.previous"] {
      let url = place.folder.appending(path: "b/seed-3/\(name).safetensors")
      var file = try SafetensorsFile(contentsOf: url, sealed: true)
      let tensor = try #require(
        file.tensors.keys.sorted().first { $0.hasPrefix("student/parameters/") })
      var weights: Matrix<Float> = try file.matrix(named: tensor)
      weights[0, 0] = .infinity
      file.set(weights, named: tensor)
      try DurableFile.write(file.sealed(), to: url)
    }
    log = ""
    #expect(place.train(out: "b", onLine: { log += $0 }) == ExitStatus.badData)
    #expect(log.contains("is not finite"), "\(log)")
  }

  /// Weights that are whole files, but not those of the training: of zeros.
  @Test func otherWeightsAreNotTaken() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a", ["--models", "kept"]) == ExitStatus.done)
    let entry = try #require(
      try files(place, "kept").first { $0.hasSuffix("selected.safetensors") })
    for (folder, name) in [("kept", entry), ("a", "seed-3/teacher.safetensors")] {
      let url = place.folder.appending(path: "\(folder)/\(name)")
      var file = try SafetensorsFile(contentsOf: url, sealed: true)
      for (tensor, stored) in file.tensors {
        file.set(Matrix<Float>(zeros: stored.shape[0], stored.shape[1]), named: tensor)
      }
      try file.write(to: url)
    }
    var log = ""
    #expect(
      place.train(out: "b", ["--models", "kept"], onLine: { log += $0 }) == ExitStatus.done)
    #expect(
      log.contains("is not used, and it is trained anew: selected.safetensors: it is damaged"))
    #expect(place.train(out: "a", onLine: { log += $0 }) == ExitStatus.badData)
    #expect(log.contains("a/seed-3/teacher.safetensors"))
    // A student does not learn from them either.
    try FileManager.default.removeItem(at: place.folder.appending(path: "a/seed-3/result.json"))
    try FileManager.default.removeItem(
      at: place.folder.appending(path: "a/seed-3/student.result.json"))
    #expect(place.train(out: "a") == ExitStatus.badData)
    #expect(place.train(out: "a", ["--restart"]) == ExitStatus.done)
    #expect(try Outcome(place, "a") == Outcome(place, "b"))
  }

  /// Entries of earlier versions, without an identity, and what killed processes leave behind.
  @Test func whatIsNoEntryStopsNoRun() throws {
    let place = try Workplace(Self.config)
    try place.write("{}", to: "kept/0123abcd/result.json")
    try place.write("", to: "kept/.0123abcd-99/selected.safetensors")
    #expect(place.train(out: "a", ["--models", "kept"]) == ExitStatus.done)
    let names = try files(place, "kept").filter { $0.hasSuffix("identity.json") }
    for name in names {
      try FileManager.default.removeItem(at: place.folder.appending(path: "kept/\(name)"))
    }
    var log = ""
    #expect(
      place.train(out: "b", ["--models", "kept"], onLine: { log += $0 }) == ExitStatus.done)
    #expect(log.contains("kept has 1 models of a version that kept no digests"), "\(log)")
    #expect(log.contains("trained anew"))
    #expect(try files(place, "kept").filter { $0.hasSuffix("identity.json") } == names)
    // Leftovers of more than a day go.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -90_000)],
      ofItemAtPath: place.folder.appending(path: "kept/.0123abcd-99").path)
    #expect(
      place.train(out: "c", ["--models", "kept", "--set", "models.student.objectives.kd.weight=2"])
        == ExitStatus.done)
    #expect(!place.exists("kept/.0123abcd-99") && place.exists("kept/0123abcd"))
  }

  /// Many that keep one model at a time all end well, and what is kept is whole.
  @Test func aRaceEndsWellForAll() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let directory = RunDirectory(path: "a", relativeTo: place.folder).seed(3)
    let result = try directory.modelResult(of: "teacher")
    let store = ModelStore(url: place.folder.appending(path: "kept"))
    let identity: JSONValue = ["model": "teacher"]
    for round in 0..<5 {
      if round == 3 {  // One that is not whole is replaced by whoever comes first.
        for name in try files(place, "kept") where name.hasSuffix("metrics.jsonl") {
          try place.write("", to: "kept/\(name)")
        }
      }
      let failures = Failures()
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        do {
          try store.keep(result, identity: identity, from: directory)
        } catch {
          failures.add("\(error)")
        }
      }
      #expect(failures.all == [])
      #expect(try files(place, "kept").count == 5, "round \(round)")
      let target = RunDirectory(path: "b\(round)", relativeTo: place.folder).seed(3)
      try target.create()
      let taken = try store.fetch(
        "teacher", identity: identity, into: target, after: 0,
        log: .init(label: "test"))
      #expect(taken?.files == result.files && taken?.origin.takenFrom?.count == 32)
      try target.check([#require(taken)], isWhole: true)
      if round == 1 {
        try FileManager.default.removeItem(at: place.folder.appending(path: "kept"))
      }
    }
  }

  /// What others begin and put in place while leftovers are looked for is no failure.
  @Test func whatComesAndGoesIsPassedOver() throws {
    let place = try Workplace(Self.config)
    let kept = place.folder.appending(path: "kept")
    try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
    let store = ModelStore(url: kept)
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 2) { worker in
      do {
        for k in 0..<2_000 {
          if worker == 0 {
            try store.removeLeftovers()
          } else {
            let new = kept.appending(path: ".new-\(k)")
            try FileManager.default.createDirectory(at: new, withIntermediateDirectories: false)
            try FileManager.default.removeItem(at: new)
          }
        }
      } catch {
        failures.add("\(error)")
      }
    }
    #expect(failures.all == [])
  }

  private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var messages: [String] = []
    var all: [String] { lock.withLock { messages } }
    func add(_ message: String) { lock.withLock { messages.append(message) } }
  }

  // MARK: Identities

  @Test func whatAModelIsKnownBy() throws {
    func identity(
      _ model: String,
      _ change: (inout ExperimentConfig, inout DatasetSummary) -> Void = { _, _ in }
    ) throws -> String {
      // Students of a group learn from a teacher; one more learns from a student of the group.
      guard case .object(var document) = GroupTrainingTests.config(),
        case .array(var models)? = document["models"], case .object(var pupil) = models[0]
      else { return "" }
      pupil["name"] = "pupil"
      pupil["objectives"] = [
        ["name": "task", "type": "bce"],
        ["name": "kd", "type": "kd", "teacher": "student_2", "form": ["type": "sigmoid"]],
      ]
      models.append(.object(pupil))
      document["models"] = .array(models)
      let (expanded, _) = ModelCount.expanded(.object(document))
      var (config, problems) = decode(expanded)
      #expect(problems == [])
      var dataset = DatasetSummary(name: "ppi", source: "here", digest: "0")
      change(&config, &dataset)
      let settings = try #require(config.models.first { $0.name == model })
      return ModelIdentity.digest(
        ModelIdentity.of(settings, in: config, dataset: dataset, seed: 3))
    }
    let pupil = try identity("pupil")
    #expect(try identity("pupil") == pupil)
    #expect(try identity("pupil") { $1.source = "there" } == pupil)
    #expect(try identity("pupil") { $1.digest = "1" } != pupil)
    // A peer of its teacher, and the teacher of its teacher.
    #expect(try identity("pupil") { config, _ in config.models[3].training.epochs = 5 } != pupil)
    #expect(try identity("pupil") { config, _ in config.models[0].training.epochs = 5 } != pupil)
    // The teacher of a group knows nothing of it.
    let teacher = try identity("teacher")
    #expect(
      try identity("teacher") { config, _ in config.models[3].training.epochs = 5 } == teacher)
  }

  @Test func resultsSayWhatTrainedThem() throws {
    let place = try Workplace(Self.config)
    #expect(place.train(out: "a", ["--models", "kept"]) == ExitStatus.done)
    #expect(
      place.train(
        out: "b",
        [
          "--models", "kept", "--set", "models.student.objectives.kd.weight=2", "--set",
          "name=other",
        ])
        == ExitStatus.done)
    func origins(_ out: String) throws -> [ModelOrigin] {
      try SealedJSON.read(
        SeedResult.self, from: place.folder.appending(path: "\(out)/seed-3/result.json"), named: out
      ).models.map(\.origin)
    }
    let (first, second) = try (origins("a"), origins("b"))
    #expect(first.allSatisfy { $0.numerics == BuildRecord.numerics && $0.takenFrom == nil })
    #expect(first.allSatisfy { $0.machine?.contains(OpenBLAS.coreName) == true })
    #expect(second[0].experiment == "damage" && second[0].takenFrom?.count == 32)
    #expect(second[1].experiment == "other" && second[1].takenFrom == nil)
    let entry = try #require(second[0].takenFrom)
    #expect(place.exists("kept/\(entry)/selected.safetensors"))
  }
}
