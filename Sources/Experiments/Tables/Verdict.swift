/// What the runs say about a claim that one method is better than another.
enum Verdict: Equatable {
  /// The 95 % interval of the mean difference lies above 0.
  case reproduced(String)
  /// It lies below 0: the contrary holds.
  case notReproduced(String)
  /// It holds 0.
  case undecided(String)
  /// There are fewer than two pairs, scores that are no numbers, or runs that prove nothing.
  case untested(String)

  /// The rule, for readers.
  static let rule =
    "The rule: reproduced where the 95 % interval of the mean difference lies above 0, not "
    + "reproduced where it lies below 0, undecided where it holds 0; one seed decides nothing."

  /// - Parameters:
  ///   - difference: of the method that is said to be better minus the other.
  ///   - reservation: why the runs prove nothing whatever their scores: "quick run".
  init(_ difference: SeedDifference, reservation: String? = nil) {
    guard let mean = difference.mean else {
      self = .untested("no runs: no test")
      return
    }
    let points = "difference \(Figures.points(mean)) points"
    guard let interval = difference.interval else {
      self = .untested(
        difference.count == 1 ? "one seed: no test (\(points))" : "scores are missing: no test")
      return
    }
    var details = "\(points), 95 % CI \(Figures.points(interval))"
    if let p = difference.comparison?.tTestP {
      let text = Figures.probability(p)
      details += ", paired t p \(text.hasPrefix("<") ? text : "= \(text)")"
    }
    details += ", n = \(difference.count)"
    if let reservation {
      self = .untested("\(reservation): no verdict (\(details))")
    } else if interval.lowerBound > 0 {
      self = .reproduced("reproduced (\(details))")
    } else if interval.upperBound < 0 {
      self = .notReproduced("not reproduced: the contrary holds (\(details))")
    } else {
      self = .undecided("undecided: the interval holds 0 (\(details))")
    }
  }

  /// The verdict in words.
  var text: String {
    switch self {
    case .reproduced(let text), .notReproduced(let text), .undecided(let text),
      .untested(let text):
      text
    }
  }

  /// The verdict in a word.
  var name: String {
    switch self {
    case .reproduced: "reproduced"
    case .notReproduced: "notReproduced"
    case .undecided: "undecided"
    case .untested: "untested"
    }
  }
}
