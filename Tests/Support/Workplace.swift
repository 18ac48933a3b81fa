import Datasets
import Foundation
import Tensor

@testable import Records
@testable import Runner
@testable import Training

/// A runner that trains nothing: its scores are functions of seed and model.
final class FakeRunner: SeedRunner {
  var dataset = DatasetSummary(
    name: "ppi", source: "here", synthetic: false, nodes: 10, edges: 20, labelledShare: 1,
    digest: "0")
  var libraries = ["blas": "1.0"]
  let context: RunContext
  let score: (UInt64, Int) -> Double
  let curve: (UInt64, Int) -> LearningCurve
  let onSeed: (UInt64) throws -> Void

  init(
    _ context: RunContext, synthetic: Bool, score: @escaping (UInt64, Int) -> Double,
    curve: @escaping (UInt64, Int) -> LearningCurve, onSeed: @escaping (UInt64) throws -> Void
  ) {
    self.context = context
    self.score = score
    self.curve = curve
    self.onSeed = onSeed
    dataset.synthetic = synthetic
  }

  func run(seed: UInt64, in directory: SeedDirectory) throws -> SeedResult {
    try onSeed(seed)
    let models = context.config.models.enumerated().map { index, model in
      context.progress.epoch(
        model: model.name, epoch: 0, of: 1, losses: [("task", 1)], validation: ("microF1", 0.5),
        secondsPerEpoch: 0.1, modelsInTurn: 1)
      let score = score(seed, index)
      return ModelResult(
        name: model.name, parameters: 10 + index, epochs: model.training.epochs,
        secondsPerEpoch: 0.5, selectedEpoch: 0, trainingLoss: 0.7, valid: ["microF1": score],
        test: ["microF1": score], testLast: ["microF1": score / 2],
        curve: curve(seed, index))
    }
    return SeedResult(seed: seed, threads: context.threads, models: models)
  }

  /// The seed and the model's place, as logits.
  func predictions(_ request: PredictionRequest, in directory: SeedDirectory) throws -> NPZFile {
    var file = NPZFile()
    let place = context.config.models.firstIndex { $0.name == request.model } ?? -1
    file.set("logits", Matrix<Double>(1, 2, [Double(request.seed), Double(place)]))
    return file
  }
}

/// A folder with the sample config in it, and commands run there.
final class Workplace {
  let folder: URL
  var synthetic = false
  /// Nodes of the data; other numbers are other data.
  var nodes = 10
  /// The digest of the data's content.
  var digest = "0"
  /// Whether there are no data.
  var dataAreMissing = false
  /// The libraries that compute.
  var libraries = ["blas": "1.0"]
  /// The score of a seed and the model at an index.
  var score: (UInt64, Int) -> Double = { Double($0) / 100 + Double($1) / 1000 }
  /// What the training of a seed and the model at an index kept of its epochs.
  var curve: (UInt64, Int) -> LearningCurve = { _, _ in LearningCurve() }
  var onSeed: (UInt64) throws -> Void = { _ in }
  /// Why nothing can be printed, where that is so.
  var outputFailure: String?
  /// What the last command wrote.
  private(set) var output = ""
  private(set) var errors = ""
  /// Seeds that were run, over all commands; how often data were loaded.
  private(set) var seeds: [UInt64] = []
  private(set) var loads = 0
  private(set) var context: RunContext?

  init(_ config: JSONValue = sampleConfig) throws {
    folder = try makeTemporaryFolder()
    try write(config.prettyText, to: "sample.json")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ text: String, to path: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: path).path)
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  /// Writes an object with its digest, as the program does.
  func writeSealed(_ value: JSONValue, to path: String) throws {
    try SealedJSON.write(value, to: folder.appending(path: path))
  }

  func json(_ path: String) throws -> JSONValue {
    try JSONFile.read(folder.appending(path: path), named: path)
  }

  var runs: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "runs").path))
      ?? []).sorted()
  }

  @discardableResult
  func run(_ arguments: String...) -> Int32 { run(arguments) }

  @discardableResult
  func run(_ arguments: [String]) -> Int32 {
    output = ""
    errors = ""
    let environment = CommandEnvironment(
      currentDirectory: folder, arguments: ["experiments"] + arguments,
      output: {
        if let reason = self.outputFailure { throw OutputError(reason: reason) }
        self.output += $0
      },
      terminal: Terminal(isInteractive: false) { self.errors += $0 },
      interruption: Interruption(),
      makeSeedRunner: { context in
        if self.dataAreMissing { throw InputError(message: "there are no data") }
        self.loads += 1
        self.context = context
        let runner = FakeRunner(
          context, synthetic: self.synthetic, score: self.score, curve: self.curve
        ) { seed in
          try self.onSeed(seed)
          self.seeds.append(seed)
        }
        runner.dataset.nodes = self.nodes
        runner.dataset.digest = self.digest
        runner.libraries = self.libraries
        return runner
      },
      now: { Date(timeIntervalSince1970: 1_000_000_000) })
    return ExperimentsCommand.run(arguments, in: environment)
  }
}
