import Foundation
import Records
import Training

/// A table as read from its file, with the configs of its experiments, all of them checked.
package struct TableFile {
  /// An experiment with its config.
  package struct Experiment {
    package var name: String
    /// With the table's changes, the quick block where that is wanted, and all seeds wanted.
    package var config: ExperimentConfig
  }

  /// The path as the user gave it.
  package let path: String
  package let url: URL
  package let config: TableConfig
  package let experiments: [Experiment]
  package let quick: Bool

  /// Reads a table and the configs that it names.
  ///
  /// - Parameters:
  ///   - quick: whether the configs' quick blocks are applied.
  ///   - addedSeeds: seeds for all experiments besides their own.
  /// - Throws: ``InputError`` where the table, or nothing but a config of it, is missing;
  ///   ``ConfigError`` with everything that is wrong with the table and its configs.
  package init(path: String, relativeTo directory: URL, quick: Bool, addedSeeds: [UInt64]) throws {
    self.path = path
    self.quick = quick
    url = URL(filePath: path, relativeTo: directory)
    let (document, faults) = ConfigInheritance.filled(
      try ConfigInheritance.read(url, named: path), list: "sections")
    let (config, found) = RecordDecoder.decode(TableConfig.self, from: document)
    guard faults.isEmpty && found.isEmpty else {
      throw ConfigError(source: path, problems: faults + found)
    }
    self.config = config

    var experiments: [Experiment] = []
    var problems: [JSONProblem] = []
    var missing: [InputError] = []
    for entry in config.experiments {
      let place = "experiments.\(entry.name)"
      do {
        var resolved = try Self.configFile(of: entry, in: path, relativeTo: directory)
          .resolve(quick: quick)
        resolved.seeds = Set(resolved.seeds).union(addedSeeds).sorted()
        experiments.append(Experiment(name: entry.name, config: resolved))
      } catch let error as ConfigError {
        problems.append(JSONProblem(path: place, message: error.description))
      } catch let error as InputError {
        missing.append(InputError(message: "\(path): \(place): \(error)"))
        problems.append(JSONProblem(path: place, message: error.description))
      }
    }
    problems += Self.unknownModels(of: config, in: experiments)
    problems += Self.unfitMetrics(of: config, in: experiments)
    if problems.count == 1, let first = missing.first { throw first }
    guard problems.isEmpty else { throw ConfigError(source: path, problems: problems) }
    self.experiments = experiments
  }

  private static func configFile(
    of entry: TableExperiment, in path: String, relativeTo directory: URL
  ) throws -> ConfigFile {
    let folder = URL(filePath: path, relativeTo: directory).deletingLastPathComponent()
    return try ConfigFile(
      path: URL(filePath: entry.config, relativeTo: folder).displayPath(from: directory),
      relativeTo: directory, changes: entry.overrides)
  }

  /// Rows and curves whose model is not in their experiment.
  private static func unknownModels(
    of config: TableConfig, in experiments: [Experiment]
  ) -> [JSONProblem] {
    config.sections.flatMap { section in
      func problem(_ model: String, _ experiment: String?, at key: String) -> JSONProblem? {
        let name = experiment ?? section.experiment
        guard let config = experiments.first(where: { $0.name == name })?.config,
          config.models(named: model).isEmpty
        else { return nil }
        return JSONProblem(
          path: "sections.\(section.name).\(key)",
          message: config.missingModel(model) + " in the experiment \"\(name)\"")
      }
      return section.rows.filter(\.measured).compactMap { row in
        problem(
          row.modelName, row.experiment,
          at: "rows.\(row.name).\(row.model == nil ? "name" : "model")")
      }
        + section.curves.compactMap {
          problem($0.model, $0.experiment, at: "curves.\($0.name).model")
        }
    }
  }

  /// Columns that a row's models cannot have, and what counts upwards where less is better.
  private static func unfitMetrics(
    of config: TableConfig, in experiments: [Experiment]
  ) -> [JSONProblem] {
    config.sections.flatMap { section -> [JSONProblem] in
      let models = section.rows.filter(\.measured).flatMap { row in
        experiments.first { $0.name == row.experiment ?? section.experiment }?.config
          .models(named: row.modelName) ?? []
      }
      func problem(_ key: String, _ message: String) -> JSONProblem {
        JSONProblem(path: "sections.\(section.name).\(key)", message: message)
      }
      func falls(_ metric: String) -> Bool {
        Registries.metrics.metric(named: metric)?.higherIsBetter == false
      }
      var found: [JSONProblem] = []
      for name in section.metrics {
        guard let tasks = Registries.metrics.metric(named: name)?.tasks,
          let model = models.first(where: { !tasks.contains($0.taskLoss.labelKind) })
        else { continue }
        found.append(
          problem(
            "metrics",
            "found \"\(name)\", which is not defined for \(model.taskLoss.labelKind.inWords), as the "
              + "model \"\(model.name)\" has it"))
      }
      if !section.claims.isEmpty, falls(section.metrics[0]) {
        found.append(
          problem(
            "metrics",
            "claims are held against the first metric, and of \"\(section.metrics[0])\" less is "
              + "better; put one first of which more is better"))
      }
      if !section.thresholds.isEmpty,
        let model = models.first(where: { falls($0.training.selectOn) })
      {
        found.append(
          problem(
            "thresholds",
            "the model \"\(model.name)\" selects on \"\(model.training.selectOn)\", of which less is "
              + "better: it does not rise to a threshold; leave them out"))
      }
      return found
    }
  }

  /// The models that a name stands for in an experiment.
  package func models(named name: String, in experiment: String) -> [String] {
    experiments.first { $0.name == experiment }?.config.models(named: name).map(\.name) ?? []
  }
}

extension URL {
  /// The path below a folder where it lies there, else from the root: as users know it.
  package func displayPath(from folder: URL) -> String {
    let path = standardizedFileURL.path
    let root = folder.standardizedFileURL.path
    return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }
}
