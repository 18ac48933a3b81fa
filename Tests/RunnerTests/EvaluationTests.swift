import Distill
import Graph
import Layers
import Tensor
import Testing

@testable import Training

/// What is reported of predictions, from batches in which different numbers of nodes count.
@Suite struct EvaluationTests {
  /// Graphs without edges whose nodes have their logits as features.
  private func batches(
    _ graphs: [(logits: [[Double]], labels: [[Double]], known: [Bool])], batchSize: Int
  ) throws -> EvaluationBatches<Double> {
    EvaluationBatches(
      try graphs.map { logits, labels, known in
        let (n, c) = (logits.count, logits[0].count)
        return GraphSample(
          graph: try CSRGraph(nodeCount: n, sources: [], destinations: []),
          features: Matrix(n, c, logits.flatMap { $0 }),
          labels: Matrix(n, c, labels.flatMap { $0 }),
          known: known)
      }, batchSize: batchSize)
  }

  /// A network that hands on its input.
  private func identity(_ width: Int) -> Network<Double> {
    let layer = LinearLayer<Double>(
      name: "l", inputWidth: width, outputWidth: width, bias: false, seed: 1)
    var unit = Matrix<Double>(zeros: width, width)
    for c in 0..<width { unit[c, c] = 1 }
    layer.parameters[0].value = unit
    return Network(layers: [layer], activation: .none)
  }

  private func evaluation(
    _ loss: TaskLoss, _ batches: EvaluationBatches<Double>, width: Int
  ) throws -> Evaluation {
    try Evaluator<Double>(taskLoss: loss, logitThreshold: 0).evaluate(
      identity(width), on: [batches], named: ["the part"])[0]
  }

  @Test func oneLabelANode() throws {
    // Of the first batch one node of one counts and is right, of the second one of three.
    let graphs: [(logits: [[Double]], labels: [[Double]], known: [Bool])] = [
      ([[2, 0], [0, 9]], [[1, 0], [1, 0]], [true, false]),
      ([[1, 0], [3, 0], [0, 0.5]], [[0, 1], [1, 0], [1, 0]], [true, true, true]),
    ]
    let result = try evaluation(
      .crossEntropy(smoothing: 0), try batches(graphs, batchSize: 1), width: 2)
    #expect(result.score("accuracy") == 0.5 && result.score("microF1") == 0.5)
    #expect(abs(result.score("microF1PerBatch") - (1 + 1.0 / 3) / 2) < 1e-15)
    // log(1 + exp(-margin)) of the margins 2, -1, 3 and -0.5.
    let losses = [0.126928011042972, 1.313261687518223, 0.048587351573742, 0.974076984180107]
    #expect(abs(result.loss - losses.reduce(0, +) / 4) < 1e-12)
    let together = try evaluation(
      .crossEntropy(smoothing: 0), try batches(graphs, batchSize: 2), width: 2)
    #expect(abs(together.loss - result.loss) < 1e-15 && together.score("accuracy") == 0.5)
    #expect(together.score("microF1PerBatch") == 0.5)
  }

  @Test func severalLabelsANode() throws {
    let graphs: [(logits: [[Double]], labels: [[Double]], known: [Bool])] = [
      ([[1, -1], [5, 5]], [[1, 1], [0, 0]], [true, false]),
      ([[-2, 0], [3, -3], [1, 1]], [[0, 0], [1, 0], [1, 1]], [true, true, true]),
    ]
    let result = try evaluation(
      .binaryCrossEntropy, try batches(graphs, batchSize: 1), width: 2)
    // 4 given and found, 1 found that was not given (its logit is the threshold), 1 not found.
    #expect(abs(result.score("microF1") - 8.0 / 10) < 1e-15 && result.score("accuracy") == 6.0 / 8)
    #expect(abs(result.score("microF1PerBatch") - (2.0 / 3 + 6.0 / 7) / 2) < 1e-15)
    let losses = [
      0.313261687518223, 1.313261687518223, 0.126928011042972, 0.693147180559945,
      0.048587351573742, 0.048587351573742, 0.313261687518223, 0.313261687518223,
    ]
    #expect(abs(result.loss - losses.reduce(0, +) / 8) < 1e-12)
  }

  /// The sigmoid of the logit from which a label counts is the threshold.
  @Test func thresholdsOfProbabilities() {
    var metrics = MetricsConfig()
    #expect(metrics.logitThreshold == 0)
    for (probability, logit) in [(0.9, 2.197224577336219), (0.2, -1.386294361119891)] {
      metrics.threshold = probability
      #expect(abs(metrics.logitThreshold - logit) < 1e-15)
    }
    (metrics.threshold, metrics.thresholdOn) = (-0.3, .logit)
    #expect(metrics.logitThreshold == -0.3)
  }
}
