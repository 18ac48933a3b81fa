import Distill
import Foundation
import Graph
import Layers
import Records
import Tensor

/// How a model predicts the labels of a part of the data set.
package struct Evaluation {
  /// The scores of all metrics that apply, by name.
  package var scores: [String: Double]
  /// The task loss, the mean over nodes whose labels are known.
  package var loss: Double

  package init(scores: [String: Double], loss: Double) {
    self.scores = scores
    self.loss = loss
  }

  /// What results call the loss: no metric has this name.
  package static let lossName = "loss"

  /// The figures by the names that results use.
  package var metrics: [String: Double] {
    scores.merging([Self.lossName: loss]) { $1 }
  }

  /// The figure of a metric.
  package func score(_ metric: String) -> Double {
    guard let score = scores[metric] else {
      preconditionFailure("the metric \(metric) passed validation and was not computed")
    }
    return score
  }

  /// The same as more is better: what checkpoints go by.
  package func rank(
    by metric: String, of metrics: Registry<any Metric> = Registries.metrics
  ) -> Double {
    let higherIsBetter = metrics.metric(named: metric)?.higherIsBetter ?? true
    return higherIsBetter ? score(metric) : -score(metric)
  }
}

/// Scores a network on graphs, in batches in their own order.
package struct Evaluator<S: Scalar> {
  package let taskLoss: TaskLoss
  /// A label counts as predicted where its logit is at least this.
  package let logitThreshold: Double
  /// The metric that a training selects on: it has to be defined.
  package var selected: String?
  /// What is scored, as far as it applies to the task.
  package var metrics = Registries.metrics

  /// Scores several parts of a data set. Where all are the same graph, of which each counts other
  /// nodes, one pass over the graph serves all.
  ///
  /// Nothing but the logits is kept of a pass, unless features are looked at too.
  ///
  /// - Parameters:
  ///   - names: What the parts are called in errors.
  ///   - isFinal: Whether training is done: metrics that take long are then computed too, and hidden
  ///     features have to be finite, of which figures may be made.
  /// - Throws: ``NotFinite`` for logits that are not: the class of such a row would be the first, and
  ///   its score an ordinary one. Likewise for a loss that is not. `ObjectiveError` where logits and
  ///   labels do not fit. ``RunError`` where the metric that is selected on is not defined.
  package func evaluate(
    _ network: Network<S>, on parts: [EvaluationBatches<S>], named names: [String],
    isFinal: Bool = false
  ) throws -> [Evaluation] {
    func forward(_ x: NodeFeatures<S>, on graph: CSRGraph) -> NetworkPass<S> {
      network.forward(x, on: graph, .prediction, keeping: isFinal ? nil : [.logits])
    }
    var shared: NetworkPass<S>?
    if let first = parts.first?.samples.first,
      parts.allSatisfy({ $0.samples.count == 1 && $0.samples[0].graph === first.graph })
    {
      shared = forward(first.features, on: first.graph)
    }
    return try zip(parts, names).map { part, name in
      try evaluate(part.batches, named: name, isFinal) {
        shared ?? forward($0.features, on: $0.graph)
      }
    }
  }

  private func evaluate(
    _ batches: [GraphBatch<S>], named name: String, _ isFinal: Bool,
    forward: (GraphBatch<S>) -> NetworkPass<S>
  ) throws -> Evaluation {
    let task = TaskObjective<S>(taskLoss)
    let kind = taskLoss.labelKind
    var scores: [any Metric] = metrics.types(for: kind).filter {
      isFinal || !$0.isCostly || $0.name == selected
    }.map { $0.init() }
    var (known, lossSum) = (0, 0.0)
    for batch in batches {
      let pass = forward(batch)
      try NotFinite.check(pass.logits, "a prediction for \(name)")
      if isFinal {
        for (tap, features) in pass.taps.sorted(by: { "\($0.key)" < "\($1.key)" }) {
          try NotFinite.check(features.matrix, "a feature at \(tap), of \(name),")
        }
      }
      let predictions = Predictions(
        logits: pass.logits, labels: batch.labels, counts: batch.counts, task: kind,
        logitThreshold: logitThreshold)
      let counted = predictions.countedRows
      guard counted > 0 else { continue }
      known += counted
      let input = ObjectiveInput(batch: batch, taps: pass.taps, context: .evaluation)
      lossSum += try task.loss(input) * Double(counted)
      for index in scores.indices { scores[index].add(predictions) }
    }
    var evaluation = Evaluation(scores: [:], loss: known == 0 ? 0 : lossSum / Double(known))
    try NotFinite.check(evaluation.loss, "the task loss on \(name)")
    for metric in scores {
      let called = type(of: metric).name
      let score: Double
      do {
        score = try metric.value
      } catch let error as UndefinedMetric {
        guard called == selected else { continue }
        throw RunError(
          message: "the metric \"\(called)\" is not defined on \(name): \(error.reason); select on "
            + "another, or split the nodes in another way")
      }
      guard score.isFinite else {
        throw RunError(
          message: "the metric \"\(called)\" gives \(score) on \(name), expected a finite number; "
            + "where it is not defined, it has to give one of its own (0, say)")
      }
      evaluation.scores[called] = score
    }
    return evaluation
  }
}

extension MetricsConfig {
  /// The threshold in terms of logits: log(p / (1 - p)) for a probability p.
  package var logitThreshold: Double {
    switch thresholdOn {
    case .logit: threshold
    case .probability: log(threshold / (1 - threshold))
    }
  }
}
