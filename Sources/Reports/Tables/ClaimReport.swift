import Records

/// A claim with the difference that it is held against, and what that says of it.
package struct ClaimReport {
  package let claim: TableClaim
  /// Of the row that is said to be better minus the other.
  package let difference: SeedDifference
  /// Why the runs prove nothing whatever their scores: "quick run".
  package let reservation: String?
  package let tests: ClaimTests?
  package let verdict: Verdict

  /// What the tests of a claim gave.
  package struct ClaimTests: Equatable {
    package var difference: CorrectedProbability
    /// Nil where the table names no margin.
    package var equivalence: CorrectedProbability?
    /// In shares, as scores are.
    package var margin: Double?
  }

  /// The p of a test, as it is and by Holm's correction for the claims of the table.
  package struct CorrectedProbability: Equatable {
    package var p: Double
    package var holm: Double
  }

  /// Holds all claims of a table against the runs.
  ///
  /// - Parameters:
  ///   - claims: by section.
  ///   - margin: within which a difference does not matter, in shares; nil for no such test.
  package static func reports(
    _ claims: [[(claim: TableClaim, difference: SeedDifference, reservation: String?)]],
    margin: Double?
  ) -> [[ClaimReport]] {
    var remaining = tests(of: claims.flatMap { $0 }.map(testable), margin: margin)[...]
    return claims.map { section in
      section.map { claim, difference, reservation in
        let tests = remaining.removeFirst()
        return ClaimReport(
          claim: claim, difference: difference, reservation: reservation, tests: tests,
          verdict: Verdict(
            difference, tests: tests, origin: claim.origin, reservation: reservation))
      }
    }
  }

  /// The comparison behind a claim, unless nothing can be said by it.
  private static func testable(
    _ claim: TableClaim, _ difference: SeedDifference, _ reservation: String?
  ) -> PairedComparison? {
    reservation == nil ? difference.comparison.flatMap { $0.differenceP == nil ? nil : $0 } : nil
  }

  /// The tests of comparisons, corrected for their number: the tests for a difference are one family,
  /// those for equivalence another. Nil where there is nothing to test.
  package static func tests(of comparisons: [PairedComparison?], margin: Double?) -> [ClaimTests?] {
    func corrected(_ p: (PairedComparison) -> Double?) -> [CorrectedProbability?] {
      let raw = comparisons.map { $0.flatMap(p) }
      var holm = holmCorrected(raw.compactMap { $0 })[...]
      return raw.map { p in p.map { CorrectedProbability(p: $0, holm: holm.removeFirst()) } }
    }
    let differences = corrected(\.differenceP)
    let equivalences = corrected { comparison in
      margin.flatMap { comparison.equivalenceP(within: $0) }
    }
    return zip(differences, equivalences).map { difference, equivalence in
      difference.map { ClaimTests(difference: $0, equivalence: equivalence, margin: margin) }
    }
  }
}

/// A claim that one row is better than another, to be held against the runs.
package struct TableClaim: Record {
  package var name = ""
  package var text = ""
  package var origin = Origin.published
  package var better = ""
  package var than = ""

  /// Whose claim it is, which is what its verdict is a verdict on.
  package enum Origin: String, CaseIterable {
    /// A source's: it is reproduced or not.
    case published
    /// The table's own: it holds or not, and reproduces nobody's.
    case own
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .name, required: true, "Names the claim.")
    visitor.field("text", &text, .text, required: true, "The claim, in words.")
    visitor.field(
      "origin", &origin, .choice,
      "Whose claim it is: a source's, to be reproduced, or this table's own.")
    visitor.field("better", &better, .name, required: true, "The row that is said to be better.")
    visitor.field("than", &than, .name, required: true, "The row that it is said to beat.")
  }

  package var inconsistencies: [Inconsistency] {
    guard better == than else { return [] }
    return [Inconsistency(key: "than", message: "found \"\(than)\", the row that is to beat it")]
  }
}
