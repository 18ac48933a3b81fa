import Tensor

/// A directed graph in compressed sparse rows, in both directions.
///
/// Edges are numbered 0 ..< edgeCount in the order of their destinations: the edges into node i
/// are inStart[i] ..< inStart[i + 1], and edge e comes from source[e]. The edges out of node j are
/// found through outEdge[k] for k in outStart[j] ..< outStart[j + 1], and lead to destination[k].
/// Self loops and parallel edges are allowed. Everything "per edge" in this package is in the
/// order of edge numbers.
public final class CSRGraph: @unchecked Sendable {
  /// The number of nodes.
  public let nodeCount: Int
  /// The number of directed edges.
  public let edgeCount: Int
  /// Where the in-edges of each node start; nodeCount + 1 entries.
  public let inStart: [Int32]
  /// The source node of each edge.
  public let source: [Int32]
  /// Where the out-edges of each node start; nodeCount + 1 entries.
  public let outStart: [Int32]
  /// The destination node of each edge, in the order of sources.
  public let destination: [Int32]
  /// The edge number of each edge, in the order of sources.
  public let outEdge: [Int32]
  /// Where the nodes of each member graph start, with nodeCount as the last entry: a batch has a
  /// member for each of its graphs, a single graph is its own one member.
  public let memberStart: [Int32]
  /// Whether no edge leads from one member to another.
  let membersAreApart: Bool
  /// The graphs that were put together into this one; none where it is no batch.
  let members: [CSRGraph]
  /// What follows from the structure alone and was asked for.
  let constants = GraphConstants()

  /// A graph from a list of edges sources[k] -> destinations[k].
  ///
  /// Edges of one destination keep the order in which they are given.
  ///
  /// - Parameter memberStart: Where the nodes of each member start, from 0 to nodeCount; one member
  ///   if nil. Edges between members are the caller's affair.
  /// - Throws: ``GraphError/nodeOutOfRange(edge:node:nodeCount:)`` for an end outside
  ///   0 ..< nodeCount, ``GraphError/lengthMismatch(sources:destinations:)`` for lists of different
  ///   lengths.
  public convenience init(
    nodeCount: Int, sources: [Int32], destinations: [Int32], memberStart: [Int32]? = nil
  ) throws {
    guard sources.count == destinations.count else {
      throw GraphError.lengthMismatch(sources: sources.count, destinations: destinations.count)
    }
    try CSRGraph.requireSize(nodes: nodeCount, edges: sources.count)
    for list in [sources, destinations] {
      if let edge = list.firstIndex(where: { $0 < 0 || Int($0) >= nodeCount }) {
        throw GraphError.nodeOutOfRange(
          edge: edge, node: Int(list[edge]), nodeCount: nodeCount)
      }
    }
    let (inStart, order) = countingSort(keys: destinations, count: nodeCount)
    self.init(
      inStart: inStart, source: order.map { sources[Int($0)] }, memberStart: memberStart)
  }

  /// Nodes without edges, such as those of point clouds, in members of the given sizes.
  public convenience init(edgelessMembers sizes: [Int]) {
    let starts = sizes.reduce(into: [Int32(0)]) { $0.append($0.last! + Int32($1)) }
    self.init(
      inStart: [Int32](repeating: 0, count: Int(starts.last!) + 1), source: [], memberStart: starts)
  }

  /// Sees to it that nodes and edges can be numbered in 32 bits, also with a self loop at each node.
  ///
  /// - Throws: ``GraphError/sizeOutOfRange(nodes:edges:)`` if they cannot.
  static func requireSize(nodes: Int, edges: Int) throws {
    let limit = Int(Int32.max)
    guard (0...limit).contains(nodes), (0...limit).contains(edges), nodes + edges <= limit else {
      throw GraphError.sizeOutOfRange(nodes: nodes, edges: edges)
    }
  }

