import Records
import Training

/// A table over experiments: what must be run for it, and how its sections compare the models.
package struct TableConfig: Record {
  /// Names the rendered files and the folder of the data behind them.
  package var name = ""
  package var title = ""
  package var description = ""
  /// The folder of rendered tables and their data, relative to the table's file.
  package var results = "results"
  package var experiments: [TableExperiment] = []
  package var sections: [TableSection] = []
  /// Within how many points a difference of scores does not matter; nil where that is not asked.
  package var equivalenceMargin: Double?
  /// Remarks on the whole table.
  package var notes: [String] = []

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.readElsewhere(
      "$schema", schema: ["type": "string"], "Where the schema of this file is.")
    visitor.readElsewhere(
      ConfigInheritance.extendsKey, schema: ["type": "string"], ConfigInheritance.note)
    visitor.readElsewhere(
      ConfigInheritance.defaultsKey, schema: ["type": "object"],
      "Keys of every section that does not give them; nested objects by key, lists as a whole.")
    visitor.field(
      "name", &name, .name, required: true,
      "The table's name; names the rendered files and the folder of their data.")
    visitor.field("title", &title, .text, required: true, "The table's title.")
    visitor.field("description", &description, .text, "What the table is, for its readers.")
    visitor.field(
      "results", &results, .text,
      "The folder of the rendered table and its data, relative to this file.")
    visitor.records("experiments", &experiments, "What is run, in this order.")
    visitor.records("sections", &sections, "Blocks of rows that belong together.")
    visitor.field(
      "equivalenceMargin", &equivalenceMargin, .orNull(.number(.above(0, atMost: 100))),
      "Within how many percentage points a difference does not matter: 0.2. Claims are then tested "
        + "for equivalence too; null: they are not.")
    visitor.field("notes", &notes, .notes, "Remarks on the whole table.")
  }

  package var inconsistencies: [Inconsistency] {
    duplicates(of: experiments.map(\.name), key: "experiments", what: "experiments")
      + duplicates(of: sections.map(\.name), key: "sections", what: "sections")
      + sections.flatMap(unknownExperiments)
  }

  private func unknownExperiments(of section: TableSection) -> [Inconsistency] {
    let known = experiments.map(\.name)
    func check(_ name: String, _ key: String) -> Inconsistency? {
      guard !known.contains(name) else { return nil }
      return Inconsistency(
        key: "sections.\(section.name).\(key)",
        message: missing("experiment", name, among: known))
    }
    return [check(section.experiment, "experiment")].compactMap { $0 }
      + section.rows.compactMap { row in
        row.experiment.flatMap { check($0, "rows.\(row.name).experiment") }
      }
      + section.curves.compactMap { curve in
        curve.experiment.flatMap { check($0, "curves.\(curve.name).experiment") }
      }
  }
}

/// An experiment that a table needs.
package struct TableExperiment: Record {
  /// Names the experiment in the table and the folder of its data.
  package var name = ""
  /// The config's path, relative to the table's file.
  package var config = ""
  /// Seeds instead of the config's; nil for those.
  package var seeds: [UInt64]?
  /// Key paths and values that change the config before its quick block does.
  package var settings: [String: JSONValue] = [:]

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "name", &name, .name, required: true, "Names the experiment and the folder of its data.")
    visitor.field(
      "config", &config, .text, required: true, "The config's path, relative to this file.")
    visitor.field(
      "seeds", &seeds, .orNull(.list(of: .seed, count: 1...ExperimentConfig.mostSeeds)),
      "Seeds instead of the config's; null for those. --seeds adds to them.")
    visitor.field(
      "set", &settings, .dictionary(of: .anything),
      "Key paths of the config and the values to set there, as --set does.")
  }

  package var inconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    if let seed = firstDuplicate(of: seeds ?? []) {
      found.append(Inconsistency(key: "seeds", message: "the seed \(seed) occurs twice"))
    }
    for path in settings.keys.sorted()
    where Override(path: path, value: nil, origin: "") == nil {
      let message = "found the key \"\(path)\", expected a key path such as models.NAME.KEY"
      found.append(Inconsistency(key: "set", message: message))
    }
    return found
  }

  /// What the table changes of the config.
  package var overrides: [Override] {
    let set = settings.sorted { $0.key < $1.key }.compactMap {
      Override(path: $0.key, value: $0.value, origin: "the table's")
    }
    let list = seeds.flatMap {
      Override(
        path: "seeds", value: .array($0.map { .integer(Int($0)) }), origin: "the table's")
    }
    return set + [list].compactMap { $0 }
  }
}

/// What names of a list occur twice, as at most one inconsistency.
package func duplicates(of names: [String], key: String, what: String) -> [Inconsistency] {
  firstDuplicate(of: names).map {
    [Inconsistency(key: key, message: "two \(what) are named \"\($0)\"")]
  } ?? []
}

/// The message for a name that is not there.
package func missing(_ what: String, _ name: String, among known: [String]) -> String {
  "there is no \(what) \"\(name)\"\(NearestName.hint(for: name, among: known)) "
    + "(there is: \(known.joined(separator: ", ")))"
}

extension FieldRule where Value == [String] {
  /// Remarks, each a sentence or more.
  package static var notes: FieldRule { .list(of: .text, count: 0...100) }
}
