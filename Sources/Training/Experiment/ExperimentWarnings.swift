import Distill
import Layers
import Records

extension ExperimentConfig {
  /// All that is likelier a slip than meant, with key paths.
  package var allWarnings: [JSONProblem] { RecordWarnings.all(in: self) }

  package var warnings: [Inconsistency] {
    metricsWarnings + dataWarnings + groupWarnings + alignmentWarnings + teacherWarnings
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

  /// Alignments across layers that pair every layer with the one at its place.
  private var alignmentWarnings: [Inconsistency] {
    groups.flatMap { group in
      group.flatMap { student in
        student.objectives.compactMap { objective -> Inconsistency? in
          guard let settings = objective.kind.settings as? AlignaheadConfig else { return nil }
          let strategy = settings.strategy.settings
          guard !(strategy is OneToOneConfig), !(strategy is LayerPairsConfig) else { return nil }
          let peers = group.filter { $0.name != student.name }
          let isOneToOne = peers.allSatisfy { peer in
            let (own, other) = (student.hiddenCount, peer.hiddenCount)
            return strategy.strategy.pairs(own: own, peer: other)
              == AlignmentStrategy.oneToOne.pairs(own: own, peer: other)
          }
          guard isOneToOne else { return nil }
          return Inconsistency(
            key: "models.\(student.name).objectives.\(objective.name).strategy",
            message:
              "found \"\(settings.strategy.choiceName)\", which is \"oneToOne\" for students of "
              + "these depths")
        }
      }
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
