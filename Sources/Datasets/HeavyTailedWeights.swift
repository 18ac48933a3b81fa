import Graph
import Tensor

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
