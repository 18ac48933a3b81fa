import Graph
import Records
import Tensor

/// What the training of all models with one seed gave: the content of a seed's `result.json`.
package struct SeedResult: Record {
  package var seed: UInt64 = 0
  /// Threads that it was run with; they change times only.
  package var threads = 1
  /// In the config's order.
  package var models: [ModelResult] = []

  package init(seed: UInt64 = 0, threads: Int = 1, models: [ModelResult] = []) {
    self.seed = seed
    self.threads = threads
    self.models = models
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("seed", &seed, .seed, required: true, "The seed of all random numbers.")
    visitor.field("threads", &threads, .integer(1...Int.max), required: true, "Threads.")
    visitor.records("models", &models, "In the config's order.")
  }
}

/// What the training of one model gave.
package struct ModelResult: Record {
  package var name = ""
  /// Number of trained values.
  package var parameters = 0
  /// Epochs trained.
  package var epochs = 0
  /// Mean wall time of a training epoch, evaluation left out.
  package var secondsPerEpoch = 0.0
  /// The epoch, from 0, whose weights were kept.
  package var selectedEpoch = 0
  /// The mean training loss of the last epoch.
  package var trainingLoss = 0.0
  /// The task loss (`loss`) and every metric that applies, by name, of the kept weights.
  package var valid: [String: Double] = [:]
  package var test: [String: Double] = [:]
  /// The same of the last epoch's weights.
  package var validLast: [String: Double] = [:]
  package var testLast: [String: Double] = [:]
  /// Time of a prediction for all nodes of the data's one graph: the median of several evaluations of
  /// the kept weights, of students that have tables by these. nil for data of several graphs.
  package var inferenceMilliseconds: Double?
  /// The Dirichlet energy of the features at each tap divided by their squared norm, on the original
  /// graph without self loops, of the kept weights. Empty for data of several graphs.
  package var dirichletEnergy: [String: Double] = [:]
  /// The mean score over all nodes of each step, the hidden ones first, by branch (`low`, `high`), of
  /// the kept weights. Empty for models without scores.
  package var meanAlpha: [String: [Double]] = [:]
  /// Losses and scores by epoch.
  package var curve = LearningCurve()
  /// What trained it.
  package var origin = ModelOrigin()
  /// The SHA-256 of each of the model's files, by ``ModelFile``, and of its lines of metrics. Empty
  /// in results of versions that kept none.
  package var files: [String: String] = [:]

  package init(
    name: String = "", parameters: Int = 0, epochs: Int = 0, secondsPerEpoch: Double = 0.0,
    selectedEpoch: Int = 0, trainingLoss: Double = 0.0, valid: [String: Double] = [:],
    test: [String: Double] = [:], validLast: [String: Double] = [:],
    testLast: [String: Double] = [:], inferenceMilliseconds: Double? = nil,
    dirichletEnergy: [String: Double] = [:], meanAlpha: [String: [Double]] = [:],
    curve: LearningCurve = LearningCurve(), origin: ModelOrigin = ModelOrigin(),
    files: [String: String] = [:]
  ) {
    self.name = name
    self.parameters = parameters
    self.epochs = epochs
    self.secondsPerEpoch = secondsPerEpoch
    self.selectedEpoch = selectedEpoch
    self.trainingLoss = trainingLoss
    self.valid = valid
    self.test = test
    self.validLast = validLast
    self.testLast = testLast
    self.inferenceMilliseconds = inferenceMilliseconds
    self.dirichletEnergy = dirichletEnergy
    self.meanAlpha = meanAlpha
    self.curve = curve
    self.origin = origin
    self.files = files
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let count = FieldRule<Int>.integer(0...Int.max)
    visitor.field("name", &name, .name, required: true, "The model's name in the config.")
    visitor.field("parameters", &parameters, count, required: true, "Number of trained values.")
    visitor.field("epochs", &epochs, count, required: true, "Epochs trained.")
    visitor.field(
      "secondsPerEpoch", &secondsPerEpoch, .measurement, required: true,
      "Mean wall time of a training epoch.")
    visitor.field("selectedEpoch", &selectedEpoch, count, required: true, "The epoch kept.")
    visitor.field(
      "trainingLoss", &trainingLoss, .measurement, required: true, "Of the last epoch.")
    let metrics = FieldRule.dictionary(of: .measurement)
    visitor.field("valid", &valid, metrics, required: true, "Metrics on the validation graphs.")
    visitor.field("test", &test, metrics, required: true, "Metrics on the test graphs.")
    visitor.field(
      "validLast", &validLast, metrics, required: true, "The same of the last epoch's weights.")
    visitor.field(
      "testLast", &testLast, metrics, required: true, "The same of the last epoch's weights.")
    visitor.field(
      "inferenceMilliseconds", &inferenceMilliseconds, .orNull(.number(.nonNegative)),
      "Median time of a prediction for all nodes.")
    visitor.field("dirichletEnergy", &dirichletEnergy, metrics, "Of the features at each tap.")
    visitor.field(
      "meanAlpha", &meanAlpha, .dictionary(of: .list(of: .measurement, count: 0...256)),
      "Mean score of each step, by branch.")
    visitor.record("curve", &curve, "Losses and scores by epoch.")
    visitor.record("origin", &origin, "What trained it.")
    visitor.field(
      "files", &files, .dictionary(of: .text), "The SHA-256 of the model's files and metrics.")
  }
}

/// A figure over seeds.
package struct MetricSummary: Equatable {
  /// One value a seed.
  package let values: [Double]

  package init(values: [Double]) {
    self.values = values
  }

  /// The arithmetic mean; NaN where there are no values.
  package var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The sample standard deviation, sqrt(sum (x - mean)^2 / (n - 1)); 0 for a single value.
  package var std: Double {
    guard values.count > 1 else { return 0 }
    let mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// `{"values": [...], "mean": ..., "std": ...}`; what is not a finite number is null.
  package var json: JSONValue {
    ["values": .array(values.map(JSONValue.real)), "mean": .real(mean), "std": .real(std)]
  }
}
