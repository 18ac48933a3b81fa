/// What the runs say about a claim that one method is better than another.
struct Verdict: Equatable {
  /// What the 95 % interval of the mean difference, better minus other, decides.
  enum Outcome {
    /// It lies above 0.
    case holds
    /// It lies below 0: the contrary holds.
    case contrary
    /// It holds 0.
    case undecided
    /// There are fewer than two pairs, scores that are no numbers, or runs that prove nothing.
    case untested
  }

  let outcome: Outcome
  /// Whose claim it is.
  let origin: TableClaim.Origin
  /// The verdict in words, with its figures.
  let text: String

  /// - Parameters:
  ///   - difference: of the method that is said to be better minus the other.
  ///   - origin: whose claim it is: only a source's can be reproduced.
  ///   - reservation: why the runs prove nothing whatever their scores: "quick run".
  init(
    _ difference: SeedDifference, origin: TableClaim.Origin = .published,
    reservation: String? = nil
  ) {
    self.origin = origin
    guard let mean = difference.mean else {
      (outcome, text) = (.untested, "no runs: no test")
      return
    }
    let points = "difference \(Figures.points(mean)) points"
    guard let interval = difference.interval else {
      outcome = .untested
      text = difference.count == 1 ? "one seed: no test (\(points))" : "scores are missing: no test"
      return
    }
    var details = "\(points), 95 % CI \(Figures.points(interval))"
    if let p = difference.comparison?.tTestP {
      let text = Figures.probability(p)
      details += ", paired t p \(text.hasPrefix("<") ? text : "= \(text)")"
    }
    details += ", n = \(difference.count)"
    if let reservation {
      (outcome, text) = (.untested, "\(reservation): no verdict (\(details))")
    } else if interval.lowerBound > 0 {
      (outcome, text) = (.holds, "\(origin.holds) (\(details))")
    } else if interval.upperBound < 0 {
      (outcome, text) = (.contrary, "\(origin.contrary) (\(details))")
    } else {
      (outcome, text) = (.undecided, "undecided: the interval holds 0 (\(details))")
    }
  }

  /// The verdict in a word, for scripts.
  var name: String {
    switch (outcome, origin) {
    case (.holds, .published): "reproduced"
    case (.contrary, .published): "notReproduced"
    case (.holds, .own): "holds"
    case (.contrary, .own): "doesNotHold"
    case (.undecided, _): "undecided"
    case (.untested, _): "untested"
    }
  }
}

extension TableClaim.Origin {
  /// What verdicts on such claims stand under.
  var heading: String {
    switch self {
    case .published: "What was reproduced"
    case .own: "What else the runs show"
    }
  }

  /// How verdicts on such claims come about, for readers.
  var rule: String {
    switch self {
    case .published:
      "The rule: reproduced where the 95 % interval of the mean difference lies above 0, not "
        + "reproduced where it lies below 0, undecided where it holds 0; one seed decides nothing."
    case .own:
      "No source claims these: they are this table's own questions. The rule: holds where the "
        + "95 % interval of the mean difference lies above 0, does not hold where it lies below 0, "
        + "undecided where it holds 0; one seed decides nothing."
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
