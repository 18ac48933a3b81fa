/// The edges that could be added around an edge {i, j}, and what each would do to its curvature.
///
/// Candidates are the pairs {k, l} that are not adjacent, with k in S(i) or k = i and l in S(j) or
/// l = j, each pair once. With T, P = S(i) \ S(j) \ {j} and Q = S(j) \ S(i) \ {i} as for
/// ``BalancedFormanCurvature`` there are three kinds:
///
/// - {i, l} with l in Q and {k, j} with k in P: one degree and the triangles grow by 1, and the
///   4-cycles through the node that is now common are gone;
/// - {k, l} with k in P and l in Q: a 4-cycle more;
/// - pairs with a node of T: the curvature stays as it is.
///
/// From the numbers of 4-cycles through the nodes of P and Q each pair takes a few operations. That
/// is by the definition; for other variants the pair is added and the curvature computed.
struct EdgeCandidates {
  private let neighbors: NeighborLists
  private let edge: UndirectedEdge
  private let first: Side
  private let second: Side
  private let triangles: Int
  private let curvature: Double
  private let variant: BalancedFormanVariant

  init(
    around edge: UndirectedEdge, in neighbors: NeighborLists,
    _ variant: BalancedFormanVariant = .definition
  ) {
    self.neighbors = neighbors
    self.variant = variant
    self.edge = edge
    first = Side(of: edge.first, facing: edge.second, in: neighbors)
    second = Side(of: edge.second, facing: edge.first, in: neighbors)
    triangles = first.isCommon.count { $0 }
    curvature = EdgeCounts(
      degrees: (neighbors.degree(edge.first), neighbors.degree(edge.second)), triangles: triangles,
      cycleNeighbors: first.cycleNeighbors + second.cycleNeighbors,
      mostCycles: max(first.mostCycles, second.mostCycles)
    ).curvature()
  }

  /// Calls `body` with each candidate and how much it would raise the curvature.
  func forEach(_ body: (_ candidate: UndirectedEdge, _ improvement: Double) -> Void) {
    guard variant != .definition else { return forEachByDefinition(body) }
    let before = EdgeCounter(neighbors).curvature(of: edge, variant)
    var changed = neighbors
    forEachByDefinition { candidate, _ in
      changed.insert(candidate)
      body(candidate, EdgeCounter(changed).curvature(of: edge, variant) - before)
      changed.remove(candidate)
    }
  }

  private func forEachByDefinition(
    _ body: (_ candidate: UndirectedEdge, _ improvement: Double) -> Void
  ) {
    for (q, l) in second.nodes.enumerated() where !second.isCommon[q] {
      body(UndirectedEdge(edge.first, Int(l)), improvement(joining: q, of: second, to: first))
    }
    for (p, k) in first.nodes.enumerated() where !first.isCommon[p] {
      body(UndirectedEdge(Int(k), edge.second), improvement(joining: p, of: first, to: second))
    }
    for (p, k) in first.nodes.enumerated() {
      forEachStranger(of: k, in: second.nodes) { q in
        let l = second.nodes[q]
        // Of two common neighbours either could be the one or the other: once is enough.
        if first.isCommon[p] && second.isCommon[q] && k > l { return }
        body(UndirectedEdge(Int(k), Int(l)), improvement(connecting: p, with: q))
      }
    }
  }

  /// What comes of an edge from node `place` of a side, which is not common, to the other end.
  private func improvement(joining place: Int, of side: Side, to other: Side) -> Double {
    let cycles = side.cycles[place]
    var (left, lower) = (0, 0)
    forEachCommon(neighbors[Int(side.nodes[place])], other.nodes) { p in
      guard !other.isCommon[p] else { return }
      if other.cycles[p] == 1 { left += 1 }
      if other.cycles[p] == other.mostCycles { lower += 1 }
    }
    // Each of these loses one 4-cycle; the maximum falls where all that attain it do.
    let otherMost =
      lower > 0 && lower == other.attainingMost ? other.mostCycles - 1 : other.mostCycles
    let sideMost =
      cycles == side.mostCycles && side.attainingMost == 1 ? side.secondMost : side.mostCycles
    return EdgeCounts(
      degrees: (side.nodes.count + 1, other.nodes.count + 2), triangles: triangles + 1,
      cycleNeighbors: side.cycleNeighbors - (cycles > 0 ? 1 : 0) + other.cycleNeighbors - left,
      mostCycles: max(sideMost, otherMost)
    ).curvature() - curvature
  }

  /// What comes of an edge between two neighbours.
  private func improvement(connecting p: Int, with q: Int) -> Double {
    guard !first.isCommon[p], !second.isCommon[q] else { return 0 }
    let (a, b) = (first.cycles[p], second.cycles[q])
    return EdgeCounts(
      degrees: (first.nodes.count + 1, second.nodes.count + 1), triangles: triangles,
      cycleNeighbors: first.cycleNeighbors + second.cycleNeighbors + (a == 0 ? 1 : 0)
        + (b == 0 ? 1 : 0),
      mostCycles: max(first.mostCycles, second.mostCycles, a + 1, b + 1)
    ).curvature() - curvature
  }

  /// The places in `list` of nodes that are neither k nor its neighbours.
  private func forEachStranger(of k: Int32, in list: [Int32], _ body: (Int) -> Void) {
    let known = neighbors[Int(k)]
    var a = 0
    for (place, node) in list.enumerated() {
      while a < known.count && known[a] < node { a += 1 }
      if node != k && (a == known.count || known[a] != node) { body(place) }
    }
  }
}

/// The neighbours of one end of an edge, seen from it.
private struct Side {
  /// The neighbours, without the other end.
  let nodes: [Int32]
  /// Which are neighbours of the other end, too.
  let isCommon: [Bool]
  /// The number of 4-cycles without diagonals through each.
  let cycles: [Int]
  /// The number of nodes with 4-cycles.
  let cycleNeighbors: Int
  /// The largest number of 4-cycles through a node, how many nodes have it, and the next lower one.
  let mostCycles: Int
  let attainingMost: Int
  let secondMost: Int

  init(of node: Int, facing other: Int, in neighbors: NeighborLists) {
    let nodes = neighbors[node].filter { $0 != Int32(other) }
    var isCommon = [Bool](repeating: false, count: nodes.count)
    forEachCommon(neighbors[other], nodes) { isCommon[$0] = true }
    var isFar = [Bool](repeating: true, count: neighbors.degree(other))
    forEachCommon(neighbors[node], neighbors[other]) { isFar[$0] = false }
    // The edge's own end is no way of going round.
    isFar[neighbors.place(of: node, in: other).index] = false
    var cycles = [Int](repeating: 0, count: nodes.count)
    for p in nodes.indices where !isCommon[p] {
      forEachCommon(neighbors[Int(nodes[p])], neighbors[other]) { cycles[p] += isFar[$0] ? 1 : 0 }
    }
    let most = cycles.max() ?? 0
    self.nodes = nodes
    self.isCommon = isCommon
    self.cycles = cycles
    cycleNeighbors = cycles.count { $0 > 0 }
    mostCycles = most
    attainingMost = cycles.count { $0 == most }
    secondMost = cycles.lazy.filter { $0 < most }.max() ?? 0
  }
}

/// Calls `body` with the places in the second list of what both lists have; both rise.
private func forEachCommon(_ a: [Int32], _ b: [Int32], _ body: (Int) -> Void) {
  var (p, q) = (0, 0)
  while p < a.count && q < b.count {
    if a[p] < b[q] {
      p += 1
    } else if a[p] > b[q] {
      q += 1
    } else {
      body(q)
      p += 1
      q += 1
    }
  }
}
