import Foundation
import Layers
import Records
import Tensor

/// Where the training of a model stands.
package struct Checkpoint<S: Scalar> {
  package var progress = TrainingProgress()
  /// Values of the network's weights, its state among them, and of the objectives' parameters by name.
  package var parameters: [String: Matrix<S>] = [:]
  /// The optimiser's state by name.
  package var optimizer: [String: Matrix<S>] = [:]
  /// The weights that the checkpoint rule keeps; empty before the first.
  package var selected: [String: Matrix<S>] = [:]

  fileprivate static var parts: [(String, WritableKeyPath<Checkpoint, [String: Matrix<S>]>)] {
    [("parameters", \.parameters), ("optimizer", \.optimizer), ("selected", \.selected)]
  }

  /// Makes sure that a training of these settings can have come here.
  ///
  /// - Parameters:
  ///   - batches: Batches of an epoch.
  ///   - steps: Steps of the optimiser in a batch.
  /// - Throws: ``CheckpointError``.
  package func check(
    for training: TrainingConfig, batches: Int, steps: Int, network: Network<S>, path: String
  ) throws {
    if let problem = progress.problem(for: training, batches: batches, steps: steps) {
      throw CheckpointError(path: path, reason: problem)
    }
    guard (progress.selection.epoch == nil) == selected.isEmpty else {
      throw CheckpointError(
        path: path, reason: "it lacks the kept weights, or has some of no epoch")
    }
    if !selected.isEmpty {
      for weight in network.weights { try checkedValue(weight, in: selected, path: path) }
    }
  }
}

/// The file that a training goes on from: the checkpoints of models that train together, all of one
/// moment. Tensors are named MODEL/PART/NAME.
///
/// The file has a digest of itself, and the one before it is kept until the next is on disk: a torn
/// one falls back to it.
package struct CheckpointFile<S: Scalar> {
  package let url: URL
  /// What the training is of: a checkpoint of another is not gone on from.
  package let identity: String

  /// What a file holds.
  package struct Content {
    /// In the order of the models that were asked for.
    package var checkpoints: [Checkpoint<S>]
    /// The digest of the lines of metrics up to that moment.
    package var metrics: String
    package var url: URL
  }

  private var previous: URL {
    url.deletingPathExtension().appendingPathExtension("previous.safetensors")
  }

  package var exists: Bool {
    [url, previous].contains { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// The checkpoints of the given models: the latest that `accept` takes.
  ///
  /// - Parameters:
  ///   - warn: Is told of a file that cannot be gone on from where the one before it can.
  ///   - accept: Takes up the content of a file; what it throws is a reason to try the one before.
  /// - Throws: ``CheckpointError``, ``ConfigError`` where no file can be gone on from.
  package func restore(
    _ models: [String], warn: (String) -> Void, accept: (Content) throws -> Void
  ) throws {
    do {
      try accept(try read(url, models))
    } catch let error as any ReportableError {
      guard FileManager.default.fileExists(atPath: previous.path) else { throw error }
      do {
        try accept(try read(previous, models))
      } catch let older as any ReportableError {
        throw CheckpointError(path: url.path, reason: "\(error); the one before it: \(older)")
      }
      warn("\(error); going on from the checkpoint before it, \(previous.lastPathComponent)")
    }
  }

  private func read(_ url: URL, _ models: [String]) throws -> Content {
    func fail(_ reason: String) -> CheckpointError {
      CheckpointError(path: url.path, reason: reason)
    }
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(contentsOf: url, sealed: true)
    } catch let error as SafetensorsError {
      throw fail("it \(error.problem)")
    }
    guard file.metadata["identity"] == identity else {
      throw fail("it is of other settings, data or code")
    }
    guard let text = file.metadata["progress"], let metrics = file.metadata["metrics"] else {
      throw fail("it has no record of the training's progress")
    }
    let progress: [String: TrainingProgress]
    do {
      progress = try [String: TrainingProgress](checkpointText: text)
    } catch {
      throw fail("its record of progress cannot be read: \(error.description)")
    }
    let checkpoints = try models.map { model in
      guard let own = progress[model] else { throw fail("it does not have the model \"\(model)\"") }
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
    return Content(checkpoints: checkpoints, metrics: metrics, url: url)
  }

  /// Writes the checkpoints, by model. Those before them are kept until these are on disk, and one
  /// file more.
  ///
  /// - Parameter metrics: The digest of the lines of metrics up to now.
  /// - Throws: ``RunError`` with the system's reason.
  package func write(_ checkpoints: [(model: String, Checkpoint<S>)], metrics: String) throws {
    let progress = Dictionary(uniqueKeysWithValues: checkpoints.map { ($0.model, $0.1.progress) })
    var file = SafetensorsFile(
      metadata: [
        "progress": progress.checkpointText, "identity": identity, "metrics": metrics,
      ])
    for (model, checkpoint) in checkpoints {
      for (part, path) in Checkpoint<S>.parts {
        for (name, matrix) in checkpoint[keyPath: path] {
          file.set(matrix, named: "\(model)/\(part)/\(name)")
        }
      }
    }
    let new = url.appendingPathExtension("new")
    do {
      try DurableFile.writeAndSync(file.sealed(), to: new)
      if FileManager.default.fileExists(atPath: url.path) {
        try DurableFile.rename(url, to: previous)
      }
      try DurableFile.rename(new, to: url)
    } catch {
      throw RunError(message: "\(url.path): cannot be written: \(systemReason(error))")
    }
  }

  /// Removes the files that are there.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package func remove() throws {
    for file in [previous, url, url.appendingPathExtension("new")]
    where FileManager.default.fileExists(atPath: file.path) {
      do {
        try FileManager.default.removeItem(at: file)
      } catch {
        throw RunError(message: "\(file.path): cannot be removed: \(systemReason(error))")
      }
    }
  }
}

/// A checkpoint that cannot be gone on from.
package struct CheckpointError: ReportableError {
  package var path: String
  package var reason: String
  package var exitCode: Int32 { ExitStatus.badData }
  package var description: String {
    "\(path) is not a checkpoint of this training: \(reason); remove it, or run with --restart"
  }
}

extension OptimizerStateError: ReportableError {
  package var exitCode: Int32 { ExitStatus.badData }
}

/// The values of weights by name.
package func values<S>(of weights: [any NamedWeight<S>]) -> [String: Matrix<S>] {
  Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.value) })
}

/// Sets weights to values by name.
///
/// - Throws: ``CheckpointError`` where one is missing, has another shape or is not finite.
package func restore<S>(
  _ weights: [any NamedWeight<S>], from values: [String: Matrix<S>], path: String
) throws {
  for weight in weights {
    weight.value = try checkedValue(weight, in: values, path: path)
  }
}

/// The value of a weight.
///
/// - Throws: ``CheckpointError`` where it is missing, has another shape or is not finite.
@discardableResult
private func checkedValue<S>(
  _ weight: any NamedWeight<S>, in values: [String: Matrix<S>], path: String
) throws -> Matrix<S> {
  guard let value = values[weight.name], value.rows == weight.value.rows,
    value.columns == weight.value.columns
  else {
    throw CheckpointError(
      path: path,
      reason: "\(weight.name) is missing or not \(weight.value.rows) x "
        + "\(weight.value.columns)")
  }
  // A digest says that a file is what was written, not that it should have been.
  guard value.isFinite else {
    throw CheckpointError(path: path, reason: "\(weight.name) is not finite")
  }
  return value
}
