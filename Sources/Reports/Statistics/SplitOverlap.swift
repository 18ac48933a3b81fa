import Graph
import Training

/// What the scores of several seeds have in common, which decides how certain their mean is.
package enum SplitOverlap: Hashable, Sendable {
  /// All seeds train and test on the same nodes or graphs. They differ in initial weights, the order
  /// of batches and dropout, and are independent given the data: the ordinary paired t test holds,
  /// and its verdict is on these data.
  case oneSplit
  /// Each seed draws its training and test nodes from one graph. The draws overlap, the scores are
  /// not independent, and their variance does not fall as 1 / n: the corrected resampled t test of
  /// Nadeau & Bengio (2003) allows for it with the number of test nodes for each training node.
  case drawnSplits(testPerTraining: Double)

  /// n_test / n_train where splits are drawn, else 0.
  package var testPerTraining: Double {
    switch self {
    case .oneSplit: 0
    case .drawnSplits(let ratio): ratio
    }
  }

  /// The more cautious of two, for rows whose splits are not alike.
  package func orMoreCautious(_ other: SplitOverlap) -> SplitOverlap {
    testPerTraining >= other.testPerTraining ? self : other
  }

  /// The test in a word, for scripts: "paired" or "corrected".
  package var testName: String { self == .oneSplit ? "paired" : "corrected" }

  /// The test as verdicts name it.
  package var testInWords: String { self == .oneSplit ? "paired t p" : "corrected t p" }

  /// The kind of test, for readers.
  package var kind: String {
    switch self {
    case .oneSplit:
      "Paired t: the seeds of a row have one split and differ in initial weights, order and dropout; "
        + "they are independent, and the verdict is on these data."
    case .drawnSplits:
      "Corrected t (Nadeau & Bengio 2003): the seeds of a row draw their splits from one graph. Nodes "
        + "that are tested with one seed are trained on or tested with another, the scores are not "
        + "independent, and their mean is less certain than s² / n says: its variance is taken as "
        + "(1 / n + n_test / n_train) s². Where test nodes far outnumber training nodes the correction "
        + "is very cautious: only differences of several deviations are decided."
    }
  }

  /// Which test it is and why, for the readers of a section.
  package var note: String {
    switch self {
    case .oneSplit:
      "t test: the ordinary paired one, with variance s² / n of the mean difference: all seeds have "
        + "the same split and differ in initial weights, order and dropout."
    case .drawnSplits(let ratio):
      "t test: Nadeau & Bengio's corrected resampled one, with variance (1 / n + n_test / n_train) s² "
        + "of the mean difference and n_test / n_train = \(NumberFormat.fixed(ratio, digits: 2)): the splits "
        + "of the seeds are drawn from one graph and overlap, so that their scores are not independent."
    }
  }
}

extension DataConfig {
  /// What the splits of several seeds have in common.
  ///
  /// The numbers of nodes are those that the split asks for, of the nodes whose label is known.
  ///
  /// - Parameter dataset: The data that were found, which may be a stand-in.
  package func overlap(on dataset: DatasetSummary) -> SplitOverlap {
    guard isOneGraph else { return .oneSplit }
    let split = dataset.synthetic ? split.ofStandIn : split
    if files != nil, split.settings.readsProvidedSplits, let ratio = dataset.testPerTraining {
      return ratio == 0 ? .oneSplit : .drawnSplits(testPerTraining: ratio)
    }
    let ratio = split.settings.testPerTraining(
      labelled: dataset.labelledNodes,
      classes: Double(dataset.classes ?? classCount(synthetic: dataset.synthetic)))
    return ratio.map { .drawnSplits(testPerTraining: $0) } ?? .oneSplit
  }

  private func classCount(synthetic: Bool) -> Int {
    let published = synthetic ? nil : source?.sizes(self)?.labels
    return published ?? syntheticNodes.shape.classes
  }
}

extension DatasetSummary {
  /// How many nodes have a known label.
  fileprivate var labelledNodes: Double { (Double(nodes) * labelledShare).rounded() }
}
