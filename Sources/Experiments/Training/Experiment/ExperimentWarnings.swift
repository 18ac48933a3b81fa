extension ExperimentConfig {
  /// All that is likelier a slip than meant, with key paths.
  var allWarnings: [JSONProblem] { RecordWarnings.all(in: self) }

  var warnings: [Inconsistency] {
    metricsWarnings + dataWarnings + groupWarnings + teacherWarnings
  }

  private var metricsWarnings: [Inconsistency] {
    let standard = MetricsConfig()
    guard models.contains(where: { $0.taskLoss == .binaryCrossEntropy }) else {
      let changed = [
        ("threshold", metrics.threshold != standard.threshold),
        ("thresholdOn", metrics.thresholdOn != standard.thresholdOn),
      ]
      return changed.filter(\.1).map {
        Inconsistency(
          key: "metrics.\($0.0)",
          message: "has no effect: with one label a node the largest output is the prediction")
      }
    }
    guard metrics.thresholdOn == .probability, [0, 1].contains(metrics.threshold) else { return [] }
    return [
      Inconsistency(
        key: "metrics.threshold",
        message: metrics.threshold == 0
          ? "found 0: every label counts as predicted, whatever a model says"
          : "found 1: no label counts as predicted, whatever a model says")
    ]
  }

  private var dataWarnings: [Inconsistency] {
    var found: [Inconsistency] = []
    if data.rewiring.settings.rewiring != nil, !models.contains(where: { $0.graph == .rewired }) {
      found.append(
        Inconsistency(
          key: "data.rewiring",
          message: "has no effect: no model has \"graph\": \"rewired\""))
    }
    let isGenerated = data.source?.isGenerated ?? false
    if data.onMissing == .fail, !isGenerated {
      let shapes = [
        ("synthetic", !data.isOneGraph && data.synthetic != SyntheticDataConfig()),
        (
          "syntheticNodes",
          data.isOneGraph && data.syntheticNodes != SyntheticNodeConfig.usual(for: data.name)
        ),
      ]
      found += shapes.filter(\.1).map {
        Inconsistency(
          key: "data.\($0.0)",
          message: "has no effect: where the data are missing the run ends; set data.onMissing to "
            + "\"synthetic\"")
      }
    }
    return found
  }

  private var groupWarnings: [Inconsistency] {
    groups.filter { $0.count == 1 && $0[0].group != nil }.map { group in
      Inconsistency(
        key: "models.\(group[0].name).group",
        message: "has no effect: the model is the only one of its group")
    }
  }

  /// Weights that a teacher's checkpoint rule did not choose.
  private var teacherWarnings: [Inconsistency] {
    models.flatMap { student in
      student.objectives.compactMap { objective -> Inconsistency? in
        guard let source = objective.kind.settings.teacher, source.weights == .selected,
          models.first(where: { $0.name == source.name })?.training.checkpoint == .last
        else { return nil }
        return Inconsistency(
          key: "models.\(student.name).objectives.\(objective.name).teacherWeights",
          message: "found \"selected\", but the checkpoint of \"\(source.name)\" is \"last\": they "
            + "are the same weights")
      }
    }
  }
}
