import Training

/// A figure that every epoch of a training has, or every evaluated one.
package enum CurveMetric: Equatable {
  /// The mean total training loss.
  case loss
  /// The mean loss of an objective, unweighted.
  case objective(String)
  /// The validation score that the model's checkpoints go by.
  case validation
  /// A metric on the validation graphs.
  case validationMetric(String)

  /// A figure from its name on the command line: "loss", "loss.NAME", "valid", "valid.NAME"; nil
  /// for other texts.
  package init?(argument: String) {
    let parts = argument.split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false
    ).map(String.init)
    switch (parts[0], parts.count) {
    case ("loss", 1): self = .loss
    case ("loss", 2) where !parts[1].isEmpty: self = .objective(parts[1])
    case ("valid", 1): self = .validation
    case ("valid", 2) where !parts[1].isEmpty: self = .validationMetric(parts[1])
    default: return nil
    }
  }

  /// Its name on the command line.
  package var argument: String {
    switch self {
    case .loss: "loss"
    case .objective(let name): "loss.\(name)"
    case .validation: "valid"
    case .validationMetric(let name): "valid.\(name)"
    }
  }

  /// What it is, for titles.
  package var title: String {
    switch self {
    case .loss: "mean training loss"
    case .objective(let name): "mean training loss of the objective \(name)"
    case .validation: "validation score that checkpoints go by, in %"
    case .validationMetric(let name):
      Registries.metrics.isShare(name) ? "validation \(name), in %" : "validation \(name)"
    }
  }

  /// Whether it is a share, shown in %.
  package var isScore: Bool {
    switch self {
    case .loss, .objective: false
    case .validation: true
    case .validationMetric(let name): Registries.metrics.isShare(name)
    }
  }

  /// Its value in a line of metrics; nil where the epoch was not evaluated, or the objective not on.
  package func value(in line: EpochLine, of model: ModelConfig) -> Double? {
    switch self {
    case .loss: line.loss
    case .objective(let name): line.losses[name]
    case .validation: line.valid?[model.training.selectOn]
    case .validationMetric(let name): line.valid?[name]
    }
  }
}
