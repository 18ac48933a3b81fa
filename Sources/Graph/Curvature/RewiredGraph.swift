/// What a rewiring made of a graph.
public struct RewiredGraph: Sendable {
  /// Why the rewiring came to its end.
  public enum End: Sendable, Equatable {
    /// All loops were done.
    case loopsDone
    /// The graph has no edges (any more).
    case noEdges
    /// No candidate raises the curvature of this edge, the lowest, and no edge is to be removed.
    case noImprovement(UndirectedEdge)
  }

  /// What one loop did.
  public struct Step: Sendable, Equatable {
    /// The edge of lowest curvature.
    public internal(set) var bottleneck: UndirectedEdge
    /// Its curvature before anything was done.
    public internal(set) var curvature: Double
    /// The edge that was added, if one was.
    public internal(set) var added: UndirectedEdge?
    /// The edge that was removed, if one was.
    public internal(set) var removed: UndirectedEdge?

    /// What was done about the edge of lowest curvature.
    public init(
      bottleneck: UndirectedEdge, curvature: Double, added: UndirectedEdge? = nil,
      removed: UndirectedEdge? = nil
    ) {
      self.bottleneck = bottleneck
      self.curvature = curvature
      self.added = added
      self.removed = removed
    }
  }

  /// The graph, simple and with both directions of every edge; the nodes are those of the original.
  public let graph: CSRGraph
  /// What was done, one step a loop; a loop that could do nothing is not there.
  public let steps: [Step]
  /// Why it ended.
  public let end: End
  /// The curvature of the original graph.
  public let before: BalancedFormanCurvature
  /// The curvature of ``graph``.
  public let after: BalancedFormanCurvature

  /// What some other rewiring made of a graph: the curvatures of both are computed.
  ///
  /// - Parameters:
  ///   - graph: The rewired graph: between the same nodes, with both directions of every edge; what it
  ///     has of self loops and parallel edges is dropped.
  ///   - original: The graph that it was made of, likewise.
  ///   - steps: What was done; none for a rewiring that does not go by single edges.
  ///   - end: Why it ended.
  ///   - variant: How curvatures are computed, which takes the most of the time on large graphs.
  /// - Throws: ``CurvatureError`` where an edge is missing in one direction, or the numbers of nodes
  ///   differ.
  public init(
    _ graph: CSRGraph, of original: CSRGraph, steps: [Step] = [], end: End = .loopsDone,
    variant: BalancedFormanVariant = .definition
  ) throws {
    guard graph.nodeCount == original.nodeCount else {
      throw CurvatureError.otherNodes(expected: original.nodeCount, found: graph.nodeCount)
    }
    let neighbors = try NeighborLists(of: graph)
    self.init(
      graph: neighbors.graph, steps: steps, end: end,
      before: try BalancedFormanCurvature(of: original, variant: variant),
      after: BalancedFormanCurvature(of: neighbors, variant: variant))
  }

  init(
    graph: CSRGraph, steps: [Step], end: End, before: BalancedFormanCurvature,
    after: BalancedFormanCurvature
  ) {
    self.graph = graph
    self.steps = steps
    self.end = end
    self.before = before
    self.after = after
  }

  /// The edges that were added, in the order of loops. A later loop may have removed them.
  public var added: [UndirectedEdge] { steps.compactMap(\.added) }

  /// The edges that were removed, in the order of loops.
  public var removed: [UndirectedEdge] { steps.compactMap(\.removed) }
}

/// Why a curvature could not be computed or a graph not be rewired.
public enum CurvatureError: Error, Equatable, CustomStringConvertible {
  /// There is an edge from `source` to `destination` and none back.
  case notSymmetric(source: Int, destination: Int)
  /// A rewired graph that is not between the nodes of the original.
  case otherNodes(expected: Int, found: Int)
  /// A setting that makes no sense.
  case badParameter(name: String, value: Double, expected: String)
  /// Bounds of bins that do not rise; `index` is the first that is not above the one before it.
  case boundsDoNotRise(index: Int, value: Double)
  /// Bounds that make no bin.
  case tooFewBounds(count: Int)

  static func require(
    _ condition: Bool, _ name: String, _ value: Double, _ expected: String
  ) throws {
    guard condition else { throw badParameter(name: name, value: value, expected: expected) }
  }

  /// The message for a person.
  public var description: String {
    switch self {
    case .notSymmetric(let source, let destination):
      "curvature needs an undirected graph, but there is an edge from node \(source) to "
        + "\(destination) and none back; add the missing direction"
    case .otherNodes(let expected, let found):
      "the rewired graph has \(found) nodes, and that which it is made of has \(expected); a rewiring "
        + "changes edges alone"
    case .badParameter(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .boundsDoNotRise(let index, let value):
      "bound \(index) of a histogram (counted from 0) is \(value); finite numbers that rise were "
        + "expected"
    case .tooFewBounds(let count):
      "a histogram has \(count) bounds; at least 2 were expected"
    }
  }
}
