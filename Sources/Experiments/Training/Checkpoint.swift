import Foundation
import Layers
import Tensor

/// The file that a model's training goes on from.
struct Checkpoint<S: Scalar> {
  var progress = TrainingProgress()
  /// Values of the network's and the objectives' parameters by name.
  var parameters: [String: Matrix<S>] = [:]
  /// The optimiser's state by name.
  var optimizer: [String: Matrix<S>] = [:]
  /// The weights that the checkpoint rule keeps; empty before the first.
  var selected: [String: Matrix<S>] = [:]

  private static var groups: [(String, WritableKeyPath<Checkpoint, [String: Matrix<S>]>)] {
    [("parameters", \.parameters), ("optimizer", \.optimizer), ("selected", \.selected)]
  }

  init() {}

  /// Reads a checkpoint.
  ///
  /// - Throws: ``SafetensorsError`` where the file is torn.
  init(contentsOf url: URL) throws {
    let file = try SafetensorsFile(contentsOf: url)
    guard let text = file.metadata["progress"] else {
      throw CheckpointError(path: url.path, reason: "it has no record of the training's progress")
    }
    do {
      progress = try JSONDecoder().decode(TrainingProgress.self, from: Data(text.utf8))
    } catch {
      throw CheckpointError(path: url.path, reason: "its record of progress cannot be read")
    }
    for name in file.tensors.keys {
      for (group, path) in Self.groups where name.hasPrefix(group + "/") {
        self[keyPath: path][String(name.dropFirst(group.count + 1))] = try file.matrix(named: name)
      }
    }
  }

  /// Writes the checkpoint in the place of the one before it.
  func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
    var file = SafetensorsFile(metadata: ["progress": text])
    for (group, path) in Self.groups {
      for (name, matrix) in self[keyPath: path] { file.set(matrix, named: "\(group)/\(name)") }
    }
    try file.write(to: url)
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

/// The values of parameters by name.
func values<S>(of parameters: [Parameter<S>]) -> [String: Matrix<S>] {
  Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
}

/// Sets parameters to values by name.
///
/// - Throws: ``CheckpointError`` where one is missing or has another shape.
func restore<S>(_ parameters: [Parameter<S>], from values: [String: Matrix<S>], path: String) throws
{
  for parameter in parameters {
    guard let value = values[parameter.name], value.rows == parameter.value.rows,
      value.columns == parameter.value.columns
    else {
      throw CheckpointError(
        path: path,
        reason: "\(parameter.name) is missing or not \(parameter.value.rows) x "
          + "\(parameter.value.columns)")
    }
    parameter.value = value
  }
}
