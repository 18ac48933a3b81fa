import Records

/// A whole experiment: data, models in the order of their training, and what each is trained on.
package struct ExperimentConfig: Record {
  /// Names the run's directory.
  package var name = ""
  package var description = ""
  /// Every model is trained once a seed.
  package var seeds: [UInt64] = []
  package var precision = Precision.float32
  package var data = DataConfig()
  package var metrics = MetricsConfig()
  /// Trained in this order, so that a teacher stands before its students.
  package var models: [ModelConfig] = []

  /// The floating-point type of all computation.
  package enum Precision: String, CaseIterable {
    case float32, float64
  }

  /// A folder of runs holds at most this many seeds; more is a slip of the pen.
  package static let mostSeeds = 10_000

  /// Under which key `validate --json` prints warnings beside the config.
  package static let warningsKey = "warnings"

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.readElsewhere(
      "$schema", schema: ["type": "string"], "Where the schema of this file is.")
    visitor.readElsewhere(
      ConfigInheritance.extendsKey, schema: ["type": "string"], ConfigInheritance.note)
    visitor.readElsewhere(
      ConfigInheritance.defaultsKey, schema: ["type": "object"],
      "Keys of every model that does not give them; nested objects by key, lists as a whole.")
    visitor.field(
      "name", &name, .name, required: true, "The experiment's name; names the run directory.")
    visitor.field("description", &description, .text, "What the experiment is, for its readers.")
    visitor.field(
      "seeds", &seeds, .list(of: .seed, count: 1...Self.mostSeeds), required: true,
      "Seeds of random numbers, all different; every model is trained once a seed.")
    visitor.field("precision", &precision, .choice, "The floating-point type of all computation.")
    visitor.record("data", &data, required: true, "The data set and its batches.")
    visitor.record("metrics", &metrics, "How predictions are scored.")
    visitor.records(
      "models", &models, "The models, trained in this order: a teacher before its students.")
    visitor.readElsewhere(
      Self.warningsKey, schema: ["type": "array"],
      "What `validate --json` prints beside a config, so that what it prints is a config.")
    visitor.readElsewhere(
      "quick", schema: ["type": "object"],
      "Key paths (`*` stands for every model) and values that --quick sets, for a run that ends within about a minute."
    )
  }

  package var inconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    if let seed = firstDuplicate(of: seeds) {
      found.append(Inconsistency(key: "seeds", message: "the seed \(seed) occurs twice"))
    }
    if let name = firstDuplicate(of: models.map(\.name)) {
      found.append(Inconsistency(key: "models", message: "two models are named \"\(name)\""))
    } else {
      found +=
        referenceInconsistencies + groupInconsistencies + graphInconsistencies
        + readoutInconsistencies
    }
    return found
  }

  /// Models on a rewired graph that there is not.
  private var graphInconsistencies: [Inconsistency] {
    guard data.rewiring.settings.rewiring == nil else { return [] }
    let rewirings = Registries.rewirings.entries.filter { $0.fresh.rewiring != nil }
      .map { "\"\($0.name)\"" }.joined(separator: " or ")
    return models.filter { $0.graph == .rewired }.map { model in
      let reason =
        data.isOneGraph || data.name.isEmpty
        ? "data.rewiring is \"none\"; set data.rewiring.type to \(rewirings)"
        : "only data of one graph can be rewired, and \(data.name) has several"
      return Inconsistency(
        key: "models.\(model.name).graph", message: "found \"rewired\", but \(reason)")
    }
  }

  /// Models that predict for graphs where nodes have labels, or the other way round.
  private var readoutInconsistencies: [Inconsistency] {
    guard let source = data.source else { return [] }
    return models.compactMap { model in
      let settings = model.architecture.settings
      let predictsGraphs = !settings.pooledTaps.isEmpty
      guard predictsGraphs != source.labelsGraphs else { return nil }
      let architecture = "models.\(model.name).architecture"
      guard predictsGraphs else {
        return Inconsistency(
          key: "\(architecture).readout",
          message: "found \"none\", but the labels of \(source.name) are those of graphs; take "
            + "\"mean\", \"sum\" or \"max\"")
      }
      let words =
        "which gives one prediction for a graph, but the labels of \(source.name) are those of nodes; "
      guard let readout = settings.trunk.readout else {
        return Inconsistency(
          key: "\(architecture).family",
          message: "found \"\(type(of: settings).name)\", \(words)take another family")
      }
      return Inconsistency(
        key: "\(architecture).readout",
        message: "found \"\(readout.rawValue)\", \(words)leave it out")
    }
  }

  /// The configuration without what may differ between runs that belong together: two runs with
  /// the same identity can share a directory, each with its seeds.
  package var identity: JSONValue {
    guard case .object(var members) = RecordEncoder.encode(self) else { return nil }
    members["seeds"] = nil
    members["description"] = nil
    members["data"] = data.identity
    return .object(members)
  }
}

/// The first value that occurs a second time, or nil.
package func firstDuplicate<Value: Hashable>(of values: [Value]) -> Value? {
  var seen: Set<Value> = []
  return values.first { !seen.insert($0).inserted }
}

/// The values without those that occurred before, in order.
package func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
  var seen: Set<Value> = []
  return values.filter { seen.insert($0).inserted }
}
