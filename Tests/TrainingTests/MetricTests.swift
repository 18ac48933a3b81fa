import Distill
import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

/// From outside: the share of nodes that are wrong.
private struct ErrorRate: Metric {
  static let name = "errorRate"
  static let note = "The share of wrong nodes."
  static let tasks: Set<LabelKind> = [.single]
  static let higherIsBetter = false
  private var rows = (wrong: 0, all: 0)

  init() {}
  mutating func add<S: Scalar>(_ batch: Predictions<S>) {
    rows = (rows.wrong + batch.countedRows - batch.rightRows, rows.all + batch.countedRows)
  }
  var value: Double { Double(rows.wrong) / Double(rows.all) }
}

/// Another one that calls itself as the loss does.
private struct SecondLoss: Metric {
  static let name = "loss"
  static let note = "None."
  init() {}
  mutating func add<S: Scalar>(_ batch: Predictions<S>) {}
  var value: Double { 0 }
}

@Suite("Metrics")
struct MetricTests {
  private typealias Row = (logits: [Double], label: Int, counts: Bool)

  /// Ties, a row that does not count, classes of one to three rows.
  private let rows: [Row] = [
    ([2, 1, 0, -1], 0, true), ([0, 3, 1, 2], 1, true), ([1, 1, 0, 0], 1, true),
    ([0, 0, 5, 4], 2, true), ([-1, -2, -3, -0.5], 3, true), ([0, 2, 2, 1], 1, true),
    ([4, 0, 0, 1], 3, true), ([0, 1, 0, 3], 3, true), ([1, 0, 2, 2], 2, false),
    ([3, 2, 1, 0], 0, true),
  ]

  private func score(_ type: any Metric.Type, _ batches: [[Row]]) -> Double {
    func of<M: Metric>(_ type: M.Type) -> Double {
      var metric = M()
      for batch in batches {
        let classes = batch[0].logits.count
        metric.add(
          Predictions<Double>(
            logits: Matrix(batch.count, classes, batch.flatMap(\.logits)),
            labels: Matrix(
              batch.count, classes,
              batch.flatMap { row in (0..<classes).map { $0 == row.label ? 1 : 0 } }),
            counts: batch.map { $0.counts ? 1 : 0 }, task: .single))
      }
      return metric.value
    }
    return of(type)
  }

  /// `balanced_accuracy_score` and `accuracy_score` of scikit-learn 1.x.
  @Test func balancedAccuracyIsThatOfScikitLearn() {
    #expect(abs(score(BalancedAccuracy.self, [rows]) - 0.8333333333333333) < 1e-15)
    #expect(abs(score(Accuracy.self, [rows]) - 0.7777777777777778) < 1e-15)
    // A class that no node has is left out, and does not count as a recall of 0.
    let without = rows.filter { $0.label != 2 }
    #expect(abs(score(BalancedAccuracy.self, [without]) - 0.7777777777777777) < 1e-15)
  }

  /// Recalls belong to the part: batches change nothing, though each has other classes.
  @Test func batchesArePutTogether() {
    let whole = score(BalancedAccuracy.self, [rows])
    for size in [1, 3, 4] {
      let batches = stride(from: 0, to: rows.count, by: size).map {
        Array(rows[$0..<min($0 + size, rows.count)])
      }
      #expect(score(BalancedAccuracy.self, batches) == whole)
      #expect(score(MicroF1.self, batches) == score(Accuracy.self, [rows]))
    }
  }

  @Test func balancedAccuracyAgreesWithTheDefinition() {
    var random = RandomStream(seed: 4, purpose: "metric tests", step: 0).generator()
    for classes in [1, 2, 5] {
      let rows: [Row] = (0..<60).map { _ in
        // Few different logits, so that many are equal.
        (
          (0..<classes).map { _ in Double(random.below(3)) },
          random.below(classes), random.below(4) > 0
        )
      }
      var recalls: [Double] = []
      for k in 0..<classes {
        let ofClass = rows.filter { $0.counts && $0.label == k }
        guard !ofClass.isEmpty else { continue }
        let found = ofClass.filter { $0.logits.firstIndex(of: $0.logits.max()!) == k }
        recalls.append(Double(found.count) / Double(ofClass.count))
      }
      let mean = recalls.reduce(0, +) / Double(recalls.count)
      #expect(abs(score(BalancedAccuracy.self, [rows]) - mean) < 1e-15)
    }
  }

