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
