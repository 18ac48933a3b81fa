/// A section as text: what Markdown and LaTeX have in common.
struct SectionText {
  let name: String
  let title: String
  let header: [String]
  let rows: [[String]]
  /// Whom differences are to, where published figures are from, and remarks.
  let notes: [String]

  init(_ report: SectionReport) {
    let section = report.section
    let metrics = section.metrics
    name = section.name
    title = report.title
    let differences =
      section.baseline == nil
      ? [] : ["difference", "95 % interval", "paired t p", "signed-rank p"]
    header =
      ["method"] + section.published.map(\.heading) + metrics.map(\.heading) + ["n"] + differences
      + ["parameters", "epochs", "s/epoch"]
    rows = report.rows.map { row in
      [row.row.label]
        + section.published.map { row.row.published[$0.name]?.text ?? "-" }
        + metrics.map { metric in
          row.summary(metric).map { Figures.metric($0, named: metric.rawValue) } ?? "-"
        }
        + [String(row.results.count)]
        + (differences.isEmpty ? [] : Self.cells(report.difference(of: row, in: metrics[0])))
        + [
          row.results.first.map { Figures.grouped($0.parameters) } ?? "-",
          row.results.first.map { Figures.grouped($0.epochs) } ?? "-",
          row.secondsPerEpoch.map { Figures.fixed($0, digits: 2) } ?? "-",
        ]
    }
    var notes: [String] = []
    if let baseline = section.baseline.flatMap(report.row) {
      notes.append("Differences are to “\(baseline.row.label)”, in \(metrics[0].heading).")
    }
    notes += section.published.map { "\($0.heading): \($0.source)" }
    notes += section.notes
    self.notes = notes
  }

  private static func cells(_ difference: SeedDifference?) -> [String] {
    guard let difference, let mean = difference.mean else { return ["-", "-", "-", "-"] }
    return [
      Figures.points(mean),
      difference.interval.map { Figures.points($0) } ?? "-",
      difference.comparison?.tTestP.map { Figures.probability($0) } ?? "-",
      difference.comparison?.signedRankP.map { Figures.probability($0) } ?? "-",
    ]
  }
}

extension TrainingConfig.Metric {
  /// The metric as columns are headed with it.
  var heading: String {
    switch self {
    case .microF1PerBatch: "micro-F1 per batch"
    case .microF1: "micro-F1"
    case .accuracy: "accuracy"
    }
  }
}
