import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct EdgeDropoutTests {
  private func stream(_ step: Int) -> RandomStream {
    RandomStream(seed: 3, purpose: "edges", step: step)
  }

  /// The edges into a node, by their sources.
  private func sources(_ graph: CSRGraph, _ node: Int) -> [Int32] {
    Array(graph.source[Int(graph.inStart[node])..<Int(graph.inStart[node + 1])])
  }

  @Test(arguments: AwkwardGraph.small + [.large]) func keepsNodesLoopsAndTheOrderOfEdges(
    _ sample: AwkwardGraph
  ) {
    let graph = sample.graph
    let thinned = graph.droppingEdges(probability: 0.5, stream: stream(1))
    #expect(thinned.nodeCount == graph.nodeCount && thinned.memberStart == graph.memberStart)
    for node in 0..<graph.nodeCount {
      let (all, kept) = (sources(graph, node), sources(thinned, node))
      let loops = { (list: [Int32]) in list.filter { $0 == Int32(node) }.count }
      #expect(loops(all) == loops(kept))
      // A subsequence: each kept one is found behind the one before it.
      var rest = all[...]
      for source in kept {
        guard let place = rest.firstIndex(of: source) else {
          Issue.record("node \(node) has got a new edge")
          return
        }
        rest = rest[(place + 1)...]
      }
    }
    #expect(graph.droppingEdges(probability: 0, stream: stream(1)).source == graph.source)
  }

  @Test func leavesOutTheShareThatIsAskedForAnewInEachStep() {
    let graph = AwkwardGraph.large.graph
    for p in [0.1, 0.5, 0.9] {
      let kept = graph.droppingEdges(probability: p, stream: stream(1)).edgeCount
      // Six deviations of 6,000 draws.
      #expect(abs(Double(kept) - 6_000 * (1 - p)) < 6 * (6_000 * p * (1 - p)).squareRoot())
    }
    func sources(_ step: Int) -> [Int32] {
      graph.droppingEdges(probability: 0.5, stream: stream(step)).source
    }
    #expect(sources(1) == sources(1) && sources(1) != sources(2))
    #expect(
      Parallel.withThreads(1) { sources(1) } == Parallel.withThreads(3) { sources(1) })
  }

  @Test func membersStay() throws {
    let one = try CSRGraph(nodeCount: 3, sources: [0, 1, 2], destinations: [1, 2, 2])
    let batch = CSRGraph(batching: [one, one])
    let thinned = batch.droppingEdges(probability: 0.9999999, stream: stream(1))
    #expect(thinned.memberStart == [0, 3, 6])
    #expect(thinned.source == [2, 5])
  }
}
