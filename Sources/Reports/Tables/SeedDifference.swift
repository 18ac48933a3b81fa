import Training

/// How the scores of two rows differ over the seeds that both have.
package struct SeedDifference {
  /// Pairs of scores.
  package let count: Int
  /// The mean of first minus second; nil where there are no pairs.
  package let mean: Double?
  /// The tests; nil for fewer than two pairs.
  package let comparison: PairedComparison?

  package init(_ first: RowReport, _ second: RowReport, _ metric: String) {
    func scores(_ row: RowReport) -> [UInt64: Double] {
      Dictionary(
        uniqueKeysWithValues: zip(row.seeds.map(\.result.seed), row.values(metric)))
    }
    let (a, b) = (scores(first), scores(second))
    let shared = Set(a.keys).intersection(b.keys).sorted()
    let pairs = shared.compactMap { seed in a[seed].flatMap { a in b[seed].map { (a, $0) } } }
    count = pairs.count
    mean = pairs.isEmpty ? nil : MetricSummary(values: pairs.map { $0.0 - $0.1 }).mean
    comparison = PairedComparison(
      pairs.map(\.0), pairs.map(\.1), overlap: first.overlap.orMoreCautious(second.overlap))
  }
}
