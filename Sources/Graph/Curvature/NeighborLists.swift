/// The neighbours of every node of a simple undirected graph, in rising order. Edges come and go.
struct NeighborLists: Equatable {
  private var lists: [[Int32]]

  /// The simple graph below a graph in which every edge is there in both directions: self loops are
  /// dropped, parallel edges count once.
  ///
  /// - Throws: ``CurvatureError/notSymmetric(source:destination:)``.
  init(of graph: CSRGraph) throws {
    func simple(_ ends: ArraySlice<Int32>, of node: Int) -> [Int32] {
      var list: [Int32] = []
      list.reserveCapacity(ends.count)
      for end in ends.sorted() where end != Int32(node) && end != list.last { list.append(end) }
      return list
    }
    lists = try (0..<graph.nodeCount).map { node in
      let sources = simple(
        graph.source[Int(graph.inStart[node])..<Int(graph.inStart[node + 1])], of: node)
      let targets = simple(
        graph.destination[Int(graph.outStart[node])..<Int(graph.outStart[node + 1])], of: node)
      // The first difference of the lists is a node on the one side only.
      let place = zip(sources, targets).enumerated().first { $1.0 != $1.1 }?.offset
      let start = place ?? min(sources.count, targets.count)
      let (source, target) = (sources.dropFirst(start).first, targets.dropFirst(start).first)
      if let source, source < target ?? .max {
        throw CurvatureError.notSymmetric(source: Int(source), destination: node)
      }
      if let target { throw CurvatureError.notSymmetric(source: node, destination: Int(target)) }
      return sources
    }
  }

  var nodeCount: Int { lists.count }

  subscript(node: Int) -> [Int32] { lists[node] }

  func degree(_ node: Int) -> Int { lists[node].count }

  /// All edges, in rising order.
  var edges: [UndirectedEdge] {
    lists.indices.flatMap { i in
      lists[i].lazy.filter { $0 > Int32(i) }.map { UndirectedEdge(i, Int($0)) }
    }
  }

  /// The place of a node in another's list, or where it would have to go.
  func place(of neighbor: Int, in node: Int) -> (index: Int, isThere: Bool) {
    let list = lists[node]
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < Int32(neighbor) { low = middle + 1 } else { high = middle }
    }
    return (low, low < list.count && list[low] == Int32(neighbor))
  }

  func contains(_ edge: UndirectedEdge) -> Bool { place(of: edge.second, in: edge.first).isThere }

  /// Adds an edge that is not there.
  mutating func insert(_ edge: UndirectedEdge) {
    for (node, other) in [(edge.first, edge.second), (edge.second, edge.first)] {
      lists[node].insert(Int32(other), at: place(of: other, in: node).index)
    }
  }

  /// Takes away an edge that is there.
  mutating func remove(_ edge: UndirectedEdge) {
    for (node, other) in [(edge.first, edge.second), (edge.second, edge.first)] {
      lists[node].remove(at: place(of: other, in: node).index)
    }
  }

  /// The graph with both directions of every edge.
  var graph: CSRGraph {
    var start: [Int32] = [0]
    start.reserveCapacity(nodeCount + 1)
    for list in lists { start.append(start[start.count - 1] + Int32(list.count)) }
    return CSRGraph(inStart: start, source: Array(lists.joined()))
  }
}
