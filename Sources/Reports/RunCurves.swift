import Foundation
import Records
import Training

/// A figure of a model by epoch, with one seed.
package struct RunCurve {
  /// The run's name among those it is shown with.
  package let run: String
  /// Whether the run was on a stand-in for its data set.
  package let synthetic: Bool
  package let model: String
  package let seed: UInt64
  /// By epoch, from 0.
  package let values: [Int: Double]
}

extension RunDirectory {
  /// The seeds that the run has begun, rising.
  ///
  /// - Throws: ``InputError`` where the folder cannot be read.
  package func begunSeeds() throws -> [UInt64] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: url.path)
        .filter { $0.hasPrefix("seed-") }.compactMap { UInt64($0.dropFirst(5)) }.sorted()
    } catch {
      throw InputError(message: "\(name): cannot be read: \(systemReason(error))")
    }
  }

  /// A figure of models by epoch: for each seed, one curve a model.
  ///
  /// The lines of models whose training is complete are those that their results have digests of; of
  /// others, and of versions that kept no digests, they are what the file holds.
  ///
  /// - Throws: ``InputError``, ``ConfigError`` where a metrics file cannot be read or is damaged.
  package func curves(
    of metric: CurveMetric, run: String, models: [ModelConfig], seeds: [UInt64]
  ) throws -> [RunCurve] {
    let synthetic = try dataset()?.synthetic ?? false
    return try seeds.flatMap { seed in
      let directory = self.seed(seed)
      let lines = Dictionary(grouping: try directory.epochLines(), by: \.model)
      if FileManager.default.fileExists(atPath: originFile.path) {
        let done = models.filter {
          FileManager.default.fileExists(atPath: directory.result(of: $0.name).path)
        }
        for model in done {
          try directory.check([try directory.modelResult(of: model.name)], of: [], isWhole: false)
        }
      }
      return models.map { model in
        var values: [Int: Double] = [:]
        for line in lines[model.name] ?? [] {
          values[line.epoch] = metric.value(in: line, of: model)
        }
        return RunCurve(
          run: run, synthetic: synthetic, model: model.name, seed: seed, values: values)
      }
    }
  }
}
