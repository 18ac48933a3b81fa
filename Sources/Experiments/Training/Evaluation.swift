import Distill
import Foundation
import Graph
import Layers
import Tensor

/// How a model predicts the labels of a part of the data set.
struct Evaluation {
  /// Micro-averaged F1 over all nodes.
  var microF1 = 0.0
  /// The mean over batches of each batch's micro-averaged F1, as the LSP authors report it.
  var microF1PerBatch = 0.0
  /// The share of labels (several a node) or nodes (one label a node) that are right.
  var accuracy = 0.0
  /// The task loss, the mean over nodes whose labels are known.
  var loss = 0.0

  /// The figures by the names that results use.
  var metrics: [String: Double] {
    ["microF1": microF1, "microF1PerBatch": microF1PerBatch, "accuracy": accuracy, "loss": loss]
  }

  /// The figure that checkpoints go by.
  func score(_ metric: TrainingConfig.Metric) -> Double {
    switch metric {
    case .microF1PerBatch: microF1PerBatch
    case .microF1: microF1
    case .accuracy: accuracy
    }
  }
}

/// Scores a network on graphs, in batches in their own order.
struct Evaluator<S: Scalar> {
  let taskLoss: TaskLoss
  /// A label counts as predicted where its logit is at least this.
  let logitThreshold: Double

  /// Scores several parts of a data set. Where all are the same graph, of which each counts other
  /// nodes, one pass over the graph serves all.
  ///
  /// Nothing but the logits is kept of a pass, unless features are looked at too.
  ///
  /// - Parameters:
  ///   - names: What the parts are called in errors.
  ///   - looksAtFeatures: Whether hidden features have to be finite too, of which metrics may be made.
  /// - Throws: ``NotFinite`` for logits that are not: the class of such a row would be the first, and
  ///   its score an ordinary one. Likewise for a loss that is not. `ObjectiveError` where logits and
  ///   labels do not fit.
  func evaluate(
    _ network: Network<S>, on parts: [EvaluationBatches<S>], named names: [String],
    looksAtFeatures: Bool = false
  ) throws -> [Evaluation] {
    func forward(_ x: NodeFeatures<S>, on graph: CSRGraph) -> NetworkPass<S> {
      network.forward(x, on: graph, .prediction, keeping: looksAtFeatures ? nil : [.logits])
    }
    var shared: NetworkPass<S>?
    if let first = parts.first?.samples.first,
      parts.allSatisfy({ $0.samples.count == 1 && $0.samples[0].graph === first.graph })
    {
      shared = forward(first.features, on: first.graph)
    }
    return try zip(parts, names).map { part, name in
      try evaluate(part.batches, named: name, looksAtFeatures) {
        shared ?? forward($0.features, on: $0.graph)
      }
    }
  }

  private func evaluate(
    _ batches: [GraphBatch<S>], named name: String, _ looksAtFeatures: Bool,
    forward: (GraphBatch<S>) -> NetworkPass<S>
  ) throws -> Evaluation {
    let task = TaskObjective<S>(taskLoss)
    var confusion = Confusion()
    var batchScores: [Double] = []
    var (right, known, lossSum) = (0, 0, 0.0)
    for batch in batches {
      let pass = forward(batch)
      try NotFinite.check(pass.logits, "a prediction for \(name)")
      if looksAtFeatures {
        for (tap, features) in pass.taps.sorted(by: { "\($0.key)" < "\($1.key)" }) {
          try NotFinite.check(features.matrix, "a feature at \(tap), of \(name),")
        }
      }
      let counted = batch.counts.reduce(0) { $0 + Int($1) }
      guard counted > 0 else { continue }
      known += counted
      let input = ObjectiveInput(batch: batch, taps: pass.taps, context: .evaluation)
      lossSum += try task.loss(input) * Double(counted)
      switch taskLoss {
      case .binaryCrossEntropy:
        let part = Confusion(
          logits: pass.logits, labels: batch.labels, counts: batch.counts, threshold: logitThreshold
        )
        confusion = confusion + part
        batchScores.append(part.microF1)
      case .crossEntropy:
        // With one label a node, micro-averaged F1 is the accuracy.
        let part = rightNodes(logits: pass.logits, labels: batch.labels, counts: batch.counts)
        right += part
        batchScores.append(Double(part) / Double(counted))
      }
    }
    guard known > 0 else { return Evaluation() }
    var evaluation = Evaluation()
    evaluation.microF1PerBatch = batchScores.reduce(0, +) / Double(batchScores.count)
    evaluation.loss = lossSum / Double(known)
    try NotFinite.check(evaluation.loss, "the task loss on \(name)")
    switch taskLoss {
    case .binaryCrossEntropy:
      evaluation.microF1 = confusion.microF1
      evaluation.accuracy = confusion.accuracy
    case .crossEntropy:
      evaluation.accuracy = Double(right) / Double(known)
      evaluation.microF1 = evaluation.accuracy
    }
    return evaluation
  }
}

extension MetricsConfig {
  /// The threshold in terms of logits: log(p / (1 - p)) for a probability p.
  var logitThreshold: Double {
    switch thresholdOn {
    case .logit: threshold
    case .probability: log(threshold / (1 - threshold))
    }
  }
}
