import Records

/// One model: what it is, how it is trained, and on what.
package struct ModelConfig: Record {
  /// Names the model in results, and for objectives of later models.
  package var name = ""
  /// Models with the same group, one after the other, train together, in turns; nil for alone.
  package var group: String?
  package var start = Start.identical
  /// Which of the data's graphs the model is trained and tested on.
  package var graph = GraphChoice.original
  package var architecture = ArchitectureConfig()
  package var training = TrainingConfig()
  /// The training loss is the weighted sum of these.
  package var objectives: [ObjectiveConfig] = []

  /// What the first values of the parameters depend on besides the seed.
  package enum Start: String, CaseIterable {
    /// On the architecture alone: models of one architecture are identical copies at first.
    case identical
    /// On the model's name too.
    case own
  }

  /// A graph of the data.
  package enum GraphChoice: String, CaseIterable {
    /// As it is in the files.
    case original
    /// What the data's rewiring makes of it.
    case rewired
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "The model's name in results.")
    visitor.readElsewhere(
      ModelCount.key, schema: ModelCount.schema,
      "Stands for so many models NAME_1, NAME_2, ... that train together.")
    visitor.field(
      "group", &group, .orNull(.name),
      "Models with the same group, one after the other in the list, train together, in turns.")
    visitor.field(
      "start", &start, .choice,
      "First values: identical copies for models of one architecture, or the model's own.")
    visitor.field(
      "graph", &graph, .choice,
      "The graph that the model is trained and tested on: the original, or what data.rewiring makes "
        + "of it.")
    visitor.record("architecture", &architecture, required: true, "The network.")
    visitor.record("training", &training, required: true, "How the model is trained.")
    visitor.records(
      "objectives", &objectives, "The training loss is the weighted sum of these.")
  }

  package var inconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    if let name = firstDuplicate(of: objectives.map(\.name)) {
      let message = "two objectives are named \"\(name)\""
      found.append(Inconsistency(key: "objectives", message: message))
    }
    if training.edgeDropout > 0, architecture.settings is any FrameletArchitectureSettings {
      found.append(
        Inconsistency(
          key: "training.edgeDropout",
          message: "found \(JSONValue.real(training.edgeDropout).compactText), but the family "
            + "\"\(architecture.choiceName)\" has transforms of the whole graph; expected 0"))
    }
    if !objectives.contains(where: { $0.kind.settings.isTask }) {
      let tasks = Registries.objectives.entries.filter(\.fresh.isTask).map(\.name)
      let message =
        "none compares the outputs with labels; add one of type \(tasks.joined(separator: " or "))"
      found.append(Inconsistency(key: "objectives", message: message))
    } else if let metric = Registries.metrics.metric(named: training.selectOn),
      !metric.tasks.contains(taskLoss.labelKind)
    {
      let fitting = Registries.metrics.types(for: taskLoss.labelKind).map { "\"\($0.name)\"" }
      let message =
        "found \"\(training.selectOn)\", which is not defined for \(taskLoss.labelKind.inWords), as "
        + "the model's task objective has it; expected \(fitting.joined(separator: " or "))"
      found.append(Inconsistency(key: "training.selectOn", message: message))
    }
    return found
  }
}
