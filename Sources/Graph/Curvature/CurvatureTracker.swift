/// A simple undirected graph with the balanced Forman curvature of its edges, kept up to date while
/// edges come and go.
///
/// In every variant the curvature of {u, v} depends on the edges at u and at v and on those between
/// S(u) and S(v). So a change of {a, b} concerns the edges at a and at b, and those between S(a) and S(b); no others
/// are computed again.
struct CurvatureTracker {
  private(set) var neighbors: NeighborLists
  /// The curvature of the edge to each neighbour, in the order of the lists.
  private var values: [[Double]]
  private let variant: BalancedFormanVariant

  init(_ neighbors: NeighborLists, _ curvature: BalancedFormanCurvature) {
    self.neighbors = neighbors
    variant = curvature.variant
    values = (0..<neighbors.nodeCount).map {
      [Double](repeating: 0, count: neighbors.degree($0))
    }
    for (edge, value) in zip(curvature.edges, curvature.values) { set(value, of: edge) }
  }

  /// All curvatures.
  var curvature: BalancedFormanCurvature {
    BalancedFormanCurvature(
      edges: neighbors.edges,
      values: values.indices.flatMap { i in
        zip(neighbors[i], values[i]).lazy.filter { $0.0 > Int32(i) }.map(\.1)
      },
      variant: variant)
  }

  /// The edge of lowest curvature, the first of equal ones; nil where there are no edges.
  var lowest: (edge: UndirectedEdge, curvature: Double)? { first(except: nil) { $0 < $1 } }

  /// The edge of highest curvature but for one, the first of equal ones; nil where there is none.
  func highest(except left: UndirectedEdge?) -> (edge: UndirectedEdge, curvature: Double)? {
    first(except: left) { $0 > $1 }
  }

  /// Adds an edge that is not there.
  mutating func add(_ edge: UndirectedEdge) {
    neighbors.insert(edge)
    for (node, other) in [(edge.first, edge.second), (edge.second, edge.first)] {
      values[node].insert(0, at: neighbors.place(of: other, in: node).index)
    }
    update(after: edge)
  }

  /// Takes away an edge that is there.
  mutating func remove(_ edge: UndirectedEdge) {
    for (node, other) in [(edge.first, edge.second), (edge.second, edge.first)] {
      values[node].remove(at: neighbors.place(of: other, in: node).index)
    }
    neighbors.remove(edge)
    update(after: edge)
  }

  /// The first edge but for one whose curvature comes before that of all others.
  private func first(
    except left: UndirectedEdge?, by comesBefore: (Double, Double) -> Bool
  ) -> (edge: UndirectedEdge, curvature: Double)? {
    var best: (edge: UndirectedEdge, curvature: Double)?
    for i in values.indices {
      for (j, value) in zip(neighbors[i], values[i]) where j > Int32(i) {
        if let best, !comesBefore(value, best.curvature) { continue }
        let edge = UndirectedEdge(i, Int(j))
        if edge != left { best = (edge, value) }
      }
    }
    return best
  }

  /// Computes again what a change of {a, b} concerns.
  private mutating func update(after change: UndirectedEdge) {
    let (a, b) = (change.first, change.second)
    var concerned = Set<UndirectedEdge>()
    for node in [a, b] {
      for other in neighbors[node] { concerned.insert(UndirectedEdge(node, Int(other))) }
    }
    let nearB = Set(neighbors[b])
    for u in neighbors[a] {
      for v in neighbors[Int(u)] where nearB.contains(v) {
        concerned.insert(UndirectedEdge(Int(u), Int(v)))
      }
    }
    // A set has another order in every process.
    let edges = concerned.sorted()
    let curvatures = EdgeCounter.curvatures(of: edges, in: neighbors, variant)
    for (edge, value) in zip(edges, curvatures) { set(value, of: edge) }
  }

  private mutating func set(_ value: Double, of edge: UndirectedEdge) {
    for (node, other) in [(edge.first, edge.second), (edge.second, edge.first)] {
      values[node][neighbors.place(of: other, in: node).index] = value
    }
  }
}
