/// A table's content, computed from the results that it keeps.
struct TableReport {
  let file: TableFile
  let sections: [SectionReport]
  /// What is kept of each experiment, by name.
  private let runs: [String: [StoredSeed]]

  init(file: TableFile, runs: [String: [StoredSeed]]) {
    self.file = file
    self.runs = runs
    sections = file.config.sections.map { SectionReport($0, runs: runs) }
  }

  private var stored: [StoredSeed] { file.experiments.flatMap { runs[$0.name] ?? [] } }

  /// Whether there is anything to show.
  var hasRuns: Bool { !stored.isEmpty }
  var isSynthetic: Bool { stored.contains(where: \.dataset.synthetic) }

  /// Whether every seed that the table asks for is there.
  var isComplete: Bool {
    file.experiments.allSatisfy { experiment in
      let done = (runs[experiment.name] ?? []).map(\.result.seed)
      return experiment.config.seeds.allSatisfy(done.contains)
    }
  }

  /// The title with the marks of what stands behind the table.
  var title: String { file.config.title + marks(of: stored) }

  /// How to read every section.
  static let legend =
    "Test scores in %, mean ± sample deviation over n seeds. Differences in points, paired by seed, "
    + "with the 95 % interval of their mean (Student's t) and the p of the paired t test and of "
    + "Wilcoxon's signed-rank test; “-” where there are fewer than two pairs."

  /// What every table ends with: verdicts, remarks, and what is to be known of the data.
  var closing: [(title: String, lines: [String])] {
    var parts: [(String, [String])] = []
    let verdicts = sections.flatMap { section in
      section.claims.map { claim, verdict in
        "\(section.section.title): \(claim.text): \(verdict.text)"
      }
    }
    if !verdicts.isEmpty { parts.append(("What was reproduced", verdicts + [Verdict.rule])) }
    if !file.config.notes.isEmpty { parts.append(("Notes", file.config.notes)) }
    parts.append(("Data and runs", caveats + seedLines + machines))
    return parts
  }

  /// What a reader must know about the data, each thing once.
  var caveats: [String] { unique(stored.flatMap(\.dataset.caveats)) }

  private var seedLines: [String] {
    file.experiments.map { experiment in
      let done = (runs[experiment.name] ?? []).map(\.result.seed)
      let absent = experiment.config.seeds.filter { !done.contains($0) }
      func list(_ seeds: [UInt64]) -> String { seeds.map(String.init).joined(separator: ", ") }
      var line = "Seeds of \(experiment.name): " + (done.isEmpty ? "none yet" : list(done))
      if !absent.isEmpty { line += "; still to be run: \(list(absent))" }
      return line
    }
  }

  private var machines: [String] {
    let names = unique(
      stored.flatMap { seed in
        seed.provenance.compactMap { session -> String? in
          guard case .string(let processor)? = session["processor"] else { return nil }
          let threads = seed.result.threads
          return "\(processor) (\(threads) thread\(threads == 1 ? "" : "s"))"
        }
      })
    return names.isEmpty ? [] : ["s/epoch on \(names.joined(separator: "; "))"]
  }
}

/// A section with the results of its rows.
struct SectionReport {
  let section: TableSection
  let rows: [RowReport]

  init(_ section: TableSection, runs: [String: [StoredSeed]]) {
    self.section = section
    rows = section.rows.map { row in
      RowReport(
        row, experiment: row.experiment ?? section.experiment,
        seeds: row.measured ? runs[row.experiment ?? section.experiment] ?? [] : [])
    }
  }

  private var stored: [StoredSeed] { rows.flatMap(\.seeds) }

  var isSynthetic: Bool { stored.contains(where: \.dataset.synthetic) }

  /// The title with the marks of what stands behind the section.
  var title: String { section.title + marks(of: stored) }

  func row(_ name: String) -> RowReport? { rows.first { $0.row.name == name } }