  @Test func nothingCollectedIsZero() {
    for type in Registries.metrics.types(for: .single) { #expect(type.init().value == 0) }
  }

  /// One of another package stands in evaluations like those that are built in; one that is not
  /// defined for the task does not.
  @Test func outsideMetricsAreEvaluated() throws {
    let metrics = Registry<any Metric>("metrics") {
      $0.register(Accuracy.self)
      $0.register(ErrorRate.self)
    }
    let part = EvaluationBatches(
      [
        GraphSample<Double>(
          graph: try CSRGraph(nodeCount: 4, sources: [], destinations: []),
          features: Matrix(4, 2, [2, 1, 0, 1, 3, 4, 0, 7]),
          labels: Matrix(4, 2, [1, 0, 1, 0, 0, 1, 0, 1]), known: [true, true, true, false])
      ], batchSize: 1)
    let unit = LinearLayer<Double>(
      name: "l", inputWidth: 2, outputWidth: 2, bias: false, seed: 1)
    unit.parameters[0].value = Matrix(2, 2, [1, 0, 0, 1])
    let network = Network<Double>(layers: [unit], activation: .none)
    func scores(_ loss: TaskLoss) throws -> [String: Double] {
      try Evaluator<Double>(taskLoss: loss, logitThreshold: 0, metrics: metrics)
        .evaluate(network, on: [part], named: ["the part"])[0].scores
    }
    #expect(
      try scores(.crossEntropy(smoothing: 0)) == ["accuracy": 2.0 / 3, "errorRate": 1.0 / 3])
    #expect(try scores(.binaryCrossEntropy).keys.sorted() == ["accuracy"])
  }

  @Test func aMetricThatIsNoNumberIsNamed() throws {
    let metrics = Registry<any Metric>("metrics") { $0.register(ErrorRate.self) }
    let part = EvaluationBatches(
      [
        GraphSample<Double>(
          graph: try CSRGraph(nodeCount: 1, sources: [], destinations: []),
          features: Matrix(1, 2, [2, 1]), labels: Matrix(1, 2, [1, 0]), known: [false])
      ], batchSize: 1)
    let network = Network<Double>(
      layers: [LinearLayer(name: "l", inputWidth: 2, outputWidth: 2, bias: false, seed: 1)],
      activation: .none)
    let evaluator = Evaluator<Double>(
      taskLoss: .crossEntropy(smoothing: 0), logitThreshold: 0, metrics: metrics)
    let error = #expect(throws: RunError.self) {
      try evaluator.evaluate(network, on: [part], named: ["the test part"])
    }
    #expect(error?.message.contains("\"errorRate\" gives") == true)
    #expect(error?.message.contains("on the test part") == true)
  }

  @Test func aMetricThatIsNotDefinedForTheTaskIsRefused() throws {
    #expect(
      decode(try sample(["models.mlp.training.selectOn": "balancedAccuracy"])).problems == [
        "models.mlp.training.selectOn: found \"balancedAccuracy\", which is not defined for several "
          + "labels a node, as the model's task objective has it; expected \"microF1PerBatch\" or "
          + "\"microF1\" or \"accuracy\""
      ])
    let (config, problems) = decode(
      try sample(["models.student.training.selectOn": "balancedAccuracy"]))
    #expect(problems == [] && config.models[1].training.selectOn == "balancedAccuracy")
    #expect(
      decode(try sample(["models.student.training.selectOn": "balanced"])).problems.first?
        .contains("\"balancedAccuracy\"") == true)
  }

  @Test func theNameOfTheLossIsTaken() {
    let registry = Registry<any Metric>("metrics") { $0.register(SecondLoss.self) }
    let error = #expect(throws: RegistryError.self) { try Registries.check([registry]) }
    #expect(error?.description.contains("\"loss\" is that of the task loss") == true)
  }

  @Test func lowerScoresRankHigherWhereLessIsBetter() {
    #expect(Evaluation(scores: ["accuracy": 0.25], loss: 1).rank(by: "accuracy") == 0.25)
    let metrics = Registry<any Metric>("metrics") { $0.register(ErrorRate.self) }
    #expect(metrics.metric(named: "errorRate")?.higherIsBetter == false)
    #expect(
      Evaluation(scores: ["errorRate": 0.25], loss: 1).rank(by: "errorRate", of: metrics) == -0.25)
  }
}
