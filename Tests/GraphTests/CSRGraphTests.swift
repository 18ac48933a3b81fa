import Foundation
import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct CSRGraphTests {
  @Test(arguments: AwkwardGraph.small + [.large])
  func bothDirectionsHoldTheSameEdges(_ sample: AwkwardGraph) {
    let graph = sample.graph
    let (n, m) = (sample.nodeCount, sample.edges.count)
    #expect(graph.edgeCount == m)
    #expect(graph.inStart.count == n + 1 && graph.outStart.count == n + 1)
    #expect(graph.inStart.last == Int32(m) && graph.outStart.last == Int32(m))
    // Into each node, in the order of edge numbers, which is that of the list.
    let into = (0..<n).flatMap { i in
      (graph.inStart[i]..<graph.inStart[i + 1]).map { (Int(graph.source[Int($0)]), i) }
    }
    #expect(into.elementsEqual(sample.edges, by: ==))
    // Out of each node, in the order of edge numbers.
    let edgesInto = sample.edgesInto
    var outEdges: [Int] = []
    for j in 0..<n {
      let run = Int(graph.outStart[j])..<Int(graph.outStart[j + 1])
      let numbers = run.map { Int(graph.outEdge[$0]) }
      #expect(numbers == numbers.sorted())
      for (k, e) in zip(run, numbers) {
        #expect(sample.edges[e] == (j, Int(graph.destination[k])))
      }
      outEdges += numbers
      #expect(graph.outDegree(j) == numbers.count && graph.inDegree(j) == edgesInto[j].count)
    }
    #expect(outEdges.sorted() == Array(0..<m))
    #expect(graph.hasZeroInDegree == edgesInto.contains { $0.isEmpty })
  }

  @Test func edgesOfOneDestinationKeepTheirOrder() throws {
    let graph = try CSRGraph(
      nodeCount: 4, sources: [3, 1, 2, 1, 3, 0], destinations: [2, 0, 2, 2, 2, 0])
    #expect(graph.inStart == [0, 2, 2, 6, 6])
    #expect(graph.source == [1, 0, 3, 2, 1, 3])
    #expect(graph.outStart == [0, 1, 3, 4, 6])
    #expect(graph.destination == [0, 0, 2, 2, 2, 2])
    #expect(graph.outEdge == [1, 0, 4, 3, 2, 5])
  }

  /// Members that keep their edges to themselves are sorted apart, others together.
  @Test func edgesOfMembersAndBetweenThem() throws {
    let sources: [Int32] = [1, 0, 1, 4, 3, 3, 2], destinations: [Int32] = [0, 1, 1, 2, 3, 4, 4]
    let whole = try CSRGraph(nodeCount: 5, sources: sources, destinations: destinations)
    let apart = try CSRGraph(
      nodeCount: 5, sources: sources, destinations: destinations, memberStart: [0, 2, 2, 5])
    let together = try CSRGraph(
      nodeCount: 5, sources: sources, destinations: destinations, memberStart: [0, 3, 5])
    #expect(whole.membersAreApart && apart.membersAreApart && !together.membersAreApart)
    for graph in [apart, together] {
      #expect(graph.outStart == whole.outStart && graph.destination == whole.destination)
      #expect(graph.outEdge == whole.outEdge)
    }
    #expect(CSRGraph(batching: [apart, whole]).membersAreApart)
    #expect(!CSRGraph(batching: [apart, together]).membersAreApart)
  }

  @Test func nodesOutsideTheGraphAreErrors() {
    func error(_ n: Int, _ sources: [Int32], _ destinations: [Int32]) -> GraphError? {
      #expect(throws: GraphError.self) {
        _ = try CSRGraph(nodeCount: n, sources: sources, destinations: destinations)
      }
    }
    #expect(error(3, [0, 3], [1, 1]) == .nodeOutOfRange(edge: 1, node: 3, nodeCount: 3))
    #expect(error(3, [0, 1, 2], [1, 1, -1]) == .nodeOutOfRange(edge: 2, node: -1, nodeCount: 3))
    #expect(error(0, [0], [0]) == .nodeOutOfRange(edge: 0, node: 0, nodeCount: 0))
    #expect(error(3, [0, 1], [1]) == .lengthMismatch(sources: 2, destinations: 1))
    let description = error(3, [5], [1])?.description ?? ""
    #expect(description.contains("edge 0") && description.contains("node 5"))
  }

  @Test func aBatchIsTheGraphOfShiftedEdgeLists() throws {
    let parts = AwkwardGraph.small
    for order in [[3, 0, 5, 2, 4, 1], [0], [], [5, 5], [0, 1, 0]] {
      var (sources, destinations): ([Int32], [Int32]) = ([], [])
      var first = 0
      for part in order.map({ parts[$0] }) {
        sources += part.edges.map { Int32($0.source + first) }
        destinations += part.edges.map { Int32($0.destination + first) }
        first += part.nodeCount
      }
      let batch = CSRGraph(batching: order.map { parts[$0].graph })
      let expected = try CSRGraph(nodeCount: first, sources: sources, destinations: destinations)
      #expect(batch.nodeCount == expected.nodeCount && batch.edgeCount == expected.edgeCount)
      #expect(batch.inStart == expected.inStart && batch.source == expected.source)
      #expect(batch.outStart == expected.outStart && batch.destination == expected.destination)
      #expect(batch.outEdge == expected.outEdge)
    }
  }

  @Test(arguments: AwkwardGraph.small) func runsCoverAllNodesInOrder(_ sample: AwkwardGraph) {
    for width in [0, 1, 1_000, 1_000_000] {
      // Runs may be on several threads: another suite may have set their number meanwhile.
      let lock = NSLock()
      var nodes: [Int] = []
      sample.graph.forEachRun(width: width) { run in lock.withLock { nodes += Array(run) } }
      #expect(nodes.sorted() == Array(0..<sample.nodeCount))
      let sum = sample.graph.sumOverRuns(width: width) { $0.reduce(0) { $0 + Double($1) } }
      #expect(sum == Double(sample.nodeCount * max(sample.nodeCount - 1, 0) / 2))
    }
  }

  // MARK: Normalisation

  @Test(arguments: AwkwardGraph.small + [.large], GraphNormalization.allCases)
  func edgeWeightsFollowTheirDefinition(_ sample: AwkwardGraph, _ kind: GraphNormalization) throws {
    let weights: Matrix<Double>? = sample.graph.edgeWeights(kind)
    guard kind != .none else {
      #expect(weights == nil)
      return
    }
    var (inDegree, outDegree) = ([Double](repeating: 0, count: sample.nodeCount), [Double]())
    outDegree = inDegree
    for edge in sample.edges {
      inDegree[edge.destination] += 1
      outDegree[edge.source] += 1
    }
    let expected = sample.edges.map { edge -> Double in
      switch kind {
      case .both: 1 / (outDegree[edge.source] * inDegree[edge.destination]).squareRoot()
      case .inDegrees:
        1 / (max(inDegree[edge.source], 1) * inDegree[edge.destination]).squareRoot()
      case .right: 1 / inDegree[edge.destination]
      case .none: 1
      }
    }
    let found = try #require(weights)
    #expect(deviation(found, from: Matrix(expected.count, 1, expected)) < 1e-14)
    let single: Matrix<Float>? = sample.graph.edgeWeights(kind)
    #expect(single == found.converted())
  }

  @Test func aGraphWhoseSourceHasNoEdgesInDividesByNoZero() throws {
    // Node 0 has no edge into it, node 1 none out of it.
    let graph = try CSRGraph(nodeCount: 2, sources: [0, 0], destinations: [1, 1])
    func weights(_ kind: GraphNormalization) -> [Double]? {
      (graph.edgeWeights(kind) as Matrix<Double>?)?.elements
    }
    #expect(weights(.both).map { $0.allSatisfy { abs($0 - 0.5) < 1e-15 } } == true)
    #expect(
      weights(.inDegrees).map { $0.allSatisfy { abs($0 - 0.5.squareRoot()) < 1e-15 } } == true)
    #expect(weights(.right) == [0.5, 0.5])
  }

  @Test(arguments: AwkwardGraph.small) func everyNodeGetsOneSelfLoop(_ sample: AwkwardGraph) {
    let looped = AwkwardGraph(
      "with loops", nodes: sample.nodeCount,
      sample.edges.filter { $0.source != $0.destination }.map { ($0.source, $0.destination) }
        + (0..<sample.nodeCount).map { ($0, $0) })
    let graph = sample.graph.withSelfLoops()
    #expect(graph.nodeCount == sample.nodeCount)
    #expect(graph.inStart == looped.graph.inStart && graph.source == looped.graph.source)
    #expect(graph.outStart == looped.graph.outStart && graph.outEdge == looped.graph.outEdge)
    #expect(graph.destination == looped.graph.destination)
    #expect(graph.withSelfLoops().source == graph.source)
    #expect(!graph.hasZeroInDegree)
  }
}
