import Foundation
import Records

/// The folder of a run.
///
///     config.json                the resolved config: every default filled in
///     dataset.json               the data that the run was made on
///     origin.json                the program that it was made with
///     provenance.json            where, when and with what each session of the run was made
///     result.json                the result over seeds
///     seed-100/metrics.jsonl     losses and scores, one JSON object an epoch
///     seed-100/NAME.safetensors  weights of the model NAME
///     seed-100/result.json       the seed's result, there once the seed is done
///
/// Each file is written at once: a reader finds the old one or the new one. Results, origin and
/// provenance hold digests of themselves, results of the files beside them too, and all are checked
/// whenever they are read. `result.json` of the run is made anew from those of its seeds.
package struct RunDirectory {
  package let url: URL
  /// The folder as users know it, for messages.
  package let name: String

  package init(path: String, relativeTo directory: URL) {
    name = path
    url = URL(filePath: path, directoryHint: .isDirectory, relativeTo: directory)
  }

  package var configFile: URL { url.appending(path: "config.json") }
  package var datasetFile: URL { url.appending(path: "dataset.json") }
  package var originFile: URL { url.appending(path: "origin.json") }
  package var provenanceFile: URL { url.appending(path: "provenance.json") }
  package var resultFile: URL { url.appending(path: "result.json") }

  /// The folder of one seed.
  package func seed(_ seed: UInt64) -> SeedDirectory {
    SeedDirectory(
      seed: seed, url: url.appending(path: "seed-\(seed)"), name: "\(name)/seed-\(seed)")
  }

  /// Makes sure, before any work, that the folder can be made and written. Where
  /// it is not there yet, it is not there afterwards either.
  ///
  /// - Throws: ``RunDirectoryError`` with the system's reason.
  package func checkWritable() throws {
    let existed = FileManager.default.fileExists(atPath: url.path)
    do throws(SystemError) {
      try Directory.create(url)
      try Directory.probe(url)
      if !existed && rmdir(url.path) != 0 { throw .current }
    } catch {
      throw RunDirectoryError(
        message: "the folder \(name) cannot be written: \(error.reason); "
          + "choose another with --out DIR")
    }
  }

  // MARK: What it holds

  /// Whether the folder holds a run, of whatever config.
  package var holdsRun: Bool { FileManager.default.fileExists(atPath: configFile.path) }

  /// The config of the run in the folder, or nil where there is none.
  ///
  /// It is read by today's rules: settings that did not exist then have their defaults, which is
  /// what the run was made with.
  ///
  /// - Throws: ``RunDirectoryError`` where the stored config is torn.
  package func config() throws -> ExperimentConfig? {
    guard holdsRun else { return nil }
    let (stored, problems) = RecordDecoder.decode(
      ExperimentConfig.self, from: try readStored(configFile))
    guard problems.isEmpty else {
      throw unreadable(configFile, problems.map(\.description).joined(separator: "; "))
    }
    return stored
  }

  /// Makes sure that a run in the folder, if any, is one of this config.
  ///
  /// - Throws: ``RunDirectoryError`` naming the key paths that differ, or where the stored config is
  ///   torn.
  package func checkConfig(_ config: ExperimentConfig) throws {
    guard let stored = try self.config() else { return }
    let paths = config.identity.differences(from: stored.identity)
    guard paths.isEmpty else {
      let shown = paths.prefix(8).joined(separator: ", ")
      let more = paths.count > 8 ? " and \(paths.count - 8) more" : ""
      throw RunDirectoryError(
        message: "the folder \(name) holds a run of another config, which differs in "
          + "\(shown)\(more); choose another folder with --out DIR, or replace that run with "
          + "--restart")
    }
  }

  /// The data that the run in the folder was made on, or nil where there is no run.
  ///
  /// - Throws: ``ConfigError`` where the file is torn.
  package func dataset() throws -> DatasetSummary? {
    guard holdsRun, FileManager.default.fileExists(atPath: datasetFile.path) else { return nil }
    let (dataset, problems) = RecordDecoder.decode(
      DatasetSummary.self, from: try readStored(datasetFile))
    guard problems.isEmpty else {
      throw unreadable(datasetFile, problems.map(\.description).joined(separator: "; "))
    }
    return dataset
  }

  /// Makes sure that a run in the folder, if any, was made with this program.
  ///
  /// - Throws: ``RunDirectoryError`` where another one made it, or where that is not known.
  package func checkOrigin() throws {
    guard holdsRun else { return }
    let advice = "Choose another folder with --out DIR, or run it again with --restart"
    guard FileManager.default.fileExists(atPath: originFile.path) else {
      throw RunDirectoryError(
        message: "the folder \(name) holds a run of a version that kept no digests of its code, "
          + "data and weights (there is no origin.json): nothing tells whether it fits. \(advice)")
    }
    let origin: RunOrigin
    do {
      origin = try SealedJSON.read(RunOrigin.self, from: originFile, named: "\(name)/origin.json")
    } catch let error as ConfigError {
      throw unreadable(originFile, error.description)
    }
    guard origin.numerics == RunOrigin.current.numerics else {
      throw RunDirectoryError(
        message: "the folder \(name) holds a run of other code: \(origin.words); this program has "
          + "\(RunOrigin.current.words), and may give other numbers. \(advice)")
    }
  }

  /// Makes sure that a run in the folder, if any, was made on these data and with this program.
  package func checkDataset(_ dataset: DatasetSummary) throws {
    try checkOrigin()
    try checkSameData(as: dataset)
  }

  /// Makes sure that a run in the folder, if any, was made on these data, with whatever program.
  package func checkSameData(as dataset: DatasetSummary) throws {
    guard let stored = try self.dataset() else { return }
    let isSame = stored.isSameData(as: dataset) && stored.digest == dataset.digest
    guard !isSame else { return }
    func words(_ data: DatasetSummary) -> String {
      "\(data.name)\(data.synthetic ? " (synthetic)" : "") with \(NumberFormat.grouped(data.nodes)) "
        + "nodes and \(NumberFormat.grouped(data.edges)) edges from \(data.source)"
        + (data.digest.map { " (digest \($0.prefix(16)))" } ?? "")
    }
    throw RunDirectoryError(
      message: "the folder \(name) holds a run on other data: \(words(stored)); now they are "
        + "\(words(dataset)). Choose another folder with --out DIR, or replace that run with "
        + "--restart")
  }

  /// The results of those of the config's seeds that are done.
  package func results(for config: ExperimentConfig) throws -> [SeedResult] {
    try config.seeds.compactMap { try seed($0).result(for: config) }
  }

  // MARK: Beginning a run

  /// Removes what a run left behind: the config's seeds where the folder's run is of the same
  /// config and data, the whole run otherwise. Touches nothing that no run wrote.
  package func clear(for config: ExperimentConfig, dataset: DatasetSummary) throws {
    guard holdsRun else { return }
    var isSame = true
    do {
      try checkConfig(config)
      try checkDataset(dataset)
      if FileManager.default.fileExists(atPath: provenanceFile.path) {
        _ = try readSealed(provenanceFile)
      }
    } catch is any ReportableError {
      isSame = false  // Another run, or one whose files are torn: all of it goes.
    }
    try isSame ? remove(config.seeds.map { seed($0).url } + [resultFile]) : remove()
  }

  /// Removes a whole run. Touches nothing that no run wrote.
  ///
  /// - Throws: ``RunDirectoryError`` with the system's reason.
  package func remove() throws {
    guard holdsRun else { return }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: url.path)
    } catch {
      throw unremovable(error)
    }
    let seeds = names.filter { $0.hasPrefix("seed-") && UInt64($0.dropFirst(5)) != nil }
      .map { url.appending(path: $0) }
    // The config goes last: while it is there, so may be the rest.
    try remove(seeds + [resultFile, datasetFile, originFile, provenanceFile, configFile])
  }

  private func remove(_ items: [URL]) throws {
    for item in items where FileManager.default.fileExists(atPath: item.path) {
      do {
        try FileManager.default.removeItem(at: item)
      } catch {
        throw unremovable(error)
      }
    }
  }

  private func unremovable(_ error: any Error) -> RunDirectoryError {
    RunDirectoryError(message: "the run in \(name) cannot be removed: \(systemReason(error))")
  }

  /// Writes config, data set and program, for a new run or one that goes on.
  ///
  /// - Throws: ``RunDirectoryError`` where the folder holds another run.
  package func begin(_ config: ExperimentConfig, dataset: DatasetSummary) throws {
    try checkConfig(config)
    try checkDataset(dataset)
    try JSONFile.write(RecordEncoder.encode(dataset), to: datasetFile)
    if !holdsRun { try SealedJSON.write(RecordEncoder.encode(RunOrigin.current), to: originFile) }
    try JSONFile.write(RecordEncoder.encode(config), to: configFile)
  }

  // MARK: Reading

  /// A document that this program wrote here.
  package func readStored(_ file: URL) throws -> JSONValue {
    do {
      return try JSONFile.read(file, named: "\(name)/\(file.lastPathComponent)")
    } catch let error as ConfigError {
      throw unreadable(file, error.description)
    }
  }

  /// A document that this program wrote here with a digest of itself.
  ///
  /// - Throws: ``RunDirectoryError`` where it is not what its digest was made of.
  package func readSealed(_ file: URL) throws -> JSONValue {
    do {
      return try SealedJSON.read(file, named: "\(name)/\(file.lastPathComponent)")
    } catch let error as ConfigError {
      throw unreadable(file, error.description)
    }
  }

  private func unreadable(_ file: URL, _ reason: String) -> RunDirectoryError {
    RunDirectoryError(
      message: "\(reason)\n\(name)/\(file.lastPathComponent) is damaged: choose another folder "
        + "with --out DIR, or run everything again with --restart")
  }
}

/// A run's folder that cannot be used.
package struct RunDirectoryError: ReportableError {
  package var message: String
  package var description: String { message }
  package var exitCode: Int32 { ExitStatus.badData }
}
