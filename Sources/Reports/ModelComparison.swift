import Records
import Training

/// Two models of a run, compared in one test score over the seeds.
package struct ModelComparison {
  /// The model that comes later in the config, so that a student stands before what it is held to.
  package let a: String
  package let b: String
  package let metric: String
  /// Of a's scores minus b's.
  package let comparison: PairedComparison

  /// All pairs of models and all scores, for runs of at least two seeds.
  ///
  /// - Parameter overlap: What the splits of the seeds have in common.
  package static func all(
    _ models: [(name: String, result: ModelSummary)], overlap: SplitOverlap
  ) -> [ModelComparison] {
    models.indices.flatMap { later in
      models[..<later].flatMap { other in
        Registries.metrics.names.compactMap { metric in
          let model = models[later]
          guard let a = model.result.test[metric], let b = other.result.test[metric],
            let comparison = PairedComparison(a.values, b.values, overlap: overlap)
          else { return nil }
          return ModelComparison(
            a: model.name, b: other.name, metric: metric, comparison: comparison)
        }
      }
    }
  }

  /// `{"a", "b", "metric"}` and the comparison's members.
  package var json: JSONValue {
    guard case .object(var members) = comparison.json else { return nil }
    members["a"] = .string(a)
    members["b"] = .string(b)
    members["metric"] = .string(metric)
    return .object(members)
  }
}

extension PairedComparison {
  /// `{"n", "meanDifference", "interval95": [low, high], "cohensD", "test", "testPerTraining",
  /// "tTestP", "signedRankP"}`; what the pairs do not determine is null. `test` is "paired", or
  /// "corrected" where splits are drawn from one graph.
  package var json: JSONValue {
    [
      "n": .integer(count),
      "meanDifference": .real(meanDifference),
      "interval95": interval.map { [.real($0.lowerBound), .real($0.upperBound)] } ?? nil,
      "cohensD": effectSize.map(JSONValue.real) ?? nil,
      "test": .string(overlap.testName),
      "testPerTraining": .real(overlap.testPerTraining),
      "tTestP": tTestP.map(JSONValue.real) ?? nil,
      "signedRankP": signedRankP.map(JSONValue.real) ?? nil,
    ]
  }
}
