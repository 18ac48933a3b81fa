import Foundation
import Layers
import Tensor

/// Where the training of a model stands.
struct Checkpoint<S: Scalar> {
  var progress = TrainingProgress()
  /// Values of the network's weights, its state among them, and of the objectives' parameters by name.
  var parameters: [String: Matrix<S>] = [:]
  /// The optimiser's state by name.
  var optimizer: [String: Matrix<S>] = [:]
  /// The weights that the checkpoint rule keeps; empty before the first.
  var selected: [String: Matrix<S>] = [:]

  fileprivate static var parts: [(String, WritableKeyPath<Checkpoint, [String: Matrix<S>]>)] {
    [("parameters", \.parameters), ("optimizer", \.optimizer), ("selected", \.selected)]
  }
}

/// The file that a training goes on from: the checkpoints of models that train together, all of one
/// moment. Tensors are named MODEL/PART/NAME.
struct CheckpointFile<S: Scalar> {
  let url: URL

  var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

  /// The checkpoints of the given models.
  ///
  /// - Throws: ``SafetensorsError`` where the file is torn, ``CheckpointError`` where it is of other
  ///   models.
  func read(_ models: [String]) throws -> [Checkpoint<S>] {
    let file = try SafetensorsFile(contentsOf: url)
    guard let text = file.metadata["progress"] else {
      throw CheckpointError(path: url.path, reason: "it has no record of the training's progress")
    }
    let progress: [String: TrainingProgress]
    do {
      progress = try JSONDecoder().decode([String: TrainingProgress].self, from: Data(text.utf8))
    } catch {
      throw CheckpointError(path: url.path, reason: "its record of progress cannot be read")
    }
    return try models.map { model in
      guard let own = progress[model] else {
        throw CheckpointError(path: url.path, reason: "it does not have the model \"\(model)\"")
      }
      var checkpoint = Checkpoint<S>()
      checkpoint.progress = own
      for (part, path) in Checkpoint<S>.parts {
        let prefix = "\(model)/\(part)/"
        for name in file.tensors.keys where name.hasPrefix(prefix) {
          checkpoint[keyPath: path][String(name.dropFirst(prefix.count))] =
            try file.matrix(named: name)
        }
      }
      return checkpoint
    }
  }

  /// Writes the checkpoints, by model, in the place of those before them.
  func write(_ checkpoints: [(model: String, Checkpoint<S>)]) throws {
    let progress = Dictionary(uniqueKeysWithValues: checkpoints.map { ($0.model, $0.1.progress) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
    var file = SafetensorsFile(metadata: ["progress": text])
    for (model, checkpoint) in checkpoints {
      for (part, path) in Checkpoint<S>.parts {
        for (name, matrix) in checkpoint[keyPath: path] {
          file.set(matrix, named: "\(model)/\(part)/\(name)")
        }
      }
    }
    try file.write(to: url)
  }

  /// Removes the file, if it is there.
  func remove() throws {
    if exists { try FileManager.default.removeItem(at: url) }
  }
}

/// A checkpoint that cannot be gone on from.
struct CheckpointError: ReportableError {
  var path: String
  var reason: String
  var exitCode: Int32 { ExitStatus.badData }
  var description: String {
    "\(path) is not a checkpoint of this training: \(reason); remove it, or run with --restart"
  }
}

/// The values of weights by name.
func values<S>(of weights: [any NamedWeight<S>]) -> [String: Matrix<S>] {
  Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.value) })
}

/// Sets weights to values by name.
///
/// - Throws: ``CheckpointError`` where one is missing or has another shape.
func restore<S>(
  _ weights: [any NamedWeight<S>], from values: [String: Matrix<S>], path: String
) throws {
  for weight in weights {
    guard let value = values[weight.name], value.rows == weight.value.rows,
      value.columns == weight.value.columns
    else {
      throw CheckpointError(
        path: path,
        reason: "\(weight.name) is missing or not \(weight.value.rows) x "
          + "\(weight.value.columns)")
    }
    weight.value = value
  }
}
