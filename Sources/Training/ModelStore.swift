import Foundation
import Logging
import Records
import Tensor

/// Trained models that other runs can take over instead of training them again: a sweep over a
/// student's settings trains its teacher once.
///
/// A model is known by its identity (``ModelIdentity``). The same identity gives the same bits, so a
/// model that is taken over is the one that training would give. An entry is a folder of its
/// identity's digest; what it holds is checked whenever it is read, and one that is not whole is as
/// good as none.
package struct ModelStore {
  package let url: URL

  package init(url: URL) {
    self.url = url
  }

  private static let identityFile = "identity.json"
  private static let resultFile = "result.json"
  private static let metricsFile = "metrics.jsonl"

  private func folder(of identity: JSONValue) -> URL {
    url.appending(path: String(ModelIdentity.digest(identity).prefix(32)))
  }

  /// What an entry holds.
  private struct Entry {
    var result: ModelResult
    var files: [(ModelFile, Data)]
    var metrics: MetricsLines
  }

  /// The content of an entry; nil where there is none.
  ///
  /// - Throws: ``ConfigError``, ``InputError`` where it is not whole, or not of this identity.
  private func entry(_ folder: URL, of identity: JSONValue, _ model: String) throws -> Entry? {
    guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
    func damage(_ file: String, _ message: String) -> ConfigError {
      ConfigError(source: file, problems: [JSONProblem(path: "", message: message)])
    }
    func read(_ file: String) throws -> Data {
      do {
        return try Data(contentsOf: folder.appending(path: file))
      } catch {
        throw damage(file, "cannot be read: \(systemReason(error))")
      }
    }
    guard
      try SealedJSON.read(folder.appending(path: Self.identityFile), named: Self.identityFile)
        == identity
    else { throw damage(Self.identityFile, "it is of another model") }
    let result = try SealedJSON.read(
      ModelResult.self, from: folder.appending(path: Self.resultFile), named: Self.resultFile)
    guard result.name == model else {
      throw damage(Self.resultFile, "it is of the model \(result.name)")
    }
    let files = try result.modelFiles.map { file in
      let data = try read(file.keptName)
      guard SHA256.digest(of: data) == result.files[file.rawValue] else {
        throw damage(file.keptName, "it is damaged: the result has another digest of it")
      }
      return (file, data)
    }
    let metrics = MetricsLines(of: try read(Self.metricsFile), named: Self.metricsFile)
    try metrics.check(result)
    return Entry(result: result, files: files, metrics: metrics)
  }

  // MARK: Taking over

  /// Copies a model and its lines of metrics into a seed's folder.
  ///
  /// - Parameter lines: Lines of the metrics file that belong to models before it.
  /// - Returns: Its result; nil where it is not kept here, or not whole, which is said in the log.
  package func fetch(
    _ model: String, identity: JSONValue, into directory: SeedDirectory, after lines: Int,
    log: Logger
  ) throws -> ModelResult? {
    let folder = folder(of: identity)
    let entry: Entry
    do {
      guard let found = try self.entry(folder, of: identity, model) else { return nil }
      entry = found
    } catch let error as any ReportableError {
      log.warning(
        "\(model): what \(folder.path) keeps of it is not used, and it is trained anew: \(error)")
      return nil
    }
    let metrics = try MetricsLog(directory.metrics, keeping: lines)
    for line in entry.metrics.lines(of: model) {
      try metrics.append(line: String(decoding: line, as: UTF8.self))
    }
    _ = try metrics.synchronize()
    var result = entry.result
    result.origin.takenFrom = folder.lastPathComponent
    do {
      for (file, data) in entry.files {
        try DurableFile.write(data, to: directory.url(file, of: model))
      }
    } catch {
      throw RunError(message: "\(directory.name): cannot be written: \(systemReason(error))")
    }
    // Last: a model counts as complete once its result is there.
    try SealedJSON.write(RecordEncoder.encode(result), to: directory.result(of: model))
    return result
  }

  // MARK: Keeping

  /// Keeps a model that a seed's folder holds. Does nothing where it is kept already, be it by another
  /// process at this moment; one that is kept damaged is replaced.
  package func keep(_ result: ModelResult, identity: JSONValue, from directory: SeedDirectory)
    throws
  {
    let folder = folder(of: identity)
    guard !isWhole(folder, identity, result.name) else { return }
    var result = result
    result.origin.takenFrom = nil
    do {
      try removeLeftovers()
      let new = url.appending(path: "\(Self.newPrefix)\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
      defer {
        // Gone where it has become the entry.
        if FileManager.default.fileExists(atPath: new.path) {
          try? FileManager.default.removeItem(at: new)  // Else it goes with the leftovers.
        }
      }
      for file in result.modelFiles {
        try DurableFile.write(
          try directory.read(file, of: result), to: new.appending(path: file.keptName))
      }
      let lines = try MetricsLines(of: directory.metrics, named: "\(directory.name)/metrics.jsonl")
      try DurableFile.write(
        lines.text(of: result.name), to: new.appending(path: Self.metricsFile))
      try SealedJSON.write(RecordEncoder.encode(result), to: new.appending(path: Self.resultFile))
      try SealedJSON.write(identity, to: new.appending(path: Self.identityFile))
      try place(new, at: folder) { isWhole(folder, identity, result.name) }
    } catch let error as any ReportableError {
      throw error
    } catch {
      throw RunError(message: "\(folder.path): cannot be kept: \(systemReason(error))")
    }
  }

  private func isWhole(_ folder: URL, _ identity: JSONValue, _ model: String) -> Bool {
    do {
      return try entry(folder, of: identity, model) != nil
    } catch {
      return false  // Not whole, for whatever reason.
    }
  }

  /// Makes a new entry the one of its name, unless another process was faster with a whole one.
  private func place(_ new: URL, at folder: URL, isWhole: () -> Bool) throws {
    for attempt in 0... {
      do {
        return try DurableFile.rename(new, to: folder)
      } catch let error as NSError
        where [EEXIST, ENOTEMPTY].contains(Int32(error.code)) && attempt < 10
      {
        if isWhole() { return }
        // Out of the way first, so that nobody finds half of it.
        let old = url.appending(path: "\(Self.newPrefix)\(UUID().uuidString)")
        if rename(folder.path, old.path) == 0 { try FileManager.default.removeItem(at: old) }
      }
    }
  }

  private static let newPrefix = ".new-"

  /// Removes what processes left behind that were killed while they kept a model: entries that were
  /// begun more than a day ago. What others put in place or remove in the meantime is theirs.
  func removeLeftovers() throws {
    let manager = FileManager.default
    guard manager.fileExists(atPath: url.path) else { return }
    for name in try manager.contentsOfDirectory(atPath: url.path) where name.hasPrefix(".") {
      let item = url.appending(path: name)
      guard
        let attributes = try? manager.attributesOfItem(atPath: item.path),  // Else it is gone.
        let made = attributes[.modificationDate] as? Date,
        Date().timeIntervalSince(made) > 86_400
      else { continue }
      try? manager.removeItem(at: item)  // Else another is faster, or it goes another time.
    }
  }

  // MARK: Earlier versions

  /// How many entries are of versions that kept no digests, whose names have eight digits. They are
  /// not used.
  package var outdatedEntries: Int {
    // No folder yet: no entries. One that cannot be listed counts as empty: the count is for a remark.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.filter { $0.count == 8 && $0.allSatisfy(\.isHexDigit) }.count
  }
}
