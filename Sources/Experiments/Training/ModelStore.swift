import Foundation
import Tensor

/// Trained models that other runs can take over instead of training them again: a sweep over a
/// student's settings trains its teacher once.
///
/// A model is known by everything that its weights depend on: its own settings, those of its
/// teachers, the data, the precision and the seed. The same settings give the same bits, so a model
/// that is taken over is the one that training would give.
struct ModelStore {
  let url: URL

  /// Everything that a model's weights depend on.
  static func identity(
    of model: ModelConfig, in config: ExperimentConfig, dataset: DatasetSummary, seed: UInt64
  ) -> JSONValue {
    let names = Set(model.objectives.compactMap { $0.kind.settings.teacher?.name })
    let teachers = config.models.filter { names.contains($0.name) }
    var data = dataset
    data.source = ""
    return [
      "version": .string(ProjectVersion.current),
      "model": RecordEncoder.encode(model),
      "teachers": .array(
        teachers.map { identity(of: $0, in: config, dataset: dataset, seed: seed) }),
      "data": RecordEncoder.encode(config.data),
      "dataset": RecordEncoder.encode(data),
      "metrics": RecordEncoder.encode(config.metrics),
      "precision": .string(config.precision.rawValue),
      "seed": .integer(Int(clamping: seed)),
    ]
  }

  private func folder(of identity: JSONValue) -> URL {
    url.appending(path: StableHash.hash(identity))
  }

  /// The files of a model in a seed's folder, and their names here.
  private func files(of model: String, in directory: SeedDirectory) -> [(here: String, there: URL)]
  {
    [
      ("selected.safetensors", directory.weights(of: model)),
      ("last.safetensors", directory.lastWeights(of: model)),
      // Of students that have them.
      ("tables.safetensors", directory.tables(of: model)),
      ("scores.safetensors", directory.scores(of: model)),
      // Last: a model counts as complete once its result is there.
      ("result.json", directory.result(of: model)),
    ]
  }

  /// Copies a model and its lines of metrics into a seed's folder.
  ///
  /// - Parameter lines: Lines of the metrics file that belong to models before it.
  /// - Returns: Whether it is kept here.
  func fetch(
    _ model: String, identity: JSONValue, into directory: SeedDirectory, after lines: Int
  ) throws -> Bool {
    let folder = folder(of: identity)
    guard FileManager.default.fileExists(atPath: folder.path),
      try JSONFile.read(folder.appending(path: "identity.json"), named: folder.path) == identity
    else { return false }
    do {
      let metrics = try MetricsLog(directory.metrics, keeping: lines)
      let text = String(
        decoding: try Data(contentsOf: folder.appending(path: "metrics.jsonl")), as: UTF8.self)
      for line in text.split(separator: "\n") { try metrics.append(line: String(line)) }
      for (here, there) in files(of: model, in: directory)
      where FileManager.default.fileExists(atPath: folder.appending(path: here).path) {
        if FileManager.default.fileExists(atPath: there.path) {
          try FileManager.default.removeItem(at: there)
        }
        try FileManager.default.copyItem(at: folder.appending(path: here), to: there)
      }
    } catch let error as any ReportableError {
      throw error
    } catch {
      throw RunError(message: "\(folder.path): cannot be taken over: \(systemReason(error))")
    }
    return true
  }

  /// Keeps a model that a seed's folder holds; does nothing where it is kept already.
  func keep(
    _ model: String, identity: JSONValue, from directory: SeedDirectory, lines: Range<Int>
  ) throws {
    let folder = folder(of: identity)
    let manager = FileManager.default
    guard !manager.fileExists(atPath: folder.path) else { return }
    do {
      let temporary = url.appending(
        path: ".\(folder.lastPathComponent)-\(ProcessInfo.processInfo.processIdentifier)")
      try manager.createDirectory(at: temporary, withIntermediateDirectories: true)
      for (here, there) in files(of: model, in: directory)
      where manager.fileExists(atPath: there.path) {
        try manager.copyItem(at: there, to: temporary.appending(path: here))
      }
      try JSONFile.write(identity, to: temporary.appending(path: "identity.json"))
      let text = String(decoding: try Data(contentsOf: directory.metrics), as: UTF8.self)
      let own = text.split(separator: "\n")[lines].map { $0 + "\n" }.joined()
      try Data(own.utf8).write(to: temporary.appending(path: "metrics.jsonl"))
      try manager.moveItem(at: temporary, to: folder)
    } catch {
      throw RunError(message: "\(folder.path): cannot be kept: \(systemReason(error))")
    }
  }
}
