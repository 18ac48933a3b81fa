/// A table's content, computed from the results that it keeps.
struct TableReport {
  let file: TableFile
  let sections: [SectionReport]
  /// What is kept of each experiment, by name.
  private let runs: [String: [StoredSeed]]

  init(file: TableFile, runs: [String: [StoredSeed]]) {
    self.file = file
    self.runs = runs
    sections = file.config.sections.map {
      SectionReport($0, models: file.models(named:in:), runs: runs)
    }
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
    for origin in TableClaim.Origin.allCases {
      let verdicts = sections.flatMap { section in
        section.claims.filter { $0.claim.origin == origin }.map { claim, verdict in
          "\(section.section.title): \(claim.text): \(verdict.text)"
        }
      }
      if !verdicts.isEmpty { parts.append((origin.heading, verdicts + [origin.rule])) }
    }
    if !file.config.notes.isEmpty { parts.append(("Notes", file.config.notes)) }
    parts.append(("Data and runs", caveats + seedLines + revisionLines(of: stored) + machines))
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

/// Why runs say nothing of the methods on real data: "quick run", "synthetic stand-in".
func reservations(of seeds: [StoredSeed]) -> [String] {
  [
    seeds.contains(where: \.quick) ? "quick run" : nil,
    seeds.contains(where: \.dataset.synthetic) ? "synthetic stand-in" : nil,
  ].compactMap { $0 }
}

/// What a title says of the runs behind it: " (quick run, synthetic stand-in)", or nothing.
func marks(of seeds: [StoredSeed]) -> String {
  let reservations = reservations(of: seeds)
  return reservations.isEmpty ? "" : " (\(reservations.joined(separator: ", ")))"
}
