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
    comparison = PairedComparison(
      pairs.map(\.0), pairs.map(\.1), overlap: first.overlap.orMoreCautious(second.overlap))
  }
}
