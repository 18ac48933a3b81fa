import Tensor
import Testing

@testable import Graph

@Suite struct InducedSubgraphTests {
  /// A graph of random directed edges, some of them self loops and some parallel.
  private func drawn(_ nodes: Int, _ edges: Int, seed: UInt64) throws -> CSRGraph {
    var random = RandomStream(seed: seed, purpose: "test edges").generator()
    func ends() -> [Int32] { (0..<edges).map { _ in Int32(random.below(nodes)) } }
    return try CSRGraph(nodeCount: nodes, sources: ends(), destinations: ends())
  }

  /// Each edge between kept nodes, and no other, in the order of the whole graph.
  @Test func edgesBetweenKeptNodesStay() throws {
    let graph = try drawn(40, 200, seed: 3)
    let nodes = [7, 3, 39, 0, 21, 22, 12, 30, 5, 8]
    let part = graph.induced(on: nodes)
    #expect(part.nodeCount == nodes.count)
    for (k, node) in nodes.enumerated() {
      let kept = graph.source[Int(graph.inStart[node])..<Int(graph.inStart[node + 1])]
        .compactMap { nodes.firstIndex(of: Int($0)).map(Int32.init) }
      #expect(Array(part.source[Int(part.inStart[k])..<Int(part.inStart[k + 1])]) == kept)
      #expect(
        part.outDegree(k)
          == nodes.reduce(0) { sum, other in
            sum
              + graph.source[Int(graph.inStart[other])..<Int(graph.inStart[other + 1])]
              .filter { Int($0) == node }.count
          })
    }
    let all = graph.induced(on: Array(0..<40))
    #expect(all.inStart == graph.inStart && all.source == graph.source)
    #expect(graph.induced(on: []).nodeCount == 0)
  }

  /// Reached from one another, whatever the direction; held against the closure of "is a neighbour of".
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func theLargestComponentIsThatOfTheClosure(_ seed: UInt64) throws {
    let graph = try drawn(60, 45, seed: seed)
    var reached = (0..<60).map { Set([$0]) }
    for _ in 0..<60 {
      for node in 0..<60 {
        for e in Int(graph.inStart[node])..<Int(graph.inStart[node + 1]) {
          let both = reached[node].union(reached[Int(graph.source[e])])
          for member in both { reached[member] = both }
        }
      }
    }
    let most = reached.map(\.count).max() ?? 0
    let first = reached.first { $0.count == most } ?? []
    #expect(graph.largestComponent == first.sorted())
  }

  @Test func ofEqualComponentsThatWithTheSmallestNode() throws {
    let graph = try CSRGraph(nodeCount: 5, sources: [4, 3], destinations: [1, 2])
    #expect(graph.largestComponent == [1, 4])
    #expect(CSRGraph(edgelessMembers: [3]).largestComponent == [0])
  }
}
