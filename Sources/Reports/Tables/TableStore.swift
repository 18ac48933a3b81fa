import Foundation
import Records
import Training

/// The files behind a table, one a seed: `EXPERIMENT/seed-N.json` below a folder of the table.
package struct TableStore {
  package let url: URL
  /// The folder as users know it, for messages.
  package let name: String

  /// The results of an experiment that are there, by rising seed.
  ///
  /// - Throws: ``ConfigError`` where a file is torn, or is not a result of its seed and of the
  ///   experiment's models.
  package func seeds(of experiment: TableFile.Experiment) throws -> [StoredSeed] {
    try files(of: experiment.name).map { seed, file in
      let name = fileName(experiment.name, seed)
      do {
        // Those of versions that kept no digests stay what they are.
        let stored = try SealedJSON.read(
          StoredSeed.self, from: file, named: name, required: false)
        let problems = self.problems(of: stored, seed: seed, experiment: experiment.name)
        guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
        return stored
      } catch var error as ConfigError {
        let advice = "remove the file to run this seed again"
        error.problems.append(JSONProblem(path: "", message: advice))
        throw error
      }
    }
  }

  private func problems(of stored: StoredSeed, seed: UInt64, experiment: String) -> [JSONProblem] {
    var problems: [JSONProblem] = []
    if stored.result.seed != seed {
      problems.append(
        JSONProblem(path: "result.seed", message: "found \(stored.result.seed), expected \(seed)"))
    }
    if stored.experiment != experiment {
      let message = "found \"\(stored.experiment)\", expected \"\(experiment)\""
      problems.append(JSONProblem(path: "experiment", message: message))
    }
    return problems
  }

  /// Makes sure that what is there of an experiment is of its config.
  ///
  /// - Throws: ``StoredResultsError`` naming the key paths that differ.
  package func checkConfig(of experiment: TableFile.Experiment, quick: Bool) throws {
    for stored in try seeds(of: experiment) {
      let file = fileName(experiment.name, stored.result.seed)
      var paths = try stored.differences(from: experiment.config, named: file)
      if stored.quick != quick { paths.append("quick") }
      guard paths.isEmpty else {
        let shown = paths.prefix(8).joined(separator: ", ")
        let more = paths.count > 8 ? " and \(paths.count - 8) more" : ""
        throw StoredResultsError(
          message: "\(file) is of another config, which differs in \(shown)\(more); "
            + StoredResultsError.advice)
      }
      let models = stored.result.models.map(\.name)
      let expected = experiment.config.models.map(\.name)
      guard models == expected else {
        throw StoredResultsError(
          message: "\(file) holds the models \(models.joined(separator: ", ")), expected "
            + "\(expected.joined(separator: ", ")); " + StoredResultsError.advice)
      }
    }
  }

  /// Makes sure that what is there of an experiment was made on these data.
  ///
  /// - Throws: ``StoredResultsError``.
  package func checkData(of experiment: TableFile.Experiment, _ dataset: DatasetSummary) throws {
    for stored in try seeds(of: experiment) where !stored.dataset.isSameData(as: dataset) {
      throw StoredResultsError(
        message: "\(fileName(experiment.name, stored.result.seed)) is of other data: "
          + "\(stored.dataset.sizes); now they are \(dataset.sizes); " + StoredResultsError.advice)
    }
  }

  /// Writes the result of a seed.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package func save(_ stored: StoredSeed) throws {
    let folder = url.appending(path: stored.experiment)
    do throws(SystemError) {
      try Directory.create(folder)
    } catch {
      throw RunError(message: "\(name)/\(stored.experiment): cannot be made: \(error.reason)")
    }
    let file = folder.appending(path: "seed-\(stored.result.seed).json")
    try SealedJSON.write(RecordEncoder.encode(stored), to: file)
  }

  /// Removes what is there of an experiment.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package func remove(_ experiment: String) throws {
    for (seed, file) in try files(of: experiment) {
      do {
        try FileManager.default.removeItem(at: file)
      } catch {
        throw RunError(
          message: "\(fileName(experiment, seed)): cannot be removed: \(systemReason(error))")
      }
    }
  }

  private func fileName(_ experiment: String, _ seed: UInt64) -> String {
    "\(name)/\(experiment)/seed-\(seed).json"
  }

  private func files(of experiment: String) throws -> [(seed: UInt64, file: URL)] {
    let folder = url.appending(path: experiment)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw InputError(message: "\(name)/\(experiment): cannot be read: \(systemReason(error))")
    }
    return names.compactMap { name in
      guard name.hasPrefix("seed-"), name.hasSuffix(".json"),
        let seed = UInt64(name.dropFirst(5).dropLast(5)), "seed-\(seed).json" == name
      else { return nil }
      return (seed, folder.appending(path: name))
    }.sorted { $0.seed < $1.seed }
  }
}

/// Stored results that do not belong to what the table asks for.
package struct StoredResultsError: ReportableError {
  package var message: String
  package var description: String { message }
  package var exitCode: Int32 { ExitStatus.badData }

  package static let advice =
    "--restart runs the experiment again in its place, --out DIR begins elsewhere"
}

extension DatasetSummary {
  /// The data and their sizes, for messages.
  package var sizes: String {
    "\(name)\(synthetic ? " (synthetic)" : "") with \(NumberFormat.grouped(nodes)) nodes, "
      + "\(NumberFormat.grouped(edges)) edges and \(NumberFormat.percent(labelledShare)) % of labels"
  }
}
