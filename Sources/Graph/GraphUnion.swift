import Tensor

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
    // Runs of nodes are independent; each writes its rows into its own list.
    let run = 1_024
    let runs = (nodeCount + run - 1) / run
    var parts = [(ends: [Int32], sources: [Int32])](repeating: ([], []), count: runs)
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let target = parts.baseAddress
      Parallel.ranges(nodeCount, of: run) { nodes in
        target?[nodes.lowerBound / run] = unionRows(other, nodes)
      }
    }
    var start: [Int32] = [0]
    var sources: [Int32] = []
    start.reserveCapacity(nodeCount + 1)
    sources.reserveCapacity(parts.reduce(0) { $0 + $1.sources.count })
    for part in parts {
      let first = Int32(sources.count)
      start.append(contentsOf: part.ends.lazy.map { $0 + first })
      sources.append(contentsOf: part.sources)
    }
    return CSRGraph(inStart: start, source: sources, memberStart: memberStart)
  }

  /// The union's rows of some nodes, and where each ends.
  private func unionRows(_ other: CSRGraph, _ nodes: Range<Int>) -> ([Int32], [Int32]) {
    var ends: [Int32] = []
    var sources: [Int32] = []
    ends.reserveCapacity(nodes.count)
    sources.reserveCapacity(
      Int(inStart[nodes.upperBound] - inStart[nodes.lowerBound])
        + Int(other.inStart[nodes.upperBound] - other.inStart[nodes.lowerBound]))
    for i in nodes {
      let (a, b) = (sortedSources(of: i), other.sortedSources(of: i))
      var (p, q) = (a.startIndex, b.startIndex)
      while p < a.endIndex || q < b.endIndex {
        let takesA = q == b.endIndex || (p < a.endIndex && a[p] <= b[q])
        let takesB = p == a.endIndex || (q < b.endIndex && b[q] <= a[p])
        sources.append(takesA ? a[p] : b[q])
        if takesA { p += 1 }
        if takesB { q += 1 }
      }
      ends.append(Int32(sources.count))
    }
    return (ends, sources)
  }

  /// The sources of the edges into a node, ascending: as they stand in graphs of neighbours and in
  /// unions, without a copy.
  private func sortedSources(of node: Int) -> ArraySlice<Int32> {
    let row = source[Int(inStart[node])..<Int(inStart[node + 1])]
    return zip(row, row.dropFirst()).allSatisfy { $0 <= $1 } ? row : ArraySlice(row.sorted())
  }
}
