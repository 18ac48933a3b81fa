import Foundation
import Records

/// A config as read from its file and those that it extends (``ConfigInheritance``), before the choice of overrides.
package struct ConfigFile {
  /// The path as the user gave it, for messages.
  package let path: String
  private let folder: URL
  private let document: JSONValue
  private let changes: [Override]
  private let faults: [JSONProblem]

  /// Reads a file.
  ///
  /// - Parameter changes: overrides that count as the file's own content: the quick block and
  ///   other overrides come after them.
  /// - Throws: ``InputError`` where there is no such file or it cannot be read, ``ConfigError``
  ///   where it is not JSON; both also for the files that it extends.
  package init(path: String, relativeTo directory: URL, changes: [Override] = []) throws {
    self.path = path
    self.changes = changes
    let url = URL(filePath: path, relativeTo: directory)
    folder = url.absoluteURL.deletingLastPathComponent()
    (document, faults) = ConfigInheritance.filled(
      try ConfigInheritance.read(url, named: path), list: "models")
  }

  /// The config with overrides applied in order, the quick block's first.
  ///
  /// - Throws: ``ConfigError`` with everything that is wrong.
  package func resolve(quick: Bool, overrides: [Override] = []) throws -> ExperimentConfig {
    // The quick block is checked in every run, so that a slip in it does not wait for its day.
    let quickBlock = try quickOverrides()
    let quickConfig = try decode(quickBlock)
    if overrides.isEmpty { return quick ? quickConfig : try decode([]) }
    return try decode((quick ? quickBlock : []) + overrides)
  }

  private func quickOverrides() throws -> [Override] {
    guard let block = document["quick"] else { return [] }
    guard case .object(let members) = block else {
      let message = "found \(block.excerpt), expected an object of key paths and values"
      throw ConfigError(source: path, problems: [JSONProblem(path: "quick", message: message)])
    }
    return try members.sorted { $0.key < $1.key }.map { key, value in
      guard let override = Override(path: key, value: value, origin: "the quick block's") else {
        let message =
          "found the key \"\(key)\", expected a key path such as seeds or models.NAME.KEY"
        throw ConfigError(source: path, problems: [JSONProblem(path: "quick", message: message)])
      }
      return override
    }
  }

  private func decode(_ overrides: [Override]) throws -> ExperimentConfig {
    var document = document
    var applied: [(path: [String], override: Override)] = []
    var problems = faults
    for override in changes + overrides {
      do throws(JSONProblem) {
        if override.path.first == ConfigInheritance.defaultsKey
          || override.path.first == ConfigInheritance.extendsKey
        {
          throw JSONProblem(
            path: override.path.joined(separator: "."),
            message: "is part of every model before values are set; set models.*.KEY or "
              + "models.NAME.KEY (\(override.origin))")
        }
        applied += try override.apply(to: &document).map { ($0, override) }
      } catch {
        problems.append(error)
      }
    }
    let (whole, miscounts) = ModelCount.expanded(document)
    problems += miscounts
    let (decoded, found) = RecordDecoder.decode(ExperimentConfig.self, from: whole)
    problems += found.map { problem in
      var problem = problem
      let place = problem.path.split(separator: ".").map(String.init)
      if let cause = applied.last(where: {
        place.starts(with: $0.path) || $0.path.starts(with: place)
      }) {
        let key = cause.override.path.joined(separator: ".")
        problem.message += " (set by \(cause.override.origin) \(key))"
      }
      return problem
    }
    guard problems.isEmpty else { throw ConfigError(source: path, problems: problems) }
    var config = decoded
    config.data.files?.settle(in: folder)
    return config
  }
}
