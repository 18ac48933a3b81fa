import Datasets
import Foundation
import Logging

/// Trains all models of an experiment with one seed. Made once a run, when the data are loaded.
package protocol SeedRunner {
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

  /// Predictions of a model that was trained in the directory, as arrays for a file.
  ///
  /// Of one graph, a row a node in the order of the data: `logits`, `probabilities`, `labels` (the
  /// class, -1 where it is not known; of several labels 0 and 1 for each, and `known`), `train`, `valid`
  /// and `test` (whether a node is in that part), and `tap.NAME` for each tap that is wanted. Of several
  /// graphs the same for each part, as `test.logits`, its graphs one after the other, with
  /// `test.graph`, the number within the part of the graph that a row is of.
  ///
  /// - Throws: ``InputError`` where the model is not trained, ``ConfigError`` where a file is damaged,
  ///   ``NotFinite``.
  func predictions(_ request: PredictionRequest, in directory: SeedDirectory) throws -> NPZFile
}

/// What a `SeedRunner` is made from.
public struct RunContext {
  package var config: ExperimentConfig
  /// The settings of the data.
  public var data: DataConfig { config.data }
  /// Threads to compute with.
  package var threads: Int
  /// The folder that --data names.
  public var dataDirectory: URL?
  /// Environment variables, which may say where data are.
  public var variables: [String: String]
  /// Whether nothing may be downloaded.
  public var offline: Bool
  /// Where trained models are kept for other runs, if anywhere.
  package var models: ModelStore?
  package var progress: any TrainingObserver
  package var log: Logger
  /// To be looked at once a batch.
  package var interruption: Interruption

  package init(
    config: ExperimentConfig, threads: Int, dataDirectory: URL? = nil, variables: [String: String],
    offline: Bool, models: ModelStore? = nil, progress: any TrainingObserver, log: Logger,
    interruption: Interruption
  ) {
    self.config = config
    self.threads = threads
    self.dataDirectory = dataDirectory
    self.variables = variables
    self.offline = offline
    self.models = models
    self.progress = progress
    self.log = log
    self.interruption = interruption
  }
}

/// Is told how a training goes on: a terminal's progress line, a log, nothing at all.
package protocol TrainingObserver: AnyObject {
  /// Something that takes a while and has no epochs has begun.
  func activity(_ text: String)

  /// An epoch of a model is done; the score by which its training is judged comes with the metric's
  /// name.
  func epoch(
    model: String, epoch: Int, of count: Int, losses: [(String, Double)],
    validation: (metric: String, score: Double)?,
    secondsPerEpoch: Double, modelsInTurn: Int)
}
