import Training

/// A section with the results of its rows.
package struct SectionReport {
  package let section: TableSection
  package let rows: [RowReport]
  package let curves: [CurveReport]
  /// The claims and what the runs say about them, corrected for the claims of the whole table.
  package var claims: [ClaimReport] = []

  /// - Parameters:
  ///   - models: the models that a name stands for in an experiment.
  ///   - overlap: what the splits of an experiment's seeds have in common.
  ///   - runs: what is kept of each experiment, by name.
  package init(
    _ section: TableSection, models: (_ name: String, _ experiment: String) -> [String],
    overlap: (_ experiment: String) -> SplitOverlap, runs: [String: [StoredSeed]]
  ) {
    self.section = section
    rows = section.rows.map { row in
      let experiment = row.experiment ?? section.experiment
      return RowReport(
        row, experiment: experiment,
        models: row.measured ? models(row.modelName, experiment) : [],
        seeds: row.measured ? runs[experiment] ?? [] : [], overlap: overlap(experiment))
    }
    curves = section.curves.map { curve in
      let experiment = curve.experiment ?? section.experiment
      return CurveReport(
        curve, models: models(curve.model, experiment), seeds: runs[experiment] ?? [])
    }
  }

  private var stored: [StoredSeed] { rows.flatMap(\.seeds) }

  package var isSynthetic: Bool { stored.contains(where: \.dataset.synthetic) }

  /// The title with the marks of what stands behind the section.
  package var title: String { section.title + marks(of: stored) }

  package func row(_ name: String) -> RowReport? { rows.first { $0.row.name == name } }

  /// How a row differs from the baseline; nil for the baseline itself and where there is none.
  package func difference(of row: RowReport, in metric: String) -> SeedDifference? {
    guard let name = section.baseline, name != row.row.name, let baseline = self.row(name) else {
      return nil
    }
    return SeedDifference(row, baseline, metric)
  }

  /// The claims with the differences that they are held against, and why the runs prove nothing.
  package var differences: [(claim: TableClaim, difference: SeedDifference, reservation: String?)] {
    section.claims.map { claim in
      guard let better = row(claim.better), let than = row(claim.than) else {
        preconditionFailure("the claim \(claim.name) passed validation")
      }
      let reservations =
        reservations(of: better.seeds + than.seeds) + [otherCode(better, than)].compactMap { $0 }
      return (
        claim, SeedDifference(better, than, section.metrics[0]),
        reservations.isEmpty ? nil : reservations.joined(separator: ", ")
      )
    }
  }

  /// What the splits of rows that are compared have in common, each kind once; none where nothing is
  /// compared.
  package var overlaps: [SplitOverlap] {
    let isCompared = section.baseline != nil || !section.claims.isEmpty
    return isCompared ? unique(rows.filter { !$0.results.isEmpty }.map(\.overlap)) : []
  }
}

/// A published curve with the runs' own.
package struct CurveReport {
  package let curve: PublishedCurve
  /// What was kept of the trainings of the model: one a seed, or of each student of a group.
  package let trainings: [LearningCurve]

  /// - Parameter models: Names of the model, or of the students of the group.
  package init(_ curve: PublishedCurve, models: [String], seeds: [StoredSeed]) {
    self.curve = curve
    trainings = seeds.flatMap(\.result.models)
      .filter { models.contains($0.name) && $0.curve.isKept }.map(\.curve)
  }

  /// The mean loss of the trainings at an epoch, or nil where there is none.
  package func loss(at epoch: Int) -> Double? {
    let losses = trainings.compactMap {
      $0.trainingLoss.indices.contains(epoch) ? $0.trainingLoss[epoch] : nil
    }
    return losses.isEmpty ? nil : MetricSummary(values: losses).mean
  }

  /// The runs' loss over the published, or nil where one of them is missing or that is 0.
  package func ratio(at epoch: Int) -> Double? {
    guard let loss = loss(at: epoch), let published = curve.published[epoch], published > 0 else {
      return nil
    }
    return loss / published
  }
}

/// How the scores of two rows differ over the seeds that both have.
package struct SeedDifference {
  /// What the scores are.
  package let metric: String
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
    self.metric = metric
    let (a, b) = (scores(first), scores(second))
    let shared = Set(a.keys).intersection(b.keys).sorted()
    let pairs = shared.compactMap { seed in a[seed].flatMap { a in b[seed].map { (a, $0) } } }
    count = pairs.count
    mean = pairs.isEmpty ? nil : MetricSummary(values: pairs.map { $0.0 - $0.1 }).mean
    comparison = PairedComparison(
      pairs.map(\.0), pairs.map(\.1), overlap: first.overlap.orMoreCautious(second.overlap))
  }
}
