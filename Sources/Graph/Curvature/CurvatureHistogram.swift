/// How the curvatures of a graph's edges are spread.
public struct CurvatureHistogram: Sendable, Equatable {
  /// From -2 to 2 in steps of 1/4.
  public static let standardBounds = (-8...8).map { Double($0) / 4 }

  /// The bounds of the bins: bin b is from bounds[b] to below bounds[b + 1], the last bin has its
  /// upper bound, too.
  public let bounds: [Double]
  /// The number of edges in each bin.
  public let counts: [Int]
  /// The number of edges below the first bin.
  public let below: Int
  /// The number of edges above the last bin.
  public let above: Int
  /// The smallest curvature; nil where there are no edges, as for the others.
  public let minimum: Double?
  /// The mean curvature.
  public let mean: Double?
  /// The largest curvature.
  public let maximum: Double?

  init(of values: [Double], bounds: [Double]) throws {
    guard bounds.count >= 2 else { throw CurvatureError.tooFewBounds(count: bounds.count) }
    for (index, bound) in bounds.enumerated() {
      guard bound.isFinite, index == 0 || bounds[index - 1] < bound else {
        throw CurvatureError.boundsDoNotRise(index: index, value: bound)
      }
    }
    self.bounds = bounds
    var (counts, below, above) = ([Int](repeating: 0, count: bounds.count - 1), 0, 0)
    for value in values {
      if value < bounds[0] {
        below += 1
      } else if value > bounds[bounds.count - 1] {
        above += 1
      } else {
        // The last bin also takes what is on its upper bound.
        let next = bounds.firstIndex { $0 > value } ?? bounds.count - 1
        counts[next - 1] += 1
      }
    }
    (self.counts, self.below, self.above) = (counts, below, above)
    minimum = values.min()
    mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    maximum = values.max()
  }
}
