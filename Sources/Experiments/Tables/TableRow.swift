/// A row of a table: a model of an experiment, or a group of students that train together.
///
/// A group's score of a seed is the mean over its students, and so is its time of an epoch; its
/// parameters are those of one student.
struct TableRow: Record {
  var name = ""
  var label = ""
  /// The model or group; nil where it has the row's name. Where a model and a group have one name,
  /// it is the model.
  var model: String?
  /// The experiment; nil for the section's.
  var experiment: String?
  var weights = Weights.selected
  /// Whether there are runs behind the row, or published figures only.
  var measured = true
  /// Published figures by column.
  var published: [String: PublishedFigure] = [:]

  /// Which weights the scores are of.
  enum Weights: String, CaseIterable {
    /// Those that the model's checkpoint rule kept.
    case selected
    /// The last epoch's.
    case last
  }

  /// The name of the model or group in its experiment.
  var modelName: String { model ?? name }

  mutating func fields(_ visitor: any FieldVisitor) {
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

  var inconsistencies: [Inconsistency] {
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
  func models(named name: String) -> [ModelConfig] {
    let own = models.filter { $0.name == name }
    return own.isEmpty ? models.filter { $0.group == name } : own
  }

  /// The message for a name that stands for no model.
  func missingModel(_ name: String) -> String {
    let groups = unique(models.compactMap(\.group))
    return missing(
      groups.isEmpty ? "model" : "model or group", name, among: models.map(\.name) + groups)
  }
}
