import Records
import Training

/// What a table keeps of one seed of an experiment: the result with the config, the data and the
/// machine behind it. Every figure of a table comes from such files.
package struct StoredSeed: Record {
  package var experiment = ""
  /// Whether the config's quick block was applied.
  package var quick = false
  /// The resolved config, with this seed alone.
  package var config = JSONValue.object([:])
  package var dataset = DatasetSummary()
  /// The sessions in which the seed was run, the oldest first.
  package var provenance: [JSONValue] = []
  package var result = SeedResult()

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("experiment", &experiment, .name, required: true, "Its name in the table.")
    visitor.field(
      "quick", &quick, .boolean, required: true, "Whether the quick block was applied.")
    visitor.field("config", &config, .anything, required: true, "The resolved config.")
    visitor.record("dataset", &dataset, required: true, "The data.")
    visitor.field(
      "provenance", &provenance, .list(of: .anything, count: 0...10_000), required: true,
      "Where, when and with what the seed was run.")
    visitor.record("result", &result, required: true, "What the training gave.")
  }

  /// What is kept of a seed that is done.
  ///
  /// - Throws: ``RunDirectoryError`` where the run's provenance is damaged.
  package init(
    _ result: SeedResult, of experiment: TableFile.Experiment, quick: Bool,
    dataset: DatasetSummary, in directory: RunDirectory
  ) throws {
    self.experiment = experiment.name
    self.quick = quick
    self.result = result
    self.dataset = dataset
    // Where the copy of the data lay is the machine's affair.
    self.dataset.source = dataset.source.split(separator: "/").last.map(String.init) ?? ""
    var config = experiment.config
    config.seeds = [result.seed]
    self.config = RecordEncoder.encode(config)
    provenance = try directory.sessions(of: result.seed)
  }

  package init() {}

  /// The key paths at which the config differs from another.
  ///
  /// The stored config is read by today's rules: settings that did not exist then have their
  /// defaults, which is what the run was made with.
  ///
  /// - Throws: ``ConfigError`` where it cannot be read by today's rules.
  package func differences(from other: ExperimentConfig, named name: String) throws -> [String] {
    let (stored, problems) = RecordDecoder.decode(ExperimentConfig.self, from: config)
    guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
    return other.identity.differences(from: stored.identity)
  }
}

extension RunDirectory {
  /// What the run's provenance tells of the sessions that a seed was part of, without command
  /// lines, whose paths mean nothing on another machine.
  ///
  /// - Throws: ``RunDirectoryError`` where the file is damaged.
  package func sessions(of seed: UInt64) throws -> [JSONValue] {
    guard case .array(let sessions)? = try readSealed(provenanceFile)["sessions"] else { return [] }
    return sessions.compactMap { session in
      guard case .object(var members) = session, case .array(let seeds)? = members["seeds"],
        seeds.contains(.integer(Int(seed)))
      else { return nil }
      members["commandLine"] = nil
      members["seeds"] = nil
      return .object(members)
    }
  }
}
