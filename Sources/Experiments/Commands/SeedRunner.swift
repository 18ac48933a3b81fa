import Foundation
import Logging

/// Trains all models of an experiment with one seed. Made once a run, when the data are loaded.
protocol SeedRunner {
  /// The data that it trains on.
  var dataset: DatasetSummary { get }

  /// Names and versions of the libraries that compute, for the run's provenance.
  var libraries: [String: String] { get }

  /// Trains and evaluates every model, in the config's order.
  ///
  /// Weights, metrics and checkpoints go into the directory; a checkpoint that is there already is
  /// of the same config, data and seed, and the run goes on from it to the same result, bit for
  /// bit, as one that was never stopped.
  ///
  /// - Throws: ``Interrupted`` once the state is saved after a stop was asked for; other
  ///   ``ReportableError`` where training fails.
  func run(seed: UInt64, in directory: SeedDirectory) throws -> SeedResult
}

/// What a ``SeedRunner`` is made from.
struct RunContext {
  var config: ExperimentConfig
  /// Threads to compute with.
  var threads: Int
  /// The folder that --data names.
  var dataDirectory: URL?
  /// Environment variables, which may say where data are.
  var variables: [String: String]
  /// Whether nothing may be downloaded.
  var offline: Bool
  /// Where trained models are kept for other runs, if anywhere.
  var models: ModelStore?
  var progress: ProgressReporter
  var log: Logger
  /// To be looked at once a batch.
  var interruption: Interruption
}
