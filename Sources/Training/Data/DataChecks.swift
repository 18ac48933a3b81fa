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
