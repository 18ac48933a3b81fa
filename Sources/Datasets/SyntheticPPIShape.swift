import Graph

/// The size of a synthetic stand-in for PPI. The defaults are PPI's.
public struct SyntheticPPIShape: Equatable, Sendable {
  /// The number of graphs to train on.
  public var trainGraphs = 20
  /// The number of graphs to validate on.
  public var validGraphs = 2
  /// The number of graphs to test on.
  public var testGraphs = 2
  /// The mean number of nodes of a graph. Graphs have 0.45 to 1.55 times as many.
  public var nodesPerGraph = 2245
  /// The mean number of neighbours of a node, not counting itself.
  public var meanDegree = 27.3
  /// The number of features of a node.
  public var features = 50
  /// The number of labels of a node.
  public var labels = 121

  /// PPI's size.
  public init() {}

  /// The least and the greatest number of nodes of a graph.
  package var nodeRange: ClosedRange<Int> {
    (nodesPerGraph * 45 + 99) / 100...max(1, nodesPerGraph * 155 / 100)
  }

  /// - Throws: ``DataError`` (malformed) that names the number that is out of range.
  public func validate() throws {
    func require(_ valid: Bool, _ name: String, _ value: Any, _ expected: String) throws {
      guard valid else {
        throw DataError.malformed(
          "", "\(name) of a synthetic data set is \(value); \(expected) was expected")
      }
    }
    for (name, count, limit) in [
      ("trainGraphs", trainGraphs, 10_000), ("validGraphs", validGraphs, 10_000),
      ("testGraphs", testGraphs, 10_000), ("nodesPerGraph", nodesPerGraph, 1_000_000),
      ("features", features, 10_000), ("labels", labels, 10_000),
    ] {
      try require((1...limit).contains(count), name, count, "a number from 1 to \(limit)")
    }
    let most = Double(nodeRange.lowerBound - 1) / 2
    try require(
      meanDegree >= 0 && meanDegree <= most, "meanDegree", meanDegree,
      "a number from 0 to \(most), half the neighbours that a node of the smallest graph can have,")
  }
}
