/// What the curvature of an edge is made from.
struct EdgeCounts: Equatable {
  var smallerDegree: Int
  var largerDegree: Int
  /// The number of triangles on the edge.
  var triangles: Int
  /// The number of neighbours of either end that are on a 4-cycle.
  var cycleNeighbors: Int
  /// The largest number of 4-cycles through one of them.
  var mostCycles: Int

  init(degrees: (Int, Int), triangles: Int, cycleNeighbors: Int, mostCycles: Int) {
    (smallerDegree, largerDegree) = (min(degrees.0, degrees.1), max(degrees.0, degrees.1))
    self.triangles = triangles
    self.cycleNeighbors = cycleNeighbors
    self.mostCycles = mostCycles
  }

  /// The curvature; 0 where `flatLeaves` and a node has degree 1.
  ///
  /// With s and l the smaller and the larger degree, t triangles, c nodes on 4-cycles and gamma it is
  ///
  ///     (2 l g + 2 s g - 2 s l g + t g (2 s + l) + c s) / (s l g),  g = gamma, or 1 without 4-cycles.
  ///
  /// Up to 2^53 these are whole numbers that a Double holds, so the one rounding is that of the
  /// quotient: curvatures that are equal, or equal to a bound, are so in all their bits.
  func curvature(flatLeaves: Bool = true) -> Double {
    if flatLeaves && smallerDegree == 1 { return 0 }
    let (s, l) = (Double(smallerDegree), Double(largerDegree))
    let (t, c) = (Double(triangles), Double(cycleNeighbors))
    let g = cycleNeighbors > 0 ? Double(mostCycles) : 1
    return (2 * l * g + 2 * s * g - 2 * s * l * g + t * g * (2 * s + l) + c * s) / (s * l * g)
  }
}
