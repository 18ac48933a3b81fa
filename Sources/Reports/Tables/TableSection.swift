import Records
import Training

/// A block of a table: models side by side under the same scores.
package struct TableSection: Record {
  package var name = ""
  package var title = ""
  /// The experiment of rows that name none.
  package var experiment = ""
  /// Test scores, a column each. Differences and verdicts go by the first.
  package var metrics = [MicroF1.name]
  /// The row that the others are tested against, or nil for none.
  package var baseline: String?
  /// Columns of figures that others published.
  package var published: [PublishedColumn] = []
  package var rows: [TableRow] = []
  /// Validation scores, a column each: the epochs that it took to reach them.
  package var thresholds: [Double] = []
  /// Further columns.
  package var quantities: [TableQuantity] = []
  /// Training losses that others published, to stand beside the runs'.
  package var curves: [PublishedCurve] = []
  package var claims: [TableClaim] = []
  package var notes: [String] = []

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the section.")
    visitor.field("title", &title, .text, required: true, "The section's title.")
    visitor.field(
      "experiment", &experiment, .name, required: true, "The experiment of rows that name none.")
    visitor.field(
      "metrics", &metrics,
      .list(
        of: .oneOf(Registries.metrics.namesOfTestScores),
        count: 1...Registries.metrics.namesOfTestScores.count),
      "Test scores, a column each; differences and verdicts go by the first.")
    visitor.field(
      "baseline", &baseline, .orNull(.name), "The row that the others are tested against.")
    visitor.records(
      "published", &published, required: false, "Columns of figures that others published.")
    visitor.records("rows", &rows, "The rows, from top to bottom.")
    visitor.field(
      "thresholds", &thresholds, .list(of: .number(.above(0, atMost: 1)), count: 0...10),
      "Validation scores from 0 to 1, a column each: how many epochs it took to reach them.")
    visitor.field(
      "quantities", &quantities, .list(of: .choice, count: 0...TableQuantity.allCases.count),
      "Figures that are no scores, a column each: the time of a prediction for all nodes, the mean "
        + "scores of FMLP students, the Dirichlet energy of the logits.")
    visitor.records(
      "curves", &curves, required: false,
      "Training losses that others published, to stand beside the runs'.")
    visitor.records(
      "claims", &claims, required: false, "What is claimed, to be held against the runs.")
    visitor.field("notes", &notes, .notes, "Remarks on this section.")
  }

  package var inconsistencies: [Inconsistency] {
    var found = duplicates(of: published.map(\.name), key: "published", what: "columns")
    found += duplicates(of: rows.map(\.name), key: "rows", what: "rows")
    found += duplicates(of: claims.map(\.name), key: "claims", what: "claims")
    found += duplicates(of: metrics, key: "metrics", what: "columns")
    found += duplicates(
      of: thresholds.map(EpochsToScore.heading), key: "thresholds", what: "columns")
    found += duplicates(of: quantities.map(\.rawValue), key: "quantities", what: "columns")
    found += duplicates(of: curves.map(\.name), key: "curves", what: "curves")
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
package struct PublishedColumn: Record {
  package var name = ""
  package var heading = ""
  /// Where the figures are from and what they mean.
  package var source = ""

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the column for rows.")
    visitor.field("heading", &heading, .text, required: true, "The column's heading.")
    visitor.field(
      "source", &source, .text, required: true, "Where the figures are from and what they mean.")
  }
}