  /// A graph from in-edge lists that are known to be valid.
  package init(inStart: [Int32], source: [Int32], memberStart: [Int32]? = nil) {
    let memberStart = memberStart ?? [0, Int32(inStart.count - 1)]
    precondition(
      memberStart.first == 0 && memberStart.last == Int32(inStart.count - 1)
        && zip(memberStart, memberStart.dropFirst()).allSatisfy { $0 <= $1 },
      "members follow one another from the first node to the last")
    self.memberStart = memberStart
    members = []
    nodeCount = inStart.count - 1
    edgeCount = source.count
    self.inStart = inStart
    self.source = source
    membersAreApart = isApart(inStart: inStart, source: source, memberStart: memberStart)
    (outStart, destination, outEdge) = outEdges(
      inStart: inStart, source: source,
      bounds: membersAreApart ? memberStart : [0, Int32(nodeCount)])
  }

  /// Several graphs as one block-diagonal graph: nodes and edges of each follow those of the one
  /// before it.
  public init(batching graphs: [CSRGraph]) {
    nodeCount = graphs.reduce(0) { $0 + $1.nodeCount }
    edgeCount = graphs.reduce(0) { $0 + $1.edgeCount }
    precondition(
      max(nodeCount, edgeCount) <= Int(Int32.max),
      "\(graphs.count) graphs of \(nodeCount) nodes and \(edgeCount) edges do not fit one batch")
    var inStart: [Int32] = [0]
    var outStart: [Int32] = [0]
    var source: [Int32] = []
    var destination: [Int32] = []
    var outEdge: [Int32] = []
    inStart.reserveCapacity(nodeCount + 1)
    outStart.reserveCapacity(nodeCount + 1)
    source.reserveCapacity(edgeCount)
    destination.reserveCapacity(edgeCount)
    outEdge.reserveCapacity(edgeCount)
    var memberStart: [Int32] = [0]
    var node: Int32 = 0
    var edge: Int32 = 0
    for graph in graphs {
      let (node0, edge0) = (node, edge)
      memberStart.append(contentsOf: graph.memberStart.dropFirst().lazy.map { $0 + node0 })
      inStart.append(contentsOf: graph.inStart.dropFirst().lazy.map { $0 + edge0 })
      outStart.append(contentsOf: graph.outStart.dropFirst().lazy.map { $0 + edge0 })
      source.append(contentsOf: graph.source.lazy.map { $0 + node0 })
      destination.append(contentsOf: graph.destination.lazy.map { $0 + node0 })
      outEdge.append(contentsOf: graph.outEdge.lazy.map { $0 + edge0 })
      node += Int32(graph.nodeCount)
      edge += Int32(graph.edgeCount)
    }
    self.inStart = inStart
    self.outStart = outStart
    self.source = source
    self.destination = destination
    self.outEdge = outEdge
    self.memberStart = memberStart
    membersAreApart = graphs.allSatisfy(\.membersAreApart)
    members = graphs
  }

  /// The number of member graphs.
  public var memberCount: Int { memberStart.count - 1 }

  /// The nodes of a member.
  public func nodes(ofMember member: Int) -> Range<Int> {
    Int(memberStart[member])..<Int(memberStart[member + 1])
  }

  /// One node for each member, without edges: where the features of whole graphs live. Made once and
  /// kept.
  public var pooled: CSRGraph {
    constants.value("one node a member") {
      CSRGraph(edgelessMembers: [Int](repeating: 1, count: memberCount))
    }
  }

  /// The number of edges into node `node`.
  public func inDegree(_ node: Int) -> Int { Int(inStart[node + 1] - inStart[node]) }

  /// The number of edges out of node `node`.
  public func outDegree(_ node: Int) -> Int { Int(outStart[node + 1] - outStart[node]) }

  /// Whether some node has no edge into it.
  public var hasZeroInDegree: Bool { (0..<nodeCount).contains { inDegree($0) == 0 } }
}

/// Whether no edge leads from one member to another; all edges are of nodes that exist.
private func isApart(inStart: [Int32], source: [Int32], memberStart: [Int32]) -> Bool {
  let result = zip(memberStart, memberStart.dropFirst()).allSatisfy { first, end in
    source[Int(inStart[Int(first)])..<Int(inStart[Int(end)])].allSatisfy {
      $0 >= first && $0 < end
    }
  }
  let nodes = inStart.count - 1
  precondition(
    result || source.allSatisfy { $0 >= 0 && $0 < nodes }, "an edge leads out of the graph")
  return result
}

