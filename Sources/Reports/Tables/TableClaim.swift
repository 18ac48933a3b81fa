import Records

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
