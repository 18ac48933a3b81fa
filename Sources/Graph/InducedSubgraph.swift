extension CSRGraph {
  /// The graph of some nodes and of all edges between them; node nodes[k] becomes node k. Edges into a
  /// node keep their order. The members of a batch are not kept.
  ///
  /// - Parameter nodes: Nodes of this graph, each at most once.
  public func induced(on nodes: [Int]) -> CSRGraph {
    var place = [Int32](repeating: -1, count: nodeCount)
    for (k, node) in nodes.enumerated() {
      precondition(place[node] < 0, "the node \(node) is named twice")
      place[node] = Int32(k)
    }
    var start: [Int32] = [0]
    var sources: [Int32] = []
    start.reserveCapacity(nodes.count + 1)
    for node in nodes {
      for e in Int(inStart[node])..<Int(inStart[node + 1]) where place[Int(source[e])] >= 0 {
        sources.append(place[Int(source[e])])
      }
      start.append(Int32(sources.count))
    }
    return CSRGraph(inStart: start, source: sources)
  }

  /// The nodes of the largest connected component, in rising order; of several of one size, that with
  /// the smallest node. Directions of edges do not count.
  public var largestComponent: [Int] {
    var component = [Int](repeating: -1, count: nodeCount)
    var sizes: [Int] = []
    for first in 0..<nodeCount where component[first] < 0 {
      component[first] = sizes.count
      var (size, open) = (1, [first])
      func visit(_ other: Int32) {
        guard component[Int(other)] < 0 else { return }
        component[Int(other)] = sizes.count
        size += 1
        open.append(Int(other))
      }
      while let node = open.popLast() {
        for e in Int(inStart[node])..<Int(inStart[node + 1]) { visit(source[e]) }
        for k in Int(outStart[node])..<Int(outStart[node + 1]) { visit(destination[k]) }
      }
      sizes.append(size)
    }
    guard let most = sizes.max(), let largest = sizes.firstIndex(of: most) else { return [] }
    return component.indices.filter { component[$0] == largest }
  }
}
