import Training

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
