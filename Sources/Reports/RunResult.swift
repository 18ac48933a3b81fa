import Foundation
import Records
import Training

/// The result of an experiment over its seeds: the content of a run's `result.json`.
package struct RunResult {
  package let name: String
  package let dataset: DatasetSummary
  /// Results of the seeds that are done, in the config's order of seeds.
  package let seeds: [SeedResult]
  /// Whether every seed of the config is done.
  package let isComplete: Bool
  /// What becomes of the seeds that are not done.
  package var rest = Rest.interrupted
  /// By name, in the config's order of models.
  package let models: [(name: String, result: ModelSummary)]
  /// Models that others learn from.
  package let teachers: Set<String>
  /// The model that students are held to: the first that is nobody's teacher.
  package let baseline: String?
  /// The score that the baseline is selected on.
  package let baselineMetric: String?
  /// What the splits of the seeds have in common.
  package let overlap: SplitOverlap

  /// Why seeds are missing.
  package enum Rest: String {
    /// A process is at work on them; one that is killed leaves this behind, and its number.
    case running
    /// The run was stopped, and can go on.
    case interrupted
    /// An error ended the run.
    case failed
  }

  /// Puts seeds together.
  ///
  /// - Parameter results: of seeds of the config, with the config's models (see
  ///   ``SeedDirectory/result(for:)``).
  package init(config: ExperimentConfig, dataset: DatasetSummary, results: [SeedResult]) {
    name = config.name
    self.dataset = dataset
    seeds = results
    isComplete = results.map(\.seed) == config.seeds
    models =
      results.isEmpty
      ? []
      : config.models.map { model in
        let runs = results.flatMap { $0.models.filter { $0.name == model.name } }
        return (model.name, ModelSummary(runs))
      }
    let teachers = Set(
      config.models.flatMap(\.objectives).compactMap(\.kind.settings.teacher?.name))
    let baseline = config.models.first { !teachers.contains($0.name) }
    self.teachers = teachers
    self.baseline = baseline?.name
    baselineMetric = baseline?.training.selectOn
    overlap = config.data.overlap(on: dataset)
  }

  /// How the models compare with each other; none for a single seed.
  package var comparisons: [ModelComparison] { ModelComparison.all(models, overlap: overlap) }

  /// `status` is "complete", or tells why seeds are missing. While it is "running", `process` is the
  /// process at work: where there is none of that number on that host, it was killed. Keys are sorted,
  /// so that equal results are equal files.
  package var json: JSONValue {
    var members: [String: JSONValue] = [
      "status": .string(isComplete ? "complete" : rest.rawValue),
      "name": .string(name),
      "synthetic": .bool(dataset.synthetic),
      "seeds": .array(seeds.map { .integer(Int($0.seed)) }),
      "threads": .integer(seeds.map(\.threads).max() ?? 0),
      "dataset": dataset.json,
      "models": .object(
        Dictionary(uniqueKeysWithValues: models.map { ($0.name, $0.result.json) })),
    ]
    if !isComplete, rest == .running {
      members["process"] = [
        "id": .integer(Int(getpid())), "host": .string(Machine.host),
      ]
    }
    if seeds.count >= 2 { members["comparisons"] = .array(comparisons.map(\.json)) }
    return .object(members)
  }
}

/// One model's results over seeds.
package struct ModelSummary {
  package let parameters: Int
  /// Epochs trained, one a seed; they differ where patience ended a training.
  package let epochsBySeed: [Int]
  /// The mean over seeds.
  package let secondsPerEpoch: Double
  /// The epoch, from 0, whose weights were kept, one a seed.
  package let selectedEpochs: [Int]
  /// Of the last epoch.
  package let trainingLoss: MetricSummary
  /// Of the kept weights.
  package let valid: [String: MetricSummary]
  package let test: [String: MetricSummary]
  /// Of the last epoch's weights.
  package let validLast: [String: MetricSummary]
  package let testLast: [String: MetricSummary]
  /// The mean over seeds; nil where it was not measured.
  package let inferenceMilliseconds: Double?
  /// By tap.
  package let dirichletEnergy: [String: MetricSummary]
  /// Of each step, by branch.
  package let meanAlpha: [String: [MetricSummary]]

  /// The most epochs that a seed was trained.
  package var epochs: Int { epochsBySeed.max() ?? 0 }

  /// "200", or "112-200" where seeds differ.
  package var epochsInWords: String {
    unique([epochsBySeed.min() ?? 0, epochs]).map(String.init).joined(separator: "-")
  }

  /// - Parameter runs: one a seed, at least one.
  package init(_ runs: [ModelResult]) {
    parameters = runs[0].parameters
    epochsBySeed = runs.map(\.epochs)
    secondsPerEpoch = MetricSummary(values: runs.map(\.secondsPerEpoch)).mean
    selectedEpochs = runs.map(\.selectedEpoch)
    trainingLoss = MetricSummary(values: runs.map(\.trainingLoss))
    valid = Self.summaries(runs.map(\.valid))
    test = Self.summaries(runs.map(\.test))
    validLast = Self.summaries(runs.map(\.validLast))
    testLast = Self.summaries(runs.map(\.testLast))
    let times = runs.compactMap(\.inferenceMilliseconds)
    inferenceMilliseconds = times.isEmpty ? nil : MetricSummary(values: times).mean
    dirichletEnergy = Self.summaries(runs.map(\.dirichletEnergy))
    meanAlpha = Self.meanAlpha(of: runs)
  }

  /// By branch and step.
  private static func meanAlpha(of runs: [ModelResult]) -> [String: [MetricSummary]] {
    var summaries: [String: [MetricSummary]] = [:]
    for (branch, steps) in runs[0].meanAlpha {
      summaries[branch] = steps.indices.map { step in
        MetricSummary(values: runs.compactMap { $0.meanAlpha[branch]?[step] })
      }
    }
    return summaries
  }

  // A metric that a seed lacks is NaN there, so that values stay aligned with seeds.
  private static func summaries(_ metrics: [[String: Double]]) -> [String: MetricSummary] {
    let names = Set(metrics.flatMap(\.keys))
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, MetricSummary(values: metrics.map { $0[name] ?? .nan }))
      })
  }

  package var json: JSONValue {
    var members: [String: JSONValue] = [
      "parameters": .integer(parameters),
      "epochs": .integer(epochs),
      "epochsBySeed": .array(epochsBySeed.map { .integer($0) }),
      "secondsPerEpoch": .real(secondsPerEpoch),
      "selectedEpochs": .array(selectedEpochs.map { .integer($0) }),
      "trainingLoss": trainingLoss.json,
      "valid": .object(valid.mapValues(\.json)),
      "test": .object(test.mapValues(\.json)),
      "validLast": .object(validLast.mapValues(\.json)),
      "testLast": .object(testLast.mapValues(\.json)),
    ]
    if let inferenceMilliseconds {
      members["inferenceMilliseconds"] = .real(inferenceMilliseconds)
      members["dirichletEnergy"] = .object(dirichletEnergy.mapValues(\.json))
    }
    if !meanAlpha.isEmpty {
      members["meanAlpha"] = .object(meanAlpha.mapValues { .array($0.map(\.json)) })
    }
    return .object(members)
  }
}
