import Datasets
import Training

/// A run's result as Markdown.
package struct ResultTable {
  package let result: RunResult

  package init(result: RunResult) {
    self.result = result
  }

  /// Metrics in the order of their columns; others follow by name.
  private static let order = ["microF1PerBatch", "microF1", "accuracy", "loss"]

  /// A title, the caveats of the data, and one row a model; with several seeds, how each student
  /// compares with the first model that is nobody's teacher. Ends with a line break.
  package var text: String {
    var title = result.name
    if result.dataset.synthetic { title += " (synthetic)" }
    let seeds = result.seeds.map { String($0.seed) }.joined(separator: ", ")
    title += result.seeds.count == 1 ? ", seed \(seeds)" : ", \(result.seeds.count) seeds: \(seeds)"
    var lines = [title]
    if let caveat = result.dataset.caveat { lines.append(caveat) }
    lines.append("Test scores in %" + (result.seeds.count > 1 ? ", mean ± sample deviation" : ""))
    return (lines + [""] + table + comparisons).map { $0 + "\n" }.joined()
  }

  private var table: [String] {
    let metrics = columns
    let header =
      ["model", "parameters", "epochs"] + metrics.map { "test \($0)" } + ["s/epoch"]
    let rows = result.models.map { name, model in
      [name, NumberFormat.grouped(model.parameters), model.epochsInWords]
        + metrics.map { metric in
          model.test[metric].map { NumberFormat.metric($0, named: metric) } ?? "-"
        }
        + [NumberFormat.fixed(model.secondsPerEpoch, digits: 2)]
    }
    return MarkdownGrid(header: header, rows: rows).lines
  }

  /// The metrics, without those whose figures are another one's in every row, as those of micro-F1 are
  /// of accuracy where nodes have one label. The one that is compared by stays, and of parts of the test
  /// nodes it alone is shown.
  private var columns: [String] {
    let found = Set(result.models.flatMap(\.result.test.keys)).filter {
      TestPart(ofMetric: $0) == nil || TestPart.metric(of: $0) == result.baselineMetric
    }
    let all = Self.order.filter(found.contains) + found.subtracting(Self.order).sorted()
    var kept: [String] = []
    let first = [result.baselineMetric, "accuracy"].compactMap { $0 }
    for metric in first.filter(found.contains) + all
    where !kept.contains(where: { isEqual($0, metric) }) { kept.append(metric) }
    return all.filter(kept.contains)
  }

  private func isEqual(_ a: String, _ b: String) -> Bool {
    result.models.allSatisfy { $0.result.test[a] == $0.result.test[b] }
  }

  private var comparisons: [String] {
    let shown = result.comparisons.filter {
      $0.b == result.baseline && $0.metric == result.baselineMetric
        && !result.teachers.contains($0.a)
    }
    guard let first = shown.first else { return [] }
    let header = [
      "model", "difference", "95 % interval", "Cohen's d", "t p", "signed-rank p",
    ]
    let rows = shown.map { entry in
      let comparison = entry.comparison
      return [
        entry.a, NumberFormat.difference(comparison.meanDifference, named: entry.metric),
        comparison.interval.map { NumberFormat.difference($0, named: entry.metric) } ?? "-",
        comparison.effectSize.map { NumberFormat.fixed($0, digits: 2) } ?? "-",
        comparison.tTestP.map { NumberFormat.probability($0) } ?? "-",
        comparison.signedRankP.map { NumberFormat.probability($0) } ?? "-",
      ]
    }
    let title =
      "Differences to \(first.b) in test \(first.metric), "
      + "\(Registries.metrics.isShare(first.metric) ? "points, " : "")paired by seed "
      + "(n = \(first.comparison.count))"
    return ["", title, result.overlap.note, ""] + MarkdownGrid(header: header, rows: rows).lines
  }
}
