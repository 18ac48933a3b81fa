import Datasets
import Graph
import Logging
import Tensor

// What data must have before anything is trained on them, and what is said of them because it is
// likelier a slip than meant.

extension ExperimentData {
  /// Stops at a part of which nothing could be learnt or said, and at features that are not finite.
  ///
  /// - Throws: ``DataError`` (malformed).
  package func check(seed: UInt64) throws {
    let parts = try parts(seed: seed)
    for (name, samples) in [
      ("training", parts.train), ("validation", parts.valid), ("test", parts.test),
    ] {
      guard samples.contains(where: { $0.known.contains(true) }) else {
        throw DataError(
          .malformed, at: parts.source,
          "no node of the \(name) part of \(parts.name) has a known label; at least one is needed "
            + "in each part")
      }
    }
    guard parts.samples.allSatisfy(\.features.isFinite) else {
      throw DataError(
        .malformed, at: parts.source,
        "features of \(parts.name) are not finite in \(S.self) precision")
    }
  }
}

extension NodeFeatures {
  /// Whether no number is infinite or not a number.
  fileprivate var isFinite: Bool {
    switch self {
    case .dense(let x): x.isFinite
    case .sparse(let x): x.value.allSatisfy(\.isFinite)
    }
  }
}

extension NodeDataset {
  /// Stops at labels that count from 1: a class would be learnt that no node has.
  ///
  /// - Throws: ``DataError`` (malformed).
  package func requireClassesFromZero() throws {
    guard !classes.contains(0) else { return }
    let least = classes.lazy.filter { $0 >= 0 }.min() ?? 0
    throw DataError(
      .malformed, at: source,
      "the labels of \(name) are \(least) to \(classCount - 1), but classes count from 0, and no node is "
        + "of class 0; subtract \(least) from all labels that are known")
  }

  /// Stops at a class that nodes are validated or tested on and that none is trained on in any of the
  /// splits.
  ///
  /// - Throws: ``DataError`` (malformed).
  package func requireTrainingNodes(ofEachClassIn splits: [NodeSplit]) throws {
    let absent = splits.map { untrained($0) }.reduce(splits.first.map { untrained($0) } ?? []) {
      $0.intersection($1)
    }
    guard let first = absent.min() else { return }
    let others = absent.count == 1 ? "" : ", nor of \(absent.count - 1) more classes"
    let place =
      splits.count == 1 ? "the split '\(splits[0].name)'" : "all \(splits.count) splits of \(name)"
    throw DataError(
      .malformed, at: source,
      "\(place): no training node is of class \(first)\(others), but nodes to validate or test on are; put "
        + "nodes of each class into the training part (data.split \"perClass\" does), or leave the class out"
    )
  }

  /// How many of the splits test or validate on a class that they do not train on, in a sentence; nil
  /// where none does. Published splits with rare classes do (Texas has a class of one node).
  package func untrainedClasses(_ splits: [NodeSplit]) -> String? {
    let count = splits.lazy.filter { !untrained($0).isEmpty }.count
    guard count > 0 else { return nil }
    return
      "\(name): in \(count) of \(splits.count) splits nodes to validate or test on are of a class that no "
      + "training node has"
  }

  private func untrained(_ split: NodeSplit) -> Set<Int> {
    Set((split.validation + split.test).map { classes[$0] })
      .subtracting(split.training.map { classes[$0] })
  }

  /// Classes below the largest that no node has, in a sentence; nil where there are none. A network
  /// gets an output for each.
  package var unusedClasses: String? {
    var isUsed = [Bool](repeating: false, count: classCount)
    for label in classes where label >= 0 { isUsed[label] = true }
    let unused = isUsed.indices.filter { !isUsed[$0] }
    guard !unused.isEmpty else { return nil }
    let names = unused.prefix(10).map(String.init).joined(separator: ", ")
    let words =
      "\(name): no node is of class \(names)\(unused.count > 10 ? ", ..." : "") (of 0 to "
      + "\(classCount - 1)), and models have an output for it all the same"
    return unused == [0] ? words + "; labels seem to count from 1, and should from 0" : words
  }
}
