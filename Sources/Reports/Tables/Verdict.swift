import Training

/// What the runs say about a claim that one method is better than another.
package struct Verdict: Equatable {
  /// What the tests, corrected for the number of claims, decide of the mean difference, better minus
  /// other.
  package enum Outcome {
    /// It is above 0.
    case holds
    /// It is below 0: the contrary holds.
    case contrary
    /// It is not shown to be other than 0, and is shown to be within the table's margin.
    case equivalent
    /// Neither is shown.
    case undecided
    /// There are fewer than two pairs, scores that are no numbers, differences that are all equal, or
    /// runs that prove nothing.
    case untested
  }

  /// A claim is decided where the corrected p is below this.
  package static let level = 0.05

  package let outcome: Outcome
  /// Whose claim it is.
  package let origin: TableClaim.Origin
  /// The verdict in words, with its figures.
  package let text: String

  /// - Parameters:
  ///   - difference: of the method that is said to be better minus the other.
  ///   - tests: of the difference, among all claims of the table; nil where there are none.
  ///   - origin: whose claim it is: only a source's can be reproduced.
  ///   - reservation: why the runs prove nothing whatever their scores: "quick run".
  package init(
    _ difference: SeedDifference, tests: ClaimReport.ClaimTests?,
    origin: TableClaim.Origin = .published, reservation: String? = nil
  ) {
    self.origin = origin
    guard let mean = difference.mean else {
      (outcome, text) = (.untested, "no runs: no test")
      return
    }
    let metric = difference.metric
    let points =
      "difference \(NumberFormat.difference(mean, named: metric))"
      + (Registries.metrics.isShare(metric) ? " points" : "")
    guard let comparison = difference.comparison else {
      outcome = .untested
      text = difference.count == 1 ? "one seed: no test (\(points))" : "scores are missing: no test"
      return
    }
    let details = Self.details(points, metric, comparison, tests)
    if let reservation {
      (outcome, text) = (.untested, "\(reservation): no verdict (\(details))")
      return
    }
    guard let tests else {
      outcome = .untested
      text = "not testable: all differences are equal (\(details))"
      return
    }
    let isEquivalent = tests.equivalence.map { $0.holm < Self.level } ?? false
    let within = tests.margin.map { "\(NumberFormat.margin($0)) points" } ?? ""
    if tests.difference.holm < Self.level {
      outcome = comparison.meanDifference > 0 ? .holds : .contrary
      let words = outcome == .holds ? origin.holds : origin.contrary
      text = "\(words)\(isEquivalent ? ", by less than \(within)" : "") (\(details))"
    } else if isEquivalent {
      (outcome, text) = (.equivalent, "equivalent within \(within) (\(details))")
    } else {
      (outcome, text) = (.undecided, "undecided (\(details))")
    }
  }

  /// "difference +0.66 points, 95 % CI [-0.62, +1.94], corrected t p = 0.271, Holm's p = 1.000;
  /// within 0.2 points p = 0.782, Holm's p = 1.000; n = 10".
  private static func details(
    _ points: String, _ metric: String, _ comparison: PairedComparison,
    _ tests: ClaimReport.ClaimTests?
  ) -> String {
    func equation(_ p: Double) -> String {
      let text = NumberFormat.probability(p)
      return text.hasPrefix("<") ? text : "= \(text)"
    }
    var details = points
    if let interval = comparison.interval {
      details += ", 95 % CI \(NumberFormat.difference(interval, named: metric))"
    }
    if let p = tests?.difference.p ?? comparison.tTestP {
      let name = comparison.tTestP == nil ? "signed-rank p" : comparison.overlap.testInWords
      details += ", \(name) \(equation(p))"
    }
    if let tests { details += ", Holm's p \(equation(tests.difference.holm))" }
    if let equivalence = tests?.equivalence, let margin = tests?.margin {
      details +=
        "; within \(NumberFormat.margin(margin)) points p \(equation(equivalence.p)), Holm's p "
        + equation(equivalence.holm) + "; "
    } else {
      details += ", "
    }
    return details + "n = \(comparison.count)"
  }

  /// The verdict in a word, for scripts.
  package var name: String {
    switch (outcome, origin) {
    case (.holds, .published): "reproduced"
    case (.contrary, .published): "notReproduced"
    case (.holds, .own): "holds"
    case (.contrary, .own): "doesNotHold"
    case (.equivalent, _): "equivalent"
    case (.undecided, _): "undecided"
    case (.untested, _): "untested"
    }
  }
}

extension NumberFormat {
  /// A margin in percentage points without needless digits: "0.2".
  package static func margin(_ margin: Double) -> String { share(margin) }
}

extension TableClaim.Origin {
  /// What verdicts on such claims stand under.
  package var heading: String {
    switch self {
    case .published: "What was reproduced"
    case .own: "What else the runs show"
    }
  }

  /// How verdicts on such claims come about, for readers.
  package var rule: String {
    switch self {
    case .published:
      "The rule: reproduced where Holm's p of the difference is below 0.05 and the difference above 0, "
        + "not reproduced where it is below 0.05 and the difference below 0; else equivalent where "
        + "Holm's p of the equivalence is below 0.05; else undecided. One seed decides nothing."
    case .own:
      "No source claims these: they are this table's own questions. The rule is the same, with other "
        + "words: holds, does not hold."
    }
  }

  fileprivate var holds: String {
    switch self {
    case .published: "reproduced"
    case .own: "holds"
    }
  }

  fileprivate var contrary: String {
    switch self {
    case .published: "not reproduced: the contrary holds"
    case .own: "does not hold: the contrary does"
    }
  }
}
