import Records
import Training

/// A row of a table: a model of an experiment, or a group of students that train together.
///
/// A group's score of a seed is the mean over its students, and so is its time of an epoch; its
/// parameters are those of one student.
package struct TableRow: Record {
  package var name = ""
  package var label = ""
  /// The model or group; nil where it has the row's name. Where a model and a group have one name,
  /// it is the model.
  package var model: String?
  /// The experiment; nil for the section's.
  package var experiment: String?
  package var weights = Weights.selected
  /// Whether there are runs behind the row, or published figures only.
  package var measured = true
  /// Published figures by column.
  package var published: [String: PublishedFigure] = [:]

  package init(
    name: String = "", label: String = "", model: String? = nil, experiment: String? = nil,
    weights: Weights = Weights.selected, measured: Bool = true,
    published: [String: PublishedFigure] = [:]
  ) {
    self.name = name
    self.label = label
    self.model = model
    self.experiment = experiment
    self.weights = weights
    self.measured = measured
    self.published = published
  }

  /// Which weights the scores are of.
  package enum Weights: String, CaseIterable {
    /// Those that the model's checkpoint rule kept.
    case selected
    /// The last epoch's.
    case last
  }

  /// The name of the model or group in its experiment.
  package var modelName: String { model ?? name }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the row.")
    visitor.field("label", &label, .text, required: true, "What the row is called.")
    visitor.field(
      "model", &model, .orNull(.name),
      "The model, or the group of students whose mean the row is; null where it has the row's name."
    )
    visitor.field(
      "experiment", &experiment, .orNull(.name), "The experiment; null for the section's.")
    visitor.field(
      "weights", &weights, .choice,
      "Scores of the weights that the checkpoint rule kept, or of the last epoch's.")
    visitor.field(
      "measured", &measured, .boolean, "Whether a model is run, or figures are published only.")
    visitor.field(
      "published", &published, .dictionary(of: .published),
      "Published figures by column, as they were printed: \"97.81\" or \"97.81 ± 0.31\".")
  }

  package var inconsistencies: [Inconsistency] {
    guard !measured else { return [] }
    return [("model", model), ("experiment", experiment)].compactMap { key, value in
      value.map { _ in
        Inconsistency(key: key, message: "means nothing where \"measured\" is false")
      }
    }
  }
}

extension ExperimentConfig {
  /// The models that a name stands for: the model of that name, or else the students of that group;
  /// none where there is neither.
  package func models(named name: String) -> [ModelConfig] {
    let own = models.filter { $0.name == name }
    return own.isEmpty ? models.filter { $0.group == name } : own
  }

  /// The message for a name that stands for no model.
  package func missingModel(_ name: String) -> String {
    let groups = unique(models.compactMap(\.group))
    return missing(
      groups.isEmpty ? "model" : "model or group", name, among: models.map(\.name) + groups)
  }
}