/// The edges in the order of their sources, stable: where each source's run starts, where each edge
/// leads, and its number. No edge leads from one of the parts between `bounds` to another: each is
/// sorted apart, in its own part of the lists.
private func outEdges(
  inStart: [Int32], source: [Int32], bounds: [Int32]
) -> (start: [Int32], destination: [Int32], edge: [Int32]) {
  let (nodes, edges) = (inStart.count - 1, source.count)
  var start = [Int32](repeating: 0, count: nodes + 1)
  var destination = [Int32](repeating: 0, count: edges)
  var edge = [Int32](repeating: 0, count: edges)
  inStart.withUnsafeBufferPointer { inStart in
    source.withUnsafeBufferPointer { source in
      start.withUnsafeMutableBufferPointer { start in
        destination.withUnsafeMutableBufferPointer { destination in
          edge.withUnsafeMutableBufferPointer { edge in
            nonisolated(unsafe) let (start, destination, edge) = (start, destination, edge)
            Parallel.pieces(bounds.count - 1) { g in
              sortBySource(
                Int(bounds[g])..<Int(bounds[g + 1]), inStart, source, start, destination, edge)
            }
            start[nodes] = Int32(edges)
          }
        }
      }
    }
  }
  return (start, destination, edge)
}

/// The edges of some nodes that have none with others; what is out of them stands where what is into
/// them does.
private func sortBySource(
  _ nodes: Range<Int>, _ inStart: UnsafeBufferPointer<Int32>, _ source: UnsafeBufferPointer<Int32>,
  _ start: UnsafeMutableBufferPointer<Int32>, _ destination: UnsafeMutableBufferPointer<Int32>,
  _ edge: UnsafeMutableBufferPointer<Int32>
) {
  withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(nodes.count, 1)) { next in
    next.initialize(repeating: 0)
    let first = nodes.lowerBound
    for e in Int(inStart[first])..<Int(inStart[nodes.upperBound]) {
      next[Int(source[e]) - first] += 1
    }
    var total = inStart[first]
    for i in nodes {
      start[i] = total
      total += next[i - first]
      next[i - first] = start[i]
    }
    for i in nodes {
      for e in inStart[i]..<inStart[i + 1] {
        let j = Int(source[Int(e)]) - first
        let place = Int(next[j])
        next[j] += 1
        destination[place] = Int32(i)
        edge[place] = e
      }
    }
  }
}
/// The stable order of `keys`, and where each key's run starts.
private func countingSort(keys: [Int32], count: Int) -> (start: [Int32], order: [Int32]) {
  var start = [Int32](repeating: 0, count: count + 1)
  for key in keys { start[Int(key) + 1] += 1 }
  for i in 0..<count { start[i + 1] += start[i] }
  var next = start
  var order = [Int32](repeating: 0, count: keys.count)
  for (position, key) in keys.enumerated() {
    order[Int(next[Int(key)])] = Int32(position)
    next[Int(key)] += 1
  }
  return (start, order)
}

/// Why a graph could not be made.
public enum GraphError: Error, Equatable, CustomStringConvertible {
  /// The lists of sources and destinations differ in length.
  case lengthMismatch(sources: Int, destinations: Int)
  /// An edge names a node that does not exist.
  case nodeOutOfRange(edge: Int, node: Int, nodeCount: Int)
  /// Nodes and edges together are more than can be numbered.
  case sizeOutOfRange(nodes: Int, edges: Int)

  /// The message for a person.
  public var description: String {
    switch self {
    case .lengthMismatch(let sources, let destinations):
      "an edge list has \(sources) sources but \(destinations) destinations"
    case .nodeOutOfRange(let edge, let node, let nodeCount):
      "edge \(edge) names node \(node), but nodes are 0 to \(nodeCount - 1)"
    case .sizeOutOfRange(let nodes, let edges):
      "a graph cannot have \(nodes) nodes and \(edges) directed edges: at most \(Int32.max) of both "
        + "together can be numbered"
    }
  }
}
