import Foundation
import Records

/// The folder of one seed of a run.
package struct SeedDirectory {
  package let seed: UInt64
  package let url: URL
  /// The folder as users know it, for messages.
  package let name: String

  /// One JSON object a line: the losses and scores of each epoch.
  package var metrics: URL { url.appending(path: "metrics.jsonl") }

  /// The nodes of each part, where the data are one graph.
  package var split: URL { url.appending(path: "split.npz") }

  /// A model's trained weights.
  package func weights(of model: String) -> URL { url.appending(path: "\(model).safetensors") }

  /// The seed's result, once all its models are trained.
  package var resultFile: URL { url.appending(path: "result.json") }

  /// Makes the folder.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package func create() throws {
    do throws(SystemError) {
      try Directory.create(url)
    } catch {
      throw RunError(message: "\(name): cannot be made: \(error.reason)")
    }
  }

  /// The seed's result, or nil where the seed is not done.
  ///
  /// - Throws: ``ConfigError`` where the file or one that it tells of is damaged or missing, or where
  ///   it is not a result of this seed and these models.
  package func result(for config: ExperimentConfig) throws -> SeedResult? {
    guard FileManager.default.fileExists(atPath: resultFile.path) else { return nil }
    let file = "\(name)/result.json"
    let result = try advised {
      let result = try SealedJSON.read(SeedResult.self, from: resultFile, named: file)
      let problems = self.problems(of: result, for: config)
      guard problems.isEmpty else { throw ConfigError(source: file, problems: problems) }
      return result
    }
    try check(result.models, isWhole: true)
    return result
  }

  /// Writes the seed's result.
  ///
  /// - Throws: ``RunError`` where it is not a result of this seed and these models, or where it
  ///   cannot be written.
  package func save(_ result: SeedResult, for config: ExperimentConfig) throws {
    let problems = self.problems(of: result, for: config)
    guard problems.isEmpty else {
      throw RunError(message: "\(name): " + problems.map(\.description).joined(separator: "; "))
    }
    try SealedJSON.write(RecordEncoder.encode(result), to: resultFile)
  }

  private func problems(of result: SeedResult, for config: ExperimentConfig) -> [JSONProblem] {
    var problems: [JSONProblem] = []
    if result.seed != seed {
      problems.append(JSONProblem(path: "seed", message: "found \(result.seed), expected \(seed)"))
    }
    let found = result.models.map(\.name)
    let expected = config.models.map(\.name)
    if found != expected {
      let message =
        "found the models \(found.joined(separator: ", ")), "
        + "expected \(expected.joined(separator: ", "))"
      problems.append(JSONProblem(path: "models", message: message))
    }
    return problems
  }
}
