import Training

/// A section as text: what Markdown and LaTeX have in common.
package struct SectionText {
  package let name: String
  package let title: String
  package let header: [String]
  package let rows: [[String]]
  /// Published training losses and the runs'; nil where none are published.
  package let curves: (header: [String], rows: [[String]])?
  /// Whom differences are to, where published figures are from, and remarks.
  package let notes: [String]

  package init(_ report: SectionReport) {
    let section = report.section
    let metrics = section.metrics
    name = section.name
    title = report.title
    let headings = metrics.map(Registries.metrics.heading)
    let differences =
      section.baseline == nil
      ? [] : ["difference", "95 % interval", "t p", "signed-rank p"]
    header =
      ["method"] + section.published.map(\.heading) + headings + ["n"] + differences
      + section.thresholds.map(EpochsToScore.heading) + section.quantities.map(\.heading)
      + ["parameters", "epochs", "s/epoch"]
    rows = report.rows.map { row in
      [row.row.label]
        + section.published.map { row.row.published[$0.name]?.text ?? "-" }
        + metrics.map { metric in
          row.summary(metric).map { NumberFormat.metric($0, named: metric) } ?? "-"
        }
        + [String(row.results.count)]
        + (differences.isEmpty ? [] : Self.cells(report.difference(of: row, in: metrics[0])))
        + section.thresholds.map { row.epochs(to: $0).text } + section.quantities.map(row.text)
        + [
          row.parameters.isEmpty
            ? "-" : row.parameters.map(NumberFormat.grouped).joined(separator: " / "),
          row.epochs(NumberFormat.grouped) ?? "-",
          row.secondsPerEpoch.map { NumberFormat.fixed($0, digits: 2) } ?? "-",
        ]
    }
    curves = Self.grid(report.curves)
    var notes: [String] = []
    if let baseline = section.baseline.flatMap(report.row) {
      notes.append("Differences are to “\(baseline.row.label)”, in \(headings[0]).")
    }
    notes += report.overlaps.map(\.note)
    if report.rows.contains(where: \.isGroup) { notes.append(Self.groups) }
    if !section.thresholds.isEmpty { notes.append(Self.thresholds) }
    notes += section.quantities.map(\.note)
    notes += section.published.map { "\($0.heading): \($0.source)" }
    notes += unique(section.curves.map { "Published training losses: \($0.source)" })
    notes += section.notes
    self.notes = notes
  }

  private static let groups =
    "A row of several students that train together: its score of a seed is the mean over them; "
    + "parameters and s/epoch are of one student."

  private static let thresholds =
    "Epochs to a score: the first evaluated epoch, counted from 1, whose validation score, the one "
    + "that checkpoints go by, reaches it. Mean over trainings, one a seed and student; in brackets "
    + "how many reached it, where not all did."

  /// Three rows a curve: published, the runs', and theirs over the published.
  private static func grid(_ curves: [CurveReport]) -> (header: [String], rows: [[String]])? {
    guard !curves.isEmpty else { return nil }
    let epochs = Set(curves.flatMap(\.curve.published.keys)).sorted()
    func cells(_ value: (Int) -> Double?, digits: Int) -> [String] {
      epochs.map { value($0).map { NumberFormat.fixed($0, digits: digits) } ?? "-" }
    }
    let rows = curves.flatMap { report -> [[String]] in
      let label = report.curve.label
      return [
        ["\(label), published"] + cells({ report.curve.published[$0] }, digits: 4),
        ["\(label), here (n = \(report.trainings.count))"] + cells(report.loss(at:), digits: 4),
        ["\(label), here / published"] + cells(report.ratio(at:), digits: 3),
      ]
    }
    return (["training loss at epoch"] + epochs.map(String.init), rows)
  }

  private static func cells(_ difference: SeedDifference?) -> [String] {
    guard let difference, let mean = difference.mean else { return ["-", "-", "-", "-"] }
    return [
      NumberFormat.difference(mean, named: difference.metric),
      difference.comparison?.interval.map {
        NumberFormat.difference($0, named: difference.metric)
      } ?? "-",
      difference.comparison?.tTestP.map { NumberFormat.probability($0) } ?? "-",
      difference.comparison?.signedRankP.map { NumberFormat.probability($0) } ?? "-",
    ]
  }
}

extension DatasetSummary {
  /// What a reader of a table must know about the data, a sentence each.
  package var caveats: [String] {
    var found = caveat.map { [$0] } ?? []
    if name == DataConfig.ppi && !synthetic {
      found.append(
        "98.3 % of PPI's test nodes are genes that occur in training; every published PPI score "
          + "shares this")
    }
    if !synthetic && Self.splitsOfAlignaheadUnknown.contains(name) {
      found.append(
        "the splits of Alignahead's paper could not be seen; figures on \(name) from there may "
          + "rest on another")
    }
    if !synthetic, let count = Self.nodesWithoutDuplicates[name] {
      found.append(
        "\(name) holds nodes that are copies of others, with the same neighbours and class, in the "
          + "training and the test part alike (Platonov et al. 2023): only \(NumberFormat.grouped(count)) of "
          + "its \(NumberFormat.grouped(nodes)) nodes are left in \(name)_filtered; scores on \(name) are not "
          + "those of unseen nodes")
    }
    return found
  }

  /// Nodes that are left of a data set without its duplicates.
  private static let nodesWithoutDuplicates = ["chameleon": 890, "squirrel": 2_223]

  /// Data sets of Alignahead's paper that have no usual split.
  private static let splitsOfAlignaheadUnknown = ["cs", "physics", "computers", "photo"]
}
