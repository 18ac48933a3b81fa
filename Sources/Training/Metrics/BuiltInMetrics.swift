import Layers
import Tensor

/// The mean over batches of each batch's micro-averaged F1, as the LSP authors report it.
package struct MicroF1PerBatch: Metric {
  package static let name = "microF1PerBatch"
  package static let note = "The mean over batches of each batch's micro-averaged F1."
  package static let heading = "micro-F1 per batch"

  private var scores: [Double] = []

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) {
    var score = MicroF1()
    score.add(batch)
    scores.append(score.value)
  }

  package var value: Double {
    scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }
}

/// Micro-averaged F1 = 2 TP / (2 TP + FP + FN) over all labels of all nodes. With one label a node
/// every wrong node is one false positive and one false negative, so that it is the accuracy.
package struct MicroF1: Metric {
  package static let name = "microF1"
  package static let note =
    "Micro-averaged F1 over all nodes: the accuracy where a node has one label."
  package static let heading = "micro-F1"

  private var hits = Hits()

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) { hits.add(batch) }

  package var value: Double { hits.task == .several ? hits.labels.microF1 : hits.shareOfRows }
}

/// The share of nodes (one label a node) or of labels (several) that are right.
package struct Accuracy: Metric {
  package static let name = "accuracy"
  package static let note =
    "The share of nodes (one label a node) or of labels (several) that are right."

  private var hits = Hits()

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) { hits.add(batch) }

  package var value: Double { hits.task == .several ? hits.labels.accuracy : hits.shareOfRows }
}

/// What is right, counted over rows where they have one label, and over labels where they have several.
private struct Hits {
  var task = LabelKind.single
  var rows = (right: 0, all: 0)
  var labels = Confusion()

  mutating func add<S: Scalar>(_ batch: Predictions<S>) {
    task = batch.task
    switch task {
    case .single: rows = (rows.right + batch.rightRows, rows.all + batch.countedRows)
    case .several: labels = labels + batch.confusion
    }
  }

  var shareOfRows: Double { rows.all == 0 ? 0 : Double(rows.right) / Double(rows.all) }
}

/// The mean over classes of each class's recall, right_k / given_k: every class counts alike, however
/// many nodes it has. Classes without a counted node are left out, as in scikit-learn; 0 without any.
///
/// Point-cloud papers call it mean-class accuracy.
package struct BalancedAccuracy: Metric {
  package static let name = "balancedAccuracy"
  package static let note =
    "The mean over classes of each class's recall (mean-class accuracy); one label a node."
  package static let heading = "balanced accuracy"
  package static let tasks: Set<LabelKind> = [.single]

  /// Counted rows by class, and those of them that are right.
  private var given: [Int] = []
  private var right: [Int] = []

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) {
    let classes = batch.logits.columns
    if given.count < classes {
      given += Array(repeating: 0, count: classes - given.count)
      right += Array(repeating: 0, count: classes - right.count)
    }
    for row in 0..<batch.logits.rows where batch.counts[row] != 0 {
      let label = largest(batch.labels, row)
      given[label] += 1
      if largest(batch.logits, row) == label { right[label] += 1 }
    }
  }

  package var value: Double {
    let recalls = zip(right, given).filter { $0.1 > 0 }.map { Double($0.0) / Double($0.1) }
    return recalls.isEmpty ? 0 : recalls.reduce(0, +) / Double(recalls.count)
  }
}

/// Macro-averaged F1: the mean over classes, or labels, of 2 TP / (2 TP + FP + FN). As in scikit-learn,
/// a class that is neither given nor predicted is left out, and a label of the sort counts as 0.
package struct MacroF1: Metric {
  package static let name = "macroF1"
  package static let note = "The mean over classes, or labels, of each one's F1."
  package static let heading = "macro-F1"

  private struct Counts {
    var given = 0
    var predicted = 0
    var both = 0
  }

  private var task = LabelKind.single
  private var counts: [Counts] = []

  package init() {}

  package mutating func add<S: Scalar>(_ batch: Predictions<S>) {
    let columns = batch.logits.columns
    task = batch.task
    if counts.isEmpty { counts = Array(repeating: Counts(), count: columns) }
    for row in 0..<batch.logits.rows where batch.counts[row] != 0 {
      switch task {
      case .single:
        let (label, guess) = (largest(batch.labels, row), largest(batch.logits, row))
        counts[label].given += 1
        counts[guess].predicted += 1
        if label == guess { counts[label].both += 1 }
      case .several:
        for column in 0..<columns {
          let isGiven = batch.labels[row, column] > 0.5
          let isPredicted = batch.logits[row, column] >= S(batch.logitThreshold)
          counts[column].given += isGiven ? 1 : 0
          counts[column].predicted += isPredicted ? 1 : 0
          counts[column].both += isGiven && isPredicted ? 1 : 0
        }
      }
    }
  }

  package var value: Double {
    let scored = counts.filter { task == .several || $0.given + $0.predicted > 0 }
    let sum = scored.reduce(0.0) {
      $0 + ($1.both == 0 ? 0 : 2 * Double($1.both) / Double($1.given + $1.predicted))
    }
    return scored.isEmpty ? 0 : sum / Double(scored.count)
  }
}

/// The column of a row's largest value, the first of equal ones.
private func largest<S: Scalar>(_ matrix: Matrix<S>, _ row: Int) -> Int {
  var best = 0
  for column in 1..<max(1, matrix.columns) where matrix[row, column] > matrix[row, best] {
    best = column
  }
  return best
}
