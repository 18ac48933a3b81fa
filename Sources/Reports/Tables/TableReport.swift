import Training

/// A table's content, computed from the results that it keeps.
package struct TableReport {
  package let file: TableFile
  package let sections: [SectionReport]
  /// What is kept of each experiment, by name.
  private let runs: [String: [StoredSeed]]

  package init(file: TableFile, runs: [String: [StoredSeed]]) {
    self.file = file
    self.runs = runs
    var sections = file.config.sections.map {
      SectionReport(
        $0, models: file.models(named:in:),
        overlap: { experiment in
          guard let data = file.experiments.first(where: { $0.name == experiment })?.config.data,
            let dataset = runs[experiment]?.first?.dataset
          else { return .oneSplit }
          return data.overlap(on: dataset)
        }, runs: runs)
    }
    let claims = ClaimReport.reports(
      sections.map(\.differences), margin: file.config.equivalenceMargin.map { $0 / 100 })
    for (index, claims) in claims.enumerated() { sections[index].claims = claims }
    self.sections = sections
  }

  private var stored: [StoredSeed] { file.experiments.flatMap { runs[$0.name] ?? [] } }

  /// Whether there is anything to show.
  package var hasRuns: Bool { !stored.isEmpty }
  package var isSynthetic: Bool { stored.contains(where: \.dataset.synthetic) }

  /// Whether every seed that the table asks for is there.
  package var isComplete: Bool {
    file.experiments.allSatisfy { experiment in
      let done = (runs[experiment.name] ?? []).map(\.result.seed)
      return experiment.config.seeds.allSatisfy(done.contains)
    }
  }

  /// The title with the marks of what stands behind the table.
  package var title: String { file.config.title + marks(of: stored) }

  /// How to read every section.
  package static let legend =
    "Test scores in %, mean ± sample deviation over n seeds. Differences in points, paired by seed, "
    + "with the 95 % interval of their mean and the p of the t test, which each section names, and the "
    + "p of Wilcoxon's signed-rank test, which takes the seeds for independent; “-” where there is "
    + "nothing to test. These p are of one comparison each; verdicts go by p that are corrected for "
    + "the number of claims."

  /// What every table ends with: verdicts, remarks, and what is to be known of the data.
  package var closing: [(title: String, lines: [String])] {
    var parts: [(String, [String])] = []
    for origin in TableClaim.Origin.allCases {
      let verdicts = sections.flatMap { section in
        section.claims.filter { $0.claim.origin == origin }.map {
          "\(section.section.title): \($0.claim.text): \($0.verdict.text)"
        }
      }
      if !verdicts.isEmpty { parts.append((origin.heading, verdicts + [origin.rule])) }
    }
    if !tests.isEmpty { parts.append(("How the claims are tested", tests)) }
    if !file.config.notes.isEmpty { parts.append(("Notes", file.config.notes)) }
    parts.append(("Data and runs", caveats + seedLines + revisionLines(of: stored) + machines))
    return parts
  }

  /// How verdicts come about; none where nothing is tested.
  private var tests: [String] {
    let tests = sections.flatMap(\.claims).compactMap(\.tests)
    guard !tests.isEmpty else { return [] }
    let overlaps = sections.flatMap(\.claims).compactMap(\.difference.comparison?.overlap)
    var lines = unique(overlaps.map(\.kind))
    lines.append(
      "Holm's correction: this table tests \(tests.count) claim\(tests.count == 1 ? "" : "s"), and the "
        + "more there are, the likelier is a small p by chance. The smallest p is multiplied by their "
        + "number, the next by one less and so on, and none may fall below the one before: the chance "
        + "of even one false finding is then at most 5 %. Intervals are not corrected.")
    if let margin = file.config.equivalenceMargin {
      lines.append(
        "Equivalence: two one-sided t tests of the same kind (Schuirmann 1987) ask whether the mean "
          + "difference lies within \(NumberFormat.margin(margin / 100)) points to either side, which this "
          + "table calls no difference that matters; Holm's correction is over the same claims.")
    }
    return lines
  }

  /// What a reader must know about the data, each thing once.
  package var caveats: [String] { unique(stored.flatMap(\.dataset.caveats)) }

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

/// Why runs say nothing of the methods on real data: "quick run", "synthetic stand-in".
package func reservations(of seeds: [StoredSeed]) -> [String] {
  [
    seeds.contains(where: \.quick) ? "quick run" : nil,
    seeds.contains(where: \.dataset.synthetic) ? "synthetic stand-in" : nil,
  ].compactMap { $0 }
}

/// What a title says of the runs behind it: " (quick run, synthetic stand-in)", or nothing.
package func marks(of seeds: [StoredSeed]) -> String {
  let reservations = reservations(of: seeds)
  return reservations.isEmpty ? "" : " (\(reservations.joined(separator: ", ")))"
}
