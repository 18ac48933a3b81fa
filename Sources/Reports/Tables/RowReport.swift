import Training

/// A row with the results of its model, or of the students of its group.
package struct RowReport {
  package let row: TableRow
  package let experiment: String
  /// The model, or the students of the group.
  package let models: [String]
  /// What is kept of the experiment, by rising seed.
  package let seeds: [StoredSeed]
  /// What the splits of the seeds have in common.
  package let overlap: SplitOverlap
  /// The results of each seed, one a model.
  package let results: [[ModelResult]]

  package init(
    _ row: TableRow, experiment: String, models: [String], seeds: [StoredSeed],
    overlap: SplitOverlap = .oneSplit
  ) {
    self.row = row
    self.experiment = experiment
    self.models = models
    self.seeds = seeds
    self.overlap = overlap
    results = seeds.map { seed in seed.result.models.filter { models.contains($0.name) } }
  }

  /// Whether the row is of a group of students.
  package var isGroup: Bool { models.count > 1 }

  /// All results, of every seed and model.
  package var trainings: [ModelResult] { results.flatMap { $0 } }

  /// The score of each seed, the mean over the models; a score that is missing makes it NaN.
  package func values(_ metric: String) -> [Double] {
    results.map { models in
      MetricSummary(
        values: models.map { result in
          (row.weights == .selected ? result.test : result.testLast)[metric] ?? .nan
        }
      ).mean
    }
  }

  /// The score over seeds, or nil where there are none.
  package func summary(_ metric: String) -> MetricSummary? {
    results.isEmpty ? nil : MetricSummary(values: values(metric))
  }

  /// Trained values of a model; several numbers where the students of a group differ in it.
  package var parameters: [Int] { unique(trainings.map(\.parameters)) }

  /// Epochs that models were trained, the fewest and the most; nil where there are no runs.
  package var epochs: ClosedRange<Int>? {
    let epochs = trainings.map(\.epochs)
    guard let least = epochs.min(), let most = epochs.max() else { return nil }
    return least...most
  }

  /// The same as text, "1,000" or "112-1,000".
  package func epochs(_ number: (Int) -> String) -> String? {
    epochs.map { unique([$0.lowerBound, $0.upperBound]).map(number).joined(separator: "-") }
  }

  /// A model's mean over seeds and models, or nil where there are none.
  package var secondsPerEpoch: Double? {
    trainings.isEmpty ? nil : MetricSummary(values: trainings.map(\.secondsPerEpoch)).mean
  }

  /// How many epochs the trainings took to a validation score.
  package func epochs(to threshold: Double) -> EpochsToScore {
    EpochsToScore(threshold, in: trainings)
  }
}
