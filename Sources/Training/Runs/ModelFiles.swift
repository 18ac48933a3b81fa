import Foundation
import Records
import Tensor

/// The files that the training of a model leaves in a seed's folder beside its result.
package enum ModelFile: String, CaseIterable {
  /// The weights that the checkpoint rule kept.
  case weights
  /// The weights after the last epoch.
  case lastWeights
  /// A student's tables, where it has some, and the scores of each node beside them.
  case tables, scores

  /// Its name in a folder of kept models.
  package var keptName: String {
    switch self {
    case .weights: "selected.safetensors"
    case .lastWeights: "last.safetensors"
    case .tables: "tables.safetensors"
    case .scores: "scores.safetensors"
    }
  }
}

extension ModelResult {
  /// The key of the digest of a model's lines of metrics, among those of its files.
  package static let metricsKey = "metrics"

  /// The files that the model has.
  package var modelFiles: [ModelFile] { ModelFile.allCases.filter { files[$0.rawValue] != nil } }
}

extension SeedDirectory {
  /// A file of a model.
  package func url(_ file: ModelFile, of model: String) -> URL {
    switch file {
    case .weights: weights(of: model)
    case .lastWeights: url.appending(path: "\(model).last.safetensors")
    case .tables: url.appending(path: "\(model).tables.safetensors")
    case .scores: url.appending(path: "\(model).scores.safetensors")
    }
  }

  /// A model's result; there once its training is complete.
  package func result(of model: String) -> URL { url.appending(path: "\(model).result.json") }

  /// What was done to the graph of models that are trained on a rewired one.
  package var rewiringFile: URL { url.appending(path: "rewiring.json") }

  /// Where the training of a model or a group stands; there until it is complete.
  package func checkpoint(of name: String) -> URL {
    url.appending(path: "\(name).checkpoint.safetensors")
  }

  /// The result of a model whose training is complete.
  ///
  /// - Throws: ``InputError`` where it is missing, ``ConfigError`` where it is damaged.
  package func modelResult(of model: String) throws -> ModelResult {
    try advised {
      try SealedJSON.read(
        ModelResult.self, from: result(of: model), named: "\(name)/\(model).result.json")
    }
  }

  /// The bytes of a file of a model, which are those that its result tells of.
  ///
  /// - Throws: ``ConfigError`` where the file is missing or is another one.
  package func read(_ file: ModelFile, of result: ModelResult) throws -> Data {
    let url = url(file, of: result.name)
    return try advised {
      func fail(_ message: String) -> ConfigError {
        ConfigError(
          source: "\(name)/\(url.lastPathComponent)",
          problems: [JSONProblem(path: "", message: message)])
      }
      let data: Data
      do {
        data = try Data(contentsOf: url)
      } catch {
        throw fail("cannot be read: \(systemReason(error))")
      }
      guard SHA256.digest(of: data) == result.files[file.rawValue] else {
        throw fail(
          "it is damaged, or not the file of this training: \(result.name).result.json has another "
            + "digest of it")
      }
      return data
    }
  }

  /// Makes sure that the files of models are those that their results tell of.
  ///
  /// - Parameters:
  ///   - files: Those that are looked at besides the lines of metrics.
  ///   - isWhole: Whether the metrics file shall hold the lines of these models alone.
  /// - Throws: ``ConfigError`` naming the file that is missing or another one, with advice.
  package func check(
    _ results: [ModelResult], of files: [ModelFile] = ModelFile.allCases, isWhole: Bool
  ) throws {
    for result in results {
      if let numerics = result.origin.numerics, numerics != RunOrigin.current.numerics {
        let message =
          "it is of other code (numerics \(numerics), not \(RunOrigin.current.numerics))"
        throw ConfigError(
          source: "\(name): the result of \(result.name)",
          problems: [JSONProblem(path: "", message: message)])
      }
      for file in result.modelFiles where files.contains(file) { _ = try read(file, of: result) }
    }
    // Results of versions that kept no digests are told from others by the run's origin.
    let kept = results.filter { $0.files[ModelResult.metricsKey] != nil }
    guard !kept.isEmpty else { return }
    try advised {
      let lines = try MetricsLines(of: metrics, named: "\(name)/metrics.jsonl")
      for result in kept { try lines.check(result) }
      let expected = kept.reduce(0) { $0 + $1.epochs }
      guard isWhole, lines.all.count != expected else { return }
      throw lines.damage("it has \(lines.all.count) lines, expected \(expected)")
    }
  }

  /// Does something; where a file turns out to be damaged, adds what to do to what is said of it.
  package func advised<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch var error as ConfigError {
      let advice = "remove the folder \(name) to run this seed again, or run with --restart"
      error.problems.append(JSONProblem(path: "", message: advice))
      throw error
    }
  }
}

/// The lines of a metrics file as they stand there.
package struct MetricsLines {
  package let all: [Data]
  private let name: String

  /// - Throws: ``ConfigError`` where the file cannot be read.
  package init(of url: URL, named name: String) throws {
    do {
      self.init(of: try Data(contentsOf: url), named: name)
    } catch {
      throw ConfigError(
        source: name,
        problems: [JSONProblem(path: "", message: "cannot be read: \(systemReason(error))")])
    }
  }

  package init(of data: Data, named name: String) {
    self.name = name
    all = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast()  // After the last line break, where nothing stands in a whole file.
      .map { Data($0) }
  }

  /// The lines of a model.
  package func lines(of model: String) -> [Data] {
    let mark = Data("\"model\":\"\(model)\"".utf8)
    return all.filter { $0.range(of: mark) != nil }
  }

  /// The lines of a model as a file of their own, and its digest.
  package func text(of model: String) -> Data {
    lines(of: model).reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }
  }

  package func digest(of model: String) -> String { SHA256.digest(of: text(of: model)) }

  /// Makes sure that the lines of a model are those that its result tells of.
  ///
  /// - Throws: ``ConfigError``.
  package func check(_ result: ModelResult) throws {
    guard digest(of: result.name) == result.files[ModelResult.metricsKey],
      lines(of: result.name).count == result.epochs
    else {
      throw damage(
        "it is damaged: the lines of \(result.name) are not those that its result has a digest of")
    }
  }

  package func damage(_ message: String) -> ConfigError {
    ConfigError(source: name, problems: [JSONProblem(path: "", message: message)])
  }
}
