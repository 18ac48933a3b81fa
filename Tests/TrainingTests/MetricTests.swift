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

  private func score(_ type: any Metric.Type, _ batches: [[Row]]) throws -> Double {
    func of<M: Metric>(_ type: M.Type) throws -> Double {
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
      return try metric.value
    }
    return try of(type)
  }

  /// `balanced_accuracy_score` and `accuracy_score` of scikit-learn 1.x.
  @Test func balancedAccuracyIsThatOfScikitLearn() throws {
    #expect(try abs(score(BalancedAccuracy.self, [rows]) - 0.8333333333333333) < 1e-15)
    #expect(try abs(score(Accuracy.self, [rows]) - 0.7777777777777778) < 1e-15)
    // A class that no node has is left out, and does not count as a recall of 0.
    let without = rows.filter { $0.label != 2 }
    #expect(try abs(score(BalancedAccuracy.self, [without]) - 0.7777777777777777) < 1e-15)
  }

  /// Recalls belong to the part: batches change nothing, though each has other classes.
  @Test func batchesArePutTogether() throws {
    let whole = try score(BalancedAccuracy.self, [rows])
    for size in [1, 3, 4] {
      let batches = stride(from: 0, to: rows.count, by: size).map {
        Array(rows[$0..<min($0 + size, rows.count)])
      }
      #expect(try score(BalancedAccuracy.self, batches) == whole)
      #expect(try score(MicroF1.self, batches) == score(Accuracy.self, [rows]))
    }
  }

  @Test func balancedAccuracyAgreesWithTheDefinition() throws {
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
      #expect(try abs(score(BalancedAccuracy.self, [rows]) - mean) < 1e-15)
    }
  }

  @Test func nothingCollectedIsZeroOrUndefined() throws {
    for type in Registries.metrics.types(for: .single) where !type.isCostly {
      #expect(try type.init().value == 0)
    }
    #expect(throws: UndefinedMetric.self) { try ROCAUC().value }
    #expect(throws: UndefinedMetric.self) { try AveragePrecision().value }
  }

  /// Predictions of several labels a node.
  private func labels(
    _ type: any Metric.Type, _ logits: [[Double]], _ labels: [[Double]], threshold: Double = 0
  ) throws -> Double {
    func of<M: Metric>(_ type: M.Type) throws -> Double {
      var metric = M()
      metric.add(
        Predictions<Double>(
          logits: Matrix(logits.count, logits[0].count, logits.flatMap { $0 }),
          labels: Matrix(labels.count, labels[0].count, labels.flatMap { $0 }),
          counts: Array(repeating: 1, count: logits.count), task: .several,
          logitThreshold: threshold))
      return try metric.value
    }
    return try of(type)
  }

  /// `roc_auc_score` (one against the rest), `average_precision_score` and `f1_score` of scikit-learn,
  /// with the mean over classes or labels.
  @Test func rankingsAndMacroF1AreThoseOfScikitLearn() throws {
    #expect(try abs(score(ROCAUC.self, [rows]) - 0.9087301587301587) < 1e-15)
    #expect(try abs(score(AveragePrecision.self, [rows]) - 0.8690476190476191) < 1e-15)
    #expect(try abs(score(MacroF1.self, [rows]) - 0.8166666666666667) < 1e-15)
    // A class that no node has counts where one is predicted to be of it.
    let without = rows.filter { $0.label != 2 }
    #expect(try abs(score(MacroF1.self, [without]) - 0.7555555555555555) < 1e-15)
    let batches = [Array(rows[..<4]), Array(rows[4..<5]), Array(rows[5...])]
    for type in [ROCAUC.self, AveragePrecision.self, MacroF1.self] as [any Metric.Type] {
      #expect(try score(type, batches) == score(type, [rows]))
    }

    let given: [[Double]] = [[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 0]]
    let logits = [[0.5, -1, 2], [-0.3, 0, 1], [1, 1, -1], [0.2, -1, 0.5], [0.1, 0, 0.6]]
    #expect(try abs(labels(ROCAUC.self, logits, given) - 0.75) < 1e-15)
    #expect(try abs(labels(AveragePrecision.self, logits, given) - 0.8444444444444444) < 1e-15)
    #expect(try abs(labels(MacroF1.self, logits, given) - 0.7047619047619048) < 1e-15)
  }

  /// Thousands of equal scores: seven of them among 5,000 nodes of two classes. Held to scikit-learn.
  @Test func tiesCountHalf() throws {
    var many: [Row] = []
    for i in 0..<5_000 {
      let score = Double(i % 7) / 2
      let isPositive = (i * i + 3 * (i % 11)) % 5 == 0
      many.append(([-score, score], isPositive ? 1 : 0, true))
    }
    #expect(try abs(score(ROCAUC.self, [many]) - 0.5001786160825921) < 1e-13)
    #expect(try abs(score(AveragePrecision.self, [many]) - 0.2002619903503992) < 1e-13)
  }

  /// The share of pairs in the right order, counted one by one.
  @Test func areaIsTheShareOfOrderedPairs() throws {
    let stream = RandomStream(seed: 5, purpose: "pairs")
    let scores = Matrix<Double>.normal(60, 1, stream: stream)
    let sample: [Row] = (0..<60).map { i in
      let score = (scores[i, 0] * 4).rounded() / 4
      return ([0, score], score + Double(i % 3) > 1 ? 1 : 0, i % 10 != 0)
    }
    let counted = sample.filter(\.counts)
    var (right, pairs) = (0.0, 0.0)
    for a in counted where a.label == 1 {
      for b in counted where b.label == 0 {
        pairs += 1
        right += a.logits[1] > b.logits[1] ? 1 : a.logits[1] == b.logits[1] ? 0.5 : 0
      }
    }
    #expect(try abs(score(ROCAUC.self, [sample]) - right / pairs) < 1e-14)
  }

  /// One class only: an error that names it, never a number. It ends a training that selects on it,
  /// and is missing from the results of one that does not.
  @Test func rankingNeedsBothSides() throws {
    for type in [ROCAUC.self, AveragePrecision.self] as [any Metric.Type] {
      let without = rows.filter { $0.label != 2 }
      let error = #expect(throws: UndefinedMetric.self) { try score(type, [without]) }
      #expect(error?.reason == "no node is of class 2")
      let one: [Row] = [([0, 1], 1, true), ([1, 0], 1, true), ([1, 0], 0, false)]
      #expect(throws: UndefinedMetric(reason: "every node is of class 1")) {
        try score(type, [one])
      }
    }

    let part = EvaluationBatches(
      [
        GraphSample<Double>(
          graph: try CSRGraph(nodeCount: 3, sources: [], destinations: []),
          features: Matrix(3, 2, [2, 1, 0, 1, 3, 4]), labels: Matrix(3, 2, [1, 0, 1, 0, 1, 0]),
          known: [true, true, true])
      ], batchSize: 1)
    let unit = LinearLayer<Double>(
      name: "l", inputWidth: 2, outputWidth: 2, bias: false, seed: 1)
    let network = Network<Double>(layers: [unit], activation: .none)
    func scores(selecting: String?, isFinal: Bool) throws -> [String: Double] {
      try Evaluator<Double>(
        taskLoss: .crossEntropy(smoothing: 0), logitThreshold: 0, selected: selecting
      )
      .evaluate(network, on: [part], named: ["the test part"], isFinal: isFinal)[0].scores
    }
    #expect(try scores(selecting: "accuracy", isFinal: true)["rocAUC"] == nil)
    #expect(try scores(selecting: "accuracy", isFinal: true)["macroF1"] != nil)
    let error = #expect(throws: RunError.self) { try scores(selecting: "rocAUC", isFinal: false) }
    #expect(
      error.map { "\($0)" }?.contains(
        "\"rocAUC\" is not defined on the test part: no node is of class 1") == true)
  }

  /// What sorts all scores is computed after an epoch only where it is selected on.
  @Test func costlyMetricsWaitForTheEnd() throws {
    let part = EvaluationBatches(
      [
        GraphSample<Double>(
          graph: try CSRGraph(nodeCount: 3, sources: [], destinations: []),
          features: Matrix(3, 2, [2, 1, 0, 1, 3, 4]), labels: Matrix(3, 2, [1, 0, 0, 1, 1, 0]),
          known: [true, true, true])
      ], batchSize: 1)
    let unit = LinearLayer<Double>(
      name: "l", inputWidth: 2, outputWidth: 2, bias: false, seed: 1)
    let network = Network<Double>(layers: [unit], activation: .none)
    for (selected, isFinal) in [("accuracy", false), ("rocAUC", false), ("accuracy", true)] {
      let found = try Evaluator<Double>(
        taskLoss: .crossEntropy(smoothing: 0), logitThreshold: 0, selected: selected
      ).evaluate(network, on: [part], named: ["it"], isFinal: isFinal)[0].scores
      #expect((found["rocAUC"] != nil) == (isFinal || selected == "rocAUC"))
      #expect((found["averagePrecision"] != nil) == isFinal)
      #expect(found["accuracy"] != nil)
    }
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
          + "\"microF1\" or \"accuracy\" or \"macroF1\" or \"rocAUC\" or \"averagePrecision\""
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