  /// How a row differs from the baseline; nil for the baseline itself and where there is none.
  func difference(of row: RowReport, in metric: TrainingConfig.Metric) -> SeedDifference? {
    guard let name = section.baseline, name != row.row.name, let baseline = self.row(name) else {
      return nil
    }
    return SeedDifference(row, baseline, metric)
  }

  /// The claims and what the runs say about them.
  var claims: [(claim: TableClaim, verdict: Verdict)] {
    section.claims.map { claim in
      guard let better = row(claim.better), let than = row(claim.than) else {
        preconditionFailure("the claim \(claim.name) passed validation")
      }
      let difference = SeedDifference(better, than, section.metrics[0])
      let reservations = reservations(of: better.seeds + than.seeds)
      return (
        claim,
        Verdict(
          difference,
          reservation: reservations.isEmpty ? nil : reservations.joined(separator: ", "))
      )
    }
  }
}

/// A row with the results of its model.
struct RowReport {
  let row: TableRow
  let experiment: String
  /// What is kept of the experiment, by rising seed.
  let seeds: [StoredSeed]
  /// The model's result of each seed.
  let results: [ModelResult]

  init(_ row: TableRow, experiment: String, seeds: [StoredSeed]) {
    self.row = row
    self.experiment = experiment
    self.seeds = seeds
    results = seeds.compactMap { $0.result.models.first { $0.name == row.modelName } }
  }

  /// The score of each seed; a score that a seed lacks is NaN.
  func values(_ metric: TrainingConfig.Metric) -> [Double] {
    results.map { result in
      (row.weights == .selected ? result.test : result.testLast)[metric.rawValue] ?? .nan
    }
  }

  /// The score over seeds, or nil where there are none.
  func summary(_ metric: TrainingConfig.Metric) -> MetricSummary? {
    results.isEmpty ? nil : MetricSummary(values: values(metric))
  }

  /// The mean over seeds, or nil where there are none.
  var secondsPerEpoch: Double? {
    results.isEmpty ? nil : MetricSummary(values: results.map(\.secondsPerEpoch)).mean
  }
}

/// How the scores of two rows differ over the seeds that both have.
struct SeedDifference {
  /// Pairs of scores.
  let count: Int
  /// The mean of first minus second; nil where there are no pairs.
  let mean: Double?
  /// The tests; nil for fewer than two pairs.
  let comparison: PairedComparison?

  init(_ first: RowReport, _ second: RowReport, _ metric: TrainingConfig.Metric) {
    func scores(_ row: RowReport) -> [UInt64: Double] {
      Dictionary(
        uniqueKeysWithValues: zip(row.seeds.map(\.result.seed), row.values(metric)))
    }
    let (a, b) = (scores(first), scores(second))
    let shared = Set(a.keys).intersection(b.keys).sorted()
    let pairs = shared.compactMap { seed in a[seed].flatMap { a in b[seed].map { (a, $0) } } }
    count = pairs.count
    mean = pairs.isEmpty ? nil : MetricSummary(values: pairs.map { $0.0 - $0.1 }).mean
    comparison = PairedComparison(pairs.map(\.0), pairs.map(\.1))
  }

  /// The 95 % interval of the mean difference. Where all differences are equal it is that value.
  var interval: ClosedRange<Double>? {
    comparison.map { $0.interval ?? $0.meanDifference...$0.meanDifference }
  }
}

/// Why runs say nothing of the methods on real data: "quick run", "synthetic stand-in".
private func reservations(of seeds: [StoredSeed]) -> [String] {
  [
    seeds.contains(where: \.quick) ? "quick run" : nil,
    seeds.contains(where: \.dataset.synthetic) ? "synthetic stand-in" : nil,
  ].compactMap { $0 }
}

/// What a title says of the runs behind it: " (quick run, synthetic stand-in)", or nothing.
private func marks(of seeds: [StoredSeed]) -> String {
  let reservations = reservations(of: seeds)
  return reservations.isEmpty ? "" : " (\(reservations.joined(separator: ", ")))"
}

/// The values that are not there before, in order.
private func unique(_ values: [String]) -> [String] {
  var seen: Set<String> = []
  return values.filter { seen.insert($0).inserted }
}
