import Graph
import Tensor

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

/// Weights of nodes by which the ends of a generated graph's edges are drawn, so that degrees have a
/// heavy tail.
///
/// Weights u^(-3/4) for u uniform in (0, 1), cut off at 60: like PPI's degrees, half are below half
/// the mean and the largest are some 15 times the mean.
package struct HeavyTailedWeights {
  private var cumulative = [0.0]

  /// Weights of `count` nodes.
  package init(_ count: Int, random: inout RandomStream.Generator) {
    cumulative.reserveCapacity(count + 1)
    for _ in 0..<count {
      let u = max(1e-12, random.uniform())
      cumulative.append(cumulative.last! + min(60, 1 / (u * u.squareRoot()).squareRoot()))
    }
  }

  /// A node of the range, with probability proportional to its weight.
  package func node(in range: Range<Int>, _ random: inout RandomStream.Generator) -> Int {
    let (from, to) = (cumulative[range.lowerBound], cumulative[range.upperBound])
    let position = from + (to - from) * random.uniform()
    var (low, high) = (range.lowerBound, range.upperBound - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle + 1] <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
