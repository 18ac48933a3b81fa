/// The balanced Forman curvature of every edge of a simple undirected graph (J. Topping et al.,
/// "Understanding over-squashing and bottlenecks on graphs via curvature", ICLR 2022, definition 1).
/// Edges of strongly negative curvature are the bottlenecks of message passing.
///
/// With S(i) the neighbours of node i and d_i their number, the curvature of the edge {i, j} is 0 if
/// min(d_i, d_j) = 1, else
///
///     Ric(i, j) = 2/d_i + 2/d_j - 2 + 2 |T| / max(d_i, d_j) + |T| / min(d_i, d_j)
///                 + (|C_i| + |C_j|) / (gamma_max max(d_i, d_j)),
///
///     T         = S(i) and S(j) in common: the triangles on the edge
///     C_i       = the k in S(i) \ S(j), k != j, that have a neighbour w in S(j) \ S(i), w != i:
///                 the neighbours of i on 4-cycles i k w j without diagonals; C_j likewise
///     gamma_max = the largest number of such 4-cycles that go through one node of C_i or C_j,
///
/// the last term being 0 where C_i (and so C_j) is empty. (With w = i every k would count, and no
/// tree or long cycle would have the curvature that the paper states.) Values lie in (-2, 3/2].
///
/// Self loops are dropped and parallel edges count once. Time is that of looking, for each edge,
/// through the neighbours' neighbours of the end that has fewer; memory is a few numbers an edge and,
/// for each thread, a node.
public struct BalancedFormanCurvature: Sendable, Equatable {
  /// The edges, in rising order.
  public let edges: [UndirectedEdge]
  /// The curvature of each edge.
  public let values: [Double]
  /// How they were computed.
  public let variant: BalancedFormanVariant

  /// The curvature of a graph in which every edge is there in both directions.
  ///
  /// - Throws: ``CurvatureError/notSymmetric(source:destination:)``.
  public init(of undirected: CSRGraph, variant: BalancedFormanVariant = .definition) throws {
    self.init(of: try NeighborLists(of: undirected), variant: variant)
  }

  init(of neighbors: NeighborLists, variant: BalancedFormanVariant = .definition) {
    let edges = neighbors.edges
    self.init(
      edges: edges, values: EdgeCounter.curvatures(of: edges, in: neighbors, variant),
      variant: variant)
  }

  /// Curvatures that are known, edges in rising order.
  init(edges: [UndirectedEdge], values: [Double], variant: BalancedFormanVariant) {
    self.edges = edges
    self.values = values
    self.variant = variant
  }

  /// The curvature of the edge between two nodes, in either order; nil where there is none.
  public subscript(a: Int, b: Int) -> Double? {
    let edge = UndirectedEdge(a, b)
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] < edge { low = middle + 1 } else { high = middle }
    }
    return low < edges.count && edges[low] == edge ? values[low] : nil
  }

  /// How the values are spread.
  ///
  /// - Parameter bounds: The bounds of the bins, one more than there are bins. From -2 to 2 in steps
  ///   of 1/4 unless given.
  /// - Throws: ``CurvatureError/boundsDoNotRise(index:value:)``,
  ///   ``CurvatureError/tooFewBounds(count:)``.
  public func histogram(
    bounds: [Double] = CurvatureHistogram.standardBounds
  ) throws -> CurvatureHistogram {
    try CurvatureHistogram(of: values, bounds: bounds)
  }
}

/// How the balanced Forman curvature is computed: by its definition, or as code that was published
/// with papers computes it.
public enum BalancedFormanVariant: String, Sendable, CaseIterable {
  /// The definition; see ``BalancedFormanCurvature``.
  case definition
  /// The formula of the code released with Topping et al. (the CUDA version, where no loop ends
  /// early): with A2 = A A,
  ///
  ///     2/d_i + 2/d_j - 2 + (2 / max(d_i, d_j) + 1 / min(d_i, d_j)) A2_ij
  ///       + sharp / (lambda max(d_i, d_j)),
  ///
  /// where sharp counts the k in S(i) with A2_kj - A_kj > 0 and the k in S(j) with
  /// A2_ik - A_ik > 0, and lambda is the largest of these numbers. That counts paths that go back
  /// and forth, and diagonals, so that all neighbours but some in triangles count as on a 4-cycle
  /// (every cycle of at least 5 nodes has 1, not 0, and a triangle 2, not 3/2), and edges of nodes
  /// of degree 1 are not set to 0.
  case releasedCode
  /// The same with the early exit of the Numba version of that code, which the code of frameless
  /// distillation took over: the loop over the columns of a row ends at the row's first zero.
  ///
  /// The diagonal is zero, so an entry (i, j) with i < j is never reached, and (j, i) only if j is a
  /// neighbour of all of 0 ... i. All other curvatures stay 0. Depends on the numbers of the nodes.
  case asPublished
}
