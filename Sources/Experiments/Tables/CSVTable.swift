import Foundation

/// A table as comma-separated values (RFC 4180, lines ended by a line feed): one line for each row
/// and score, figures with six digits, scores and differences in %.
struct CSVTable {
  private let report: TableReport

  init(_ report: TableReport) { self.report = report }

  private static let header = [
    "table", "section", "row", "label", "experiment", "model", "students", "weights", "quick",
    "synthetic",
    "data", "metric", "n", "seeds", "mean", "std", "baseline", "pairs", "difference",
    "interval_low", "interval_high", "cohens_d", "t_p", "signed_rank_p", "parameters", "epochs",
    "seconds_per_epoch",
  ]

  /// The lines, the header first; ends with a line break.
  var text: String {
    // Sections may have columns of one name; they are one column here.
    let columns = unique(report.sections.flatMap(\.section.published).map(\.name))
    let thresholds = Set(report.sections.flatMap(\.section.thresholds)).sorted()
    let header =
      Self.header + columns.flatMap { ["published_\($0)_mean", "published_\($0)_std"] }
      + thresholds.flatMap { ["epochs_to_\($0)", "reached_\($0)"] }
    let rows = report.sections.flatMap { section in
      section.rows.flatMap { row in
        section.section.metrics.map { metric in
          cells(of: row, metric, in: section)
            + columns.flatMap { column -> [String] in
              let figure = row.row.published[column]
              return [figure?.mean ?? "", figure?.deviation ?? ""]
            }
            + thresholds.flatMap { threshold -> [String] in
              guard section.section.thresholds.contains(threshold) else { return ["", ""] }
              let epochs = row.epochs(to: threshold)
              return [Self.number(epochs.mean), epochs.known > 0 ? epochs.reached : ""]
            }
        }
      }
    }
    return ([header] + rows).map { $0.map(Self.quote).joined(separator: ",") + "\n" }.joined()
  }

  private func cells(
    of row: RowReport, _ metric: TrainingConfig.Metric, in section: SectionReport
  ) -> [String] {
    let summary = row.summary(metric)
    let difference = section.difference(of: row, in: metric)
    let comparison = difference?.comparison
    func percent(_ value: Double?) -> String { Self.number(value.map { $0 * 100 }) }
    return [
      report.file.config.name, section.section.name, row.row.name, row.row.label,
      row.row.measured ? row.experiment : "", row.row.measured ? row.row.modelName : "",
      row.row.measured ? String(row.models.count) : "", row.row.weights.rawValue,
      String(row.seeds.contains(where: \.quick)),
      String(row.seeds.contains(where: \.dataset.synthetic)),
      row.seeds.first?.dataset.caveats.joined(separator: "; ") ?? "",
      metric.rawValue, String(row.results.count),
      row.seeds.map { String($0.result.seed) }.joined(separator: " "),
      percent(summary?.mean), (summary?.values.count ?? 0) > 1 ? percent(summary?.std) : "",
      difference == nil ? "" : section.section.baseline ?? "",
      difference.map { String($0.count) } ?? "", percent(difference?.mean),
      percent(difference?.interval?.lowerBound), percent(difference?.interval?.upperBound),
      Self.number(comparison?.effectSize), Self.number(comparison?.tTestP),
      Self.number(comparison?.signedRankP),
      row.parameters.map(String.init).joined(separator: " "),
      row.epochs.map(String.init) ?? "", Self.number(row.secondsPerEpoch),
    ]
  }

  private static func number(_ value: Double?) -> String {
    value.map { $0.isFinite ? Figures.fixed($0, digits: 6) : "nan" } ?? ""
  }

  /// A value as it stands in a line: in quotes where it holds a comma, a quote or a line break.
  static func quote(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
  }
}
