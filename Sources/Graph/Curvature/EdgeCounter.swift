import Tensor

/// Counts triangles and 4-cycles on edges. It has two numbers a node for its own use, so each thread
/// needs its own.
final class EdgeCounter {
  /// Where a node is, seen from the edge {i, j} at hand: a neighbour of j, of both, or neither.
  private enum Role {
    static let other: UInt8 = 0
    static let far: UInt8 = 1
    static let common: UInt8 = 2
  }

  private let neighbors: NeighborLists
  /// What each node is; all are `other` between edges.
  private let role: UnsafeMutableBufferPointer<UInt8>
  /// The number of 4-cycles through each neighbour of j; all are 0 between edges.
  private let cycles: UnsafeMutableBufferPointer<Int32>

  init(_ neighbors: NeighborLists) {
    self.neighbors = neighbors
    role = .allocate(capacity: neighbors.nodeCount)
    role.initialize(repeating: Role.other)
    cycles = .allocate(capacity: neighbors.nodeCount)
    cycles.initialize(repeating: 0)
  }

  deinit {
    role.deallocate()
    cycles.deallocate()
  }

  /// The curvatures of edges of a graph, in their order. The same bits on any number of threads.
  static func curvatures(
    of edges: [UndirectedEdge], in neighbors: NeighborLists, _ variant: BalancedFormanVariant
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: edges.count) { values, count in
      let target = values.baseAddress
      Parallel.ranges(edges.count, of: 1_024) { run in
        let counter = EdgeCounter(neighbors)
        for e in run { target?[e] = counter.curvature(of: edges[e], variant) }
      }
      count = edges.count
    }
  }

  /// The curvature of an edge that is there.
  func curvature(of edge: UndirectedEdge, _ variant: BalancedFormanVariant) -> Double {
    switch variant {
    case .definition: counts(of: edge).curvature()
    case .releasedCode: releasedCounts(of: edge).curvature(flatLeaves: false)
    case .asPublished:
      isReached(edge) ? releasedCounts(of: edge).curvature(flatLeaves: false) : 0
    }
  }

  /// The counts of the definition.
  ///
  /// With P = S(i) \ S(j) \ {j} and Q = S(j) \ S(i) \ {i}, each edge between P and Q makes a 4-cycle
  /// on {i, j} without diagonals. The nodes of P and Q that have such edges are the 4-cycle
  /// neighbours, and how many a node has are its 4-cycles.
  private func counts(of edge: UndirectedEdge) -> EdgeCounts {
    let (i, j) = ends(of: edge)
    let triangles = markNeighbors(of: j, from: i)
    role[i] = Role.other
    var (cycleNeighbors, mostCycles) = (0, 0 as Int32)
    for k in neighbors[i] where k != Int32(j) && role[Int(k)] != Role.common {
      let found = countPaths(through: Int(k)) { $0 == Role.far }
      cycleNeighbors += found > 0 ? 1 : 0
      mostCycles = max(mostCycles, found)
    }
    for w in neighbors[j] {
      let found = cycles[Int(w)]
      cycleNeighbors += found > 0 ? 1 : 0
      mostCycles = max(mostCycles, found)
      (role[Int(w)], cycles[Int(w)]) = (Role.other, 0)
    }
    return EdgeCounts(
      degrees: (neighbors.degree(i), neighbors.degree(j)), triangles: triangles,
      cycleNeighbors: cycleNeighbors, mostCycles: Int(mostCycles))
  }

  /// The counts of the released code: all edges between S(i) and S(j), less 1 for a common neighbour.
  private func releasedCounts(of edge: UndirectedEdge) -> EdgeCounts {
    let (i, j) = ends(of: edge)
    let triangles = markNeighbors(of: j, from: i)
    var (sharp, lambda) = (0, 0 as Int32)
    for k in neighbors[i] {
      let found = countPaths(through: Int(k)) { $0 != Role.other }
      let kept = found - (role[Int(k)] == Role.common ? 1 : 0)
      sharp += kept > 0 ? 1 : 0
      lambda = max(lambda, kept)
    }
    for w in neighbors[j] {
      let kept = cycles[Int(w)] - (role[Int(w)] == Role.common ? 1 : 0)
      sharp += kept > 0 ? 1 : 0
      lambda = max(lambda, kept)
      (role[Int(w)], cycles[Int(w)]) = (Role.other, 0)
    }
    return EdgeCounts(
      degrees: (neighbors.degree(i), neighbors.degree(j)), triangles: triangles,
      cycleNeighbors: sharp, mostCycles: Int(lambda))
  }

  /// The edge's ends, first the one whose neighbours have fewer neighbours in all: these are looked
  /// through. The counts are the same either way.
  private func ends(of edge: UndirectedEdge) -> (near: Int, far: Int) {
    func work(_ node: Int) -> Int {
      neighbors[node].reduce(0) { $0 + neighbors.degree(Int($1)) }
    }
    return work(edge.first) <= work(edge.second)
      ? (edge.first, edge.second) : (edge.second, edge.first)
  }

  /// Gives the neighbours of j their roles and returns how many of them i has, too.
  private func markNeighbors(of j: Int, from i: Int) -> Int {
    for w in neighbors[j] { role[Int(w)] = Role.far }
    var common = 0
    for k in neighbors[i] where role[Int(k)] == Role.far {
      role[Int(k)] = Role.common
      common += 1
    }
    return common
  }

  /// How many neighbours of k have a role that counts; each of them is told.
  @inline(__always)
  private func countPaths(through k: Int, where counts: (UInt8) -> Bool) -> Int32 {
    var found: Int32 = 0
    for w in neighbors[k] where counts(role[Int(w)]) {
      cycles[Int(w)] += 1
      found += 1
    }
    return found
  }

  /// Whether the early exit leaves the edge its curvature: the larger node has all nodes up to the
  /// smaller as neighbours.
  private func isReached(_ edge: UndirectedEdge) -> Bool {
    let list = neighbors[edge.second]
    return edge.first < list.count && list[edge.first] == Int32(edge.first)
  }
}

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
