import Tensor
import Testing

@testable import Graph

/// A graph with the list of edges that it was made from, in the order of edge numbers.
struct AwkwardGraph: CustomTestStringConvertible, Sendable {
  let name: String
  let graph: CSRGraph
  let edges: [(source: Int, destination: Int)]
  var testDescription: String { name }

  var nodeCount: Int { graph.nodeCount }

  /// The numbers of the edges into each node.
  var edgesInto: [[Int]] {
    var lists = [[Int]](repeating: [], count: nodeCount)
    for (e, edge) in edges.enumerated() { lists[edge.destination].append(e) }
    return lists
  }

  init(_ name: String, nodes: Int, _ list: [(Int, Int)]) {
    self.name = name
    let graph = try? CSRGraph(
      nodeCount: nodes, sources: list.map { Int32($0.0) }, destinations: list.map { Int32($0.1) })
    guard let graph else { preconditionFailure("\(name) is no graph") }
    self.graph = graph
    var into = [[(Int, Int)]](repeating: [], count: nodes)
    for edge in list { into[edge.1].append(edge) }
    edges = into.flatMap { $0 }
  }

  private static func random(_ name: String, nodes: Int, edges: Int) -> AwkwardGraph {
    var generator = RandomStream(seed: 4, purpose: name).generator()
    return AwkwardGraph(
      name, nodes: nodes,
      (0..<edges).map { _ in (generator.below(nodes), generator.below(nodes)) })
  }

  static let small = [
    AwkwardGraph("no nodes", nodes: 0, []),
    AwkwardGraph("no edges", nodes: 5, []),
    AwkwardGraph("one node with a self loop", nodes: 1, [(0, 0)]),
    AwkwardGraph(
      "self loops, parallel edges and an isolated node", nodes: 7,
      [
        (0, 1), (2, 2), (0, 1), (1, 0), (2, 2), (3, 4), (4, 3), (4, 4), (0, 5), (5, 0), (1, 0),
        (0, 1), (0, 0),
      ]),
    AwkwardGraph(
      "a star", nodes: 41, (1...40).flatMap { [(0, $0), ($0, 0)] } + [(0, 0)]),
    random("30 nodes at random", nodes: 30, edges: 100),
  ]

  /// A graph of several runs of nodes.
  static let large = random("1,500 nodes at random", nodes: 1_500, edges: 6_000)
}

/// Widths that reach every group of vectors with and without an overlapping tail, and the path for
/// rows narrower than a vector, in both precisions (16 and 8 numbers a vector, groups of up to 8).
let widths = [1, 3, 8, 15, 16, 17, 48, 63, 64, 65, 90, 121, 129, 256, 1_000]
