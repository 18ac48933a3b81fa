extension CSRGraph {
  /// The simple undirected graph of a list of pairs: every edge goes both ways, pairs that occur
  /// several times (in either direction) count once, and those of a node with itself are dropped.
  ///
  /// The sources of a node's in-edges are in rising order, whatever the order of the pairs.
  ///
  /// - Throws: ``GraphError`` as ``CSRGraph/init(nodeCount:sources:destinations:memberStart:)``.
  public convenience init(undirected nodeCount: Int, first: [Int32], second: [Int32]) throws {
    try CSRGraph.requireSize(nodes: nodeCount, edges: first.count + second.count)
    let both = try CSRGraph(
      nodeCount: nodeCount, sources: first + second, destinations: second + first)
    var start: [Int32] = [0]
    var sources: [Int32] = []
    start.reserveCapacity(nodeCount + 1)
    sources.reserveCapacity(both.edgeCount)
    for i in 0..<nodeCount {
      var last = Int32(i)
      for j in both.source[Int(both.inStart[i])..<Int(both.inStart[i + 1])].sorted() {
        // The first may well be i itself, which is dropped like a repetition.
        guard j != last, j != Int32(i) else { continue }
        sources.append(j)
        last = j
      }
      start.append(Int32(sources.count))
    }
    self.init(inStart: start, source: sources)
  }
}

/// An edge between two nodes, in no direction: {a, b} and {b, a} are equal.
///
/// Edges are ordered by their smaller, then by their larger node.
public struct UndirectedEdge: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The smaller of the two nodes.
  public let first: Int
  /// The larger of the two nodes.
  public let second: Int

  /// The edge between two nodes, in either order.
  public init(_ a: Int, _ b: Int) { (first, second) = (min(a, b), max(a, b)) }

  /// Whether one edge comes before another.
  public static func < (a: UndirectedEdge, b: UndirectedEdge) -> Bool {
    (a.first, a.second) < (b.first, b.second)
  }

  /// The edge for a person.
  public var description: String { "{\(first), \(second)}" }
}
