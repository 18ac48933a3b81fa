import Training

/// A figure of a model that is no score, a column of a table.
package enum TableQuantity: String, CaseIterable {
  /// Of a prediction for all nodes; by tables for students that have them.
  case inferenceMilliseconds
  /// The mean over nodes of the share that a step takes from the low pass, one number a step.
  case alphaLow
  /// The same of the high pass.
  case alphaHigh
  /// Of the logits, divided by their squared norm.
  case dirichletEnergy

  /// What columns are headed with.
  package var heading: String {
    switch self {
    case .inferenceMilliseconds: "ms, all nodes"
    case .alphaLow: "alpha low"
    case .alphaHigh: "alpha high"
    case .dirichletEnergy: "energy"
    }
  }

  /// What the column means, for readers.
  package var note: String {
    switch self {
    case .inferenceMilliseconds:
      "ms, all nodes: the median time of a prediction for all nodes at once; FMLP students predict by "
        + "their tables."
    case .alphaLow:
      "alpha low: how much of the low pass nodes take against their own features, mean over nodes and "
        + "seeds, step by step, the hidden ones first."
    case .alphaHigh: "alpha high: the same of the high pass."
    case .dirichletEnergy:
      "energy: the Dirichlet energy of the logits over their squared norm, from 0 (neighbours are "
        + "alike) to 2, on the original graph."
    }
  }

  /// The figures of a training, none where it has no such figure.
  package func values(of result: ModelResult) -> [Double] {
    switch self {
    case .inferenceMilliseconds: result.inferenceMilliseconds.map { [$0] } ?? []
    case .alphaLow: result.meanAlpha["low"] ?? []
    case .alphaHigh: result.meanAlpha["high"] ?? []
    case .dirichletEnergy: result.dirichletEnergy["logits"].map { [$0] } ?? []
    }
  }
}

extension RowReport {
  /// The means of a quantity over trainings, over those that have it; none where none has.
  package func means(_ quantity: TableQuantity) -> [Double] {
    let found = trainings.map(quantity.values).filter { !$0.isEmpty }
    return (0..<(found.map(\.count).min() ?? 0)).map { place in
      MetricSummary(values: found.map { $0[place] }).mean
    }
  }

  /// The same as text, "-" where there are none.
  package func text(_ quantity: TableQuantity) -> String {
    let means = means(quantity)
    return means.isEmpty
      ? "-" : means.map { NumberFormat.fixed($0, digits: 3) }.joined(separator: " / ")
  }
}

/// How many epochs trainings took to a validation score.
package struct EpochsToScore {
  /// Of each training that reached the score, its first evaluated epoch that did, counted from 1.
  package let epochs: [Int]
  /// Trainings whose curves were kept, so that it is known of them.
  package let known: Int
  /// All trainings.
  package let count: Int

  package init(_ threshold: Double, in results: [ModelResult]) {
    let curves = results.map(\.curve).filter(\.isKept)
    epochs = curves.compactMap { $0.firstEpoch(reaching: threshold) }.map { $0 + 1 }
    (known, count) = (curves.count, results.count)
  }

  /// The mean over those that reached it; nil where none did.
  package var mean: Double? {
    epochs.isEmpty ? nil : MetricSummary(values: epochs.map(Double.init)).mean
  }

  /// "140"; "140 (2 of 3)" where not all did; "- (0 of 3)" where none did; "-" where nothing is
  /// known.
  package var text: String {
    guard known > 0 else { return "-" }
    let number = mean.map { NumberFormat.fixed($0, digits: $0 == $0.rounded() ? 0 : 1) } ?? "-"
    return epochs.count == count ? number : "\(number) (\(reached))"
  }

  /// How many trainings reached it: "2 of 3", and of how many it is known: "2 of 2 known".
  package var reached: String { "\(epochs.count) of \(known)\(known < count ? " known" : "")" }

  /// What column headings call a threshold: "epochs to 95.00 %".
  package static func heading(_ threshold: Double) -> String {
    "epochs to \(NumberFormat.fixed(threshold * 100, digits: 2)) %"
  }
}
