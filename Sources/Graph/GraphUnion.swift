extension CSRGraph {
  /// The edges of two graphs between the same nodes, each edge once: what features that live on two
  /// graphs are compared over. Members are those of this graph.
  ///
  /// The edges into a node are sorted by their sources. Of parallel edges there are as many as in
  /// the graph that has more of them. The union of a graph with itself is that very object.
  ///
  /// Both graphs must have the same number of nodes.
  public func union(_ other: CSRGraph) -> CSRGraph {
    if self === other { return self }
    precondition(
      nodeCount == other.nodeCount,
      "a union of graphs of \(nodeCount) and \(other.nodeCount) nodes")
    var start: [Int32] = [0]
    var sources: [Int32] = []
    start.reserveCapacity(nodeCount + 1)
    sources.reserveCapacity(max(edgeCount, other.edgeCount))
    for i in 0..<nodeCount {
      let (a, b) = (sortedSources(of: i), other.sortedSources(of: i))
      var (p, q) = (0, 0)
      while p < a.count || q < b.count {
        let takesA = q == b.count || (p < a.count && a[p] <= b[q])
        let takesB = p == a.count || (q < b.count && b[q] <= a[p])
        sources.append(takesA ? a[p] : b[q])
        if takesA { p += 1 }
        if takesB { q += 1 }
      }
      start.append(Int32(sources.count))
    }
    return CSRGraph(inStart: start, source: sources, memberStart: memberStart)
  }

  private func sortedSources(of node: Int) -> [Int32] {
    source[Int(inStart[node])..<Int(inStart[node + 1])].sorted()
  }
}
