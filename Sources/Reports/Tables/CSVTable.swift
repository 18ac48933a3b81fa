import Foundation
import Training

/// A table as comma-separated values (RFC 4180, lines ended by a line feed): one line for each row
/// and score, figures with six digits, scores and differences in %.
package struct CSVTable {
  private let report: TableReport

  package init(_ report: TableReport) { self.report = report }

  private static let header = [
    "table", "section", "row", "label", "experiment", "model", "students", "weights", "quick",
    "synthetic",
    "data", "metric", "n", "seeds", "mean", "std", "baseline", "pairs", "difference",
    "interval_low", "interval_high", "cohens_d", "test", "test_per_training", "t_p",
    "signed_rank_p", "parameters", "epochs",
    "seconds_per_epoch",
  ]

  /// The lines, the header first; ends with a line break.
  package var text: String {
    // Sections may have columns of one name; they are one column here.
    let columns = unique(report.sections.flatMap(\.section.published).map(\.name))
    let thresholds = Set(report.sections.flatMap(\.section.thresholds)).sorted()
    let used = Set(report.sections.flatMap(\.section.quantities))
    let quantities = TableQuantity.allCases.filter(used.contains)
    var header =
      Self.header + columns.flatMap { ["published_\($0)_mean", "published_\($0)_std"] }
    header += thresholds.flatMap { ["epochs_to_\($0)", "reached_\($0)"] }
    header += quantities.map(\.rawValue)
    let rows = report.sections.flatMap { section in
      section.rows.flatMap { row in
        let further =
          published(row, columns) + reached(row, thresholds, in: section)
          + cells(of: row, quantities, in: section)
        return section.section.metrics.map { cells(of: row, $0, in: section) + further }
      }
    }
    return ([header] + rows).map { $0.map(Self.quote).joined(separator: ",") + "\n" }.joined()
  }

  private func published(_ row: RowReport, _ columns: [String]) -> [String] {
    columns.flatMap { column -> [String] in
      let figure = row.row.published[column]
      return [figure?.mean ?? "", figure?.deviation ?? ""]
    }
  }

  private func reached(
    _ row: RowReport, _ thresholds: [Double], in section: SectionReport
  ) -> [String] {
    thresholds.flatMap { threshold -> [String] in
      guard section.section.thresholds.contains(threshold) else { return ["", ""] }
      let epochs = row.epochs(to: threshold)
      return [Self.number(epochs.mean), epochs.known > 0 ? epochs.reached : ""]
    }
  }

  private func cells(
    of row: RowReport, _ quantities: [TableQuantity], in section: SectionReport
  ) -> [String] {
    quantities.map { quantity in
      guard section.section.quantities.contains(quantity) else { return "" }
      return row.means(quantity).map(Self.number).joined(separator: " ")
    }
  }

  private func cells(
    of row: RowReport, _ metric: String, in section: SectionReport
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
      metric, String(row.results.count),
      row.seeds.map { String($0.result.seed) }.joined(separator: " "),
      percent(summary?.mean), (summary?.values.count ?? 0) > 1 ? percent(summary?.std) : "",
      difference == nil ? "" : section.section.baseline ?? "",
      difference.map { String($0.count) } ?? "", percent(difference?.mean),
      percent(comparison?.interval?.lowerBound), percent(comparison?.interval?.upperBound),
      Self.number(comparison?.effectSize), comparison?.overlap.testName ?? "",
      Self.number(comparison?.overlap.testPerTraining), Self.number(comparison?.tTestP),
      Self.number(comparison?.signedRankP),
      row.parameters.map(String.init).joined(separator: " "),
      row.epochs { String($0) } ?? "", Self.number(row.secondsPerEpoch),
    ]
  }

  private static func number(_ value: Double?) -> String {
    value.map { $0.isFinite ? NumberFormat.fixed($0, digits: 6) : "nan" } ?? ""
  }

  /// A value as it stands in a line: in quotes where it holds a comma, a quote or a line break.
  package static func quote(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
  }
}
