/// A block of a table: models side by side under the same scores.
struct TableSection: Record {
  var name = ""
  var title = ""
  /// The experiment of rows that name none.
  var experiment = ""
  /// Test scores, a column each. Differences and verdicts go by the first.
  var metrics = [TrainingConfig.Metric.microF1]
  /// The row that the others are tested against, or nil for none.
  var baseline: String?
  /// Columns of figures that others published.
  var published: [PublishedColumn] = []
  var rows: [TableRow] = []
  var claims: [TableClaim] = []
  var notes: [String] = []

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the section.")
    visitor.field("title", &title, .text, required: true, "The section's title.")
    visitor.field(
      "experiment", &experiment, .name, required: true, "The experiment of rows that name none.")
    visitor.field(
      "metrics", &metrics, .list(of: .choice, count: 1...TrainingConfig.Metric.allCases.count),
      "Test scores, a column each; differences and verdicts go by the first.")
    visitor.field(
      "baseline", &baseline, .orNull(.name), "The row that the others are tested against.")
    visitor.records(
      "published", &published, required: false, "Columns of figures that others published.")
    visitor.records("rows", &rows, "The rows, from top to bottom.")
    visitor.records(
      "claims", &claims, required: false, "What is claimed, to be held against the runs.")
    visitor.field("notes", &notes, .notes, "Remarks on this section.")
  }

  var inconsistencies: [Inconsistency] {
    var found = duplicates(of: published.map(\.name), key: "published", what: "columns")
    found += duplicates(of: rows.map(\.name), key: "rows", what: "rows")
    found += duplicates(of: claims.map(\.name), key: "claims", what: "claims")
    found += duplicates(of: metrics.map(\.rawValue), key: "metrics", what: "columns")
    if let baseline { found += check(row: baseline, key: "baseline") }
    for claim in claims {
      found += check(row: claim.better, key: "claims.\(claim.name).better")
      found += check(row: claim.than, key: "claims.\(claim.name).than")
    }
    let columns = published.map(\.name)
    for row in rows {
      for column in row.published.keys.sorted() where !columns.contains(column) {
        found.append(
          Inconsistency(
            key: "rows.\(row.name).published.\(column)",
            message: missing("column of published figures", column, among: columns)))
      }
    }
    return found
  }

  /// A row that others are compared with must be there and have runs.
  private func check(row name: String, key: String) -> [Inconsistency] {
    let measured = rows.filter(\.measured).map(\.name)
    guard !measured.contains(name) else { return [] }
    let message =
      rows.contains { $0.name == name }
      ? "the row \"\(name)\" has published figures only"
      : missing("row", name, among: measured)
    return [Inconsistency(key: key, message: message)]
  }
}

/// A column of figures that others published.
struct PublishedColumn: Record {
  var name = ""
  var heading = ""
  /// Where the figures are from and what they mean.
  var source = ""

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the column for rows.")
    visitor.field("heading", &heading, .text, required: true, "The column's heading.")
    visitor.field(
      "source", &source, .text, required: true, "Where the figures are from and what they mean.")
  }
}

/// A row of a table: a model of an experiment.
struct TableRow: Record {
  var name = ""
  var label = ""
  /// The model; nil where it has the row's name.
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

  /// The model's name in its experiment.
  var modelName: String { model ?? name }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the row.")
    visitor.field("label", &label, .text, required: true, "What the row is called.")
    visitor.field(
      "model", &model, .orNull(.name), "The model; null where it has the row's name.")
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

/// A claim that one row is better than another, to be held against the runs.
struct TableClaim: Record {
  var name = ""
  var text = ""
  var better = ""
  var than = ""

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the claim.")
    visitor.field("text", &text, .text, required: true, "The claim, in words.")
    visitor.field("better", &better, .name, required: true, "The row that is said to be better.")
    visitor.field("than", &than, .name, required: true, "The row that it is said to beat.")
  }

  var inconsistencies: [Inconsistency] {
    guard better == than else { return [] }
    return [Inconsistency(key: "than", message: "found \"\(than)\", the row that is to beat it")]
  }
}
