import Foundation
import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct CurvatureFlowTests {
  private static let graphs: [CSRGraph] = {
    let random = (0..<6 as Range<UInt64>).map { seed in
      try? randomUndirected(
        16 + Int(seed) * 3, pairs: 20 + Int(seed) * 14, hub: Int(seed) % 2 * 12, seed: 20 + seed)
    }
    let others = [
      try? undirected(12, (1..<12).map { (($0 - 1) / 2, $0) }), try? cycle(9), try? complete(5),
      try? undirected(9, (1..<9).map { (0, $0) }), try? undirected(5, [(1, 3)]),
    ]
    return (random + others).compactMap { $0 }
  }()

  @Test func allGraphsAreThere() { #expect(Self.graphs.count == 11) }

  @Test(arguments: Self.graphs.indices) func candidatesAgainstTheDefinition(_ g: Int) throws {
    let neighbors = try NeighborLists(of: Self.graphs[g])
    let dense = DenseGraph(Self.graphs[g])
    for edge in dense.edges {
      var found: [UndirectedEdge: Double] = [:]
      EdgeCandidates(around: edge, in: neighbors).forEach { candidate, improvement in
        #expect(found[candidate] == nil, "\(candidate) comes twice")
        found[candidate] = improvement
      }
      func ball(_ v: Int) -> [Int] { dense.nodes.filter { $0 == v || dense.isAdjacent[v][$0] } }
      let expected = Set(
        ball(edge.first).flatMap { k in
          ball(edge.second).filter { $0 != k && !dense.isAdjacent[k][$0] }
            .map { UndirectedEdge(k, $0) }
        })
      #expect(Set(found.keys) == expected)
      let before = dense.definition(edge)
      for (candidate, improvement) in found {
        let after = dense.with(candidate, true).definition(edge)
        #expect(abs(improvement - (after - before)) < 1e-13, "\(candidate) at \(edge)")
      }
    }
  }

  @Test(arguments: Self.graphs.indices, BalancedFormanVariant.allCases)
  func whatIsKeptUpToDateIsAFullComputation(
    _ g: Int, _ variant: BalancedFormanVariant
  ) throws {
    let neighbors = try NeighborLists(of: Self.graphs[g])
    var tracker = CurvatureTracker(
      neighbors, BalancedFormanCurvature(of: neighbors, variant: variant))
    var generator = RandomStream(seed: 3, purpose: "changes", step: g).generator()
    for _ in 0..<60 {
      let nodes = generator.permutation(neighbors.nodeCount)
      let edge = UndirectedEdge(nodes[0], nodes[1])
      if tracker.neighbors.contains(edge) { tracker.remove(edge) } else { tracker.add(edge) }
      let full = try BalancedFormanCurvature(of: tracker.neighbors.graph, variant: variant)
      #expect(tracker.curvature == full)
      let (low, high) = (full.values.min(), full.values.max())
      #expect(tracker.lowest?.curvature == low && tracker.highest(except: nil)?.curvature == high)
      #expect(tracker.lowest?.edge == full.values.firstIndex { $0 == low }.map { full.edges[$0] })
      #expect(
        tracker.highest(except: nil)?.edge
          == full.values.firstIndex { $0 == high }.map { full.edges[$0] })
      let first = full.edges.first
      #expect(tracker.highest(except: first)?.curvature == full.values.dropFirst().max())
    }
  }

  /// By a variant every step is what whole computations of its curvatures say.
  @Test(arguments: Self.graphs.indices, [BalancedFormanVariant.releasedCode, .asPublished])
  func aVariantGoesByItsOwnCurvatures(_ g: Int, _ variant: BalancedFormanVariant) throws {
    func curvature(_ graph: DenseGraph) throws -> BalancedFormanCurvature {
      try BalancedFormanCurvature(
        of: undirected(graph.nodes.count, graph.edges.map { ($0.first, $0.second) }),
        variant: variant)
    }
    let graph = Self.graphs[g]
    let result = try StochasticDiscreteRicciFlow(loops: 6, tau: .infinity, variant: variant)
      .rewire(graph, seed: 0)
    var dense = DenseGraph(graph)
    #expect(try result.before == curvature(dense))
    for step in result.steps {
      let before = try curvature(dense)
      #expect(step.curvature == before.values.min())
      #expect(before[step.bottleneck.first, step.bottleneck.second] == step.curvature)
      if let added = step.added {
        func improvement(_ pair: UndirectedEdge) throws -> Double {
          try #require(
            curvature(dense.with(pair, true))[step.bottleneck.first, step.bottleneck.second])
            - step.curvature
        }
        var most = 0.0
        let neighbors = try NeighborLists(
          of: undirected(
            dense.nodes.count, dense.edges.map { ($0.first, $0.second) }))
        var pairs: [(UndirectedEdge, Double)] = []
        EdgeCandidates(around: step.bottleneck, in: neighbors, variant).forEach {
          pairs.append(($0, $1))
        }
        for (pair, found) in pairs {
          let expected = try improvement(pair)
          #expect(found == expected)
          most = max(most, expected)
        }
        #expect(try most > 0 && improvement(added) == most)
        dense = dense.with(added, true)
      }
      if let removed = step.removed {
        #expect(try #require(curvature(dense)[removed.first, removed.second]) > 0.5)
        dense = dense.with(removed, false)
      }
    }
    #expect(try result.after == curvature(dense))
    #expect(result.after.variant == variant)
  }

  @Test(arguments: Self.graphs.indices, [0, 1, 50, Double.infinity])
  func everyStepIsWhatItSays(_ g: Int, _ tau: Double) throws {
    let graph = Self.graphs[g]
    var dense = DenseGraph(graph)
    let flow = StochasticDiscreteRicciFlow(loops: 12, tau: tau)
    let result = try flow.rewire(graph, seed: UInt64(g))
    #expect(result.before == (try BalancedFormanCurvature(of: graph)))
    for step in result.steps {
      let values = dense.edges.map(dense.definition)
      let lowest = try #require(values.min())
      #expect(abs(step.curvature - lowest) < 1e-13)
      #expect(abs(dense.definition(step.bottleneck) - lowest) < 1e-13)
      if let added = step.added {
        #expect(!dense.isAdjacent[added.first][added.second])
        let after = dense.with(added, true)
        if tau == .infinity {
          #expect(after.definition(step.bottleneck) > lowest + 1e-12)
        }
        dense = after
      }
      let others = dense.edges.filter { $0 != step.added }
      let highest = others.map(dense.definition).max() ?? -2
      #expect((step.removed != nil) == (highest > 0.5 + 1e-12))
      if let removed = step.removed {
        #expect(removed != step.added && abs(dense.definition(removed) - highest) < 1e-13)
        dense = dense.with(removed, false)
      }
    }
    #expect(dense.isAdjacent == DenseGraph(result.graph).isAdjacent)
    #expect(result.graph.nodeCount == graph.nodeCount)
    #expect(result.after == (try BalancedFormanCurvature(of: result.graph)))
    switch result.end {
    case .loopsDone: #expect(result.steps.count == 12)
    case .noEdges: #expect(dense.edges.isEmpty)
    case .noImprovement(let edge):
      #expect(result.steps.count < 12)
      let before = dense.definition(edge)
      EdgeCandidates(around: edge, in: try NeighborLists(of: result.graph)).forEach { pair, _ in
        #expect(dense.with(pair, true).definition(edge) < before + 1e-12)
      }
    }
    // The same again, and fewer loops are the beginning of more.
    #expect(try flow.rewire(graph, seed: UInt64(g)).steps == result.steps)
    let begun = try StochasticDiscreteRicciFlow(loops: 2, tau: tau).rewire(graph, seed: UInt64(g))
    #expect(begun.steps == Array(result.steps.prefix(2)))
  }

  @Test func aRewiringCanBeStopped() throws {
    struct Stop: Error {}
    var calls = 0
    let flow = StochasticDiscreteRicciFlow(loops: 1_000_000, removalBound: -9)
    #expect(throws: Stop.self) {
      _ = try flow.rewire(cycle(12), seed: 1) {
        calls += 1
        if calls == 3 { throw Stop() }
      }
    }
    #expect(calls == 3)
    // Who does not stop it gets the same graph.
    let two = StochasticDiscreteRicciFlow(loops: 2, removalBound: -9)
    let watched = try two.rewire(cycle(12), seed: 1) {}
    #expect(watched.steps == (try two.rewire(cycle(12), seed: 1).steps))
  }

  @Test(arguments: [0, 0.5, 3, 1e3]) func candidatesAreDrawnBySoftmax(_ tau: Double) throws {
    // Two stars with joined centres: pairs of leaves, and leaves with the other centre.
    let graph = try undirected(6, [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (2, 4)])
    let neighbors = try NeighborLists(of: graph)
    let edge = UndirectedEdge(0, 1)
    var weights: [UndirectedEdge: Double] = [:]
    EdgeCandidates(around: edge, in: neighbors).forEach { weights[$0] = $1 }
    let best = try #require(weights.values.max())
    weights = weights.mapValues { exp(tau * ($0 - best)) }
    let sum = weights.values.reduce(0, +)
    let flow = StochasticDiscreteRicciFlow(tau: tau)
    let draws = 20_000
    var counts: [UndirectedEdge: Int] = [:]
    for step in 0..<draws {
      let stream = RandomStream(seed: 9, purpose: "draws", step: step)
      counts[try #require(flow.choice(around: edge, in: neighbors, stream: stream)), default: 0] +=
        1
    }
    #expect(Set(counts.keys).isSubset(of: weights.keys))
    for (candidate, weight) in weights {
      let p = weight / sum
      let deviation = (Double(draws) * p * (1 - p)).squareRoot()
      let difference = Double(counts[candidate] ?? 0) - Double(draws) * p
      #expect(abs(difference) <= 5 * deviation + 1e-9, "\(candidate): \(difference)")
    }
  }

  @Test func anEndBeforeTheLastLoop() throws {
    let flow = StochasticDiscreteRicciFlow()
    let empty = try flow.rewire(try undirected(4, []), seed: 1)
    #expect(empty.end == .noEdges && empty.steps.isEmpty && empty.graph.nodeCount == 4)
    #expect(try flow.rewire(try undirected(0, []), seed: 1).end == .noEdges)
    #expect(try flow.rewire(try undirected(1, []), seed: 1).end == .noEdges)
    let pair = try flow.rewire(try undirected(2, [(0, 1)]), seed: 1)
    #expect(pair.end == .noImprovement(UndirectedEdge(0, 1)) && pair.steps.isEmpty)
    // Nothing can be added to a complete graph; nothing may be removed.
    let full = try StochasticDiscreteRicciFlow(removalBound: nil).rewire(complete(6), seed: 1)
    #expect(full.end == .noImprovement(UndirectedEdge(0, 1)) && full.graph.edgeCount == 30)
    // Two leaves joined would make the star's edges worse.
    let star = try flow.rewire(try undirected(12, (1..<12).map { (0, $0) }), seed: 1)
    #expect(star.end == .noImprovement(UndirectedEdge(0, 1)) && star.graph.edgeCount == 22)
    let none = try StochasticDiscreteRicciFlow(loops: 0).rewire(cycle(5), seed: 1)
    #expect(none.end == .loopsDone && none.before == none.after)
    // With a bound below 0 edges run out.
    let low = try StochasticDiscreteRicciFlow(loops: 9, removalBound: -1).rewire(
      try undirected(2, [(0, 1)]), seed: 1)
    #expect(low.end == .noEdges && low.removed == [UndirectedEdge(0, 1)])
  }

  @Test func bridgesAreRelieved() throws {
    // Two complete graphs of six nodes and a bridge.
    let pairs = (0..<2).flatMap { part in
      (0..<6).flatMap { i in (0..<i).map { (part * 6 + i, part * 6 + $0) } }
    }
    let graph = try undirected(12, pairs + [(0, 6)])
    let flow = StochasticDiscreteRicciFlow(loops: 4, tau: .infinity, removalBound: nil)
    let result = try flow.rewire(graph, seed: 0)
    #expect(result.steps.first?.bottleneck == UndirectedEdge(0, 6))
    // Every edge is new and goes across.
    #expect(result.added.count == 4)
    #expect(result.added.allSatisfy { $0.first < 6 && $0.second >= 6 })
    #expect(try #require(result.before[0, 6]) < -1.3 && #require(result.after[0, 6]) > -1)
    #expect(result.removed.isEmpty && result.graph.edgeCount == graph.edgeCount + 8)
  }

  @Test func senselessSettingsAreRefused() throws {
    let graph = try cycle(5)
    for flow in [
      StochasticDiscreteRicciFlow(loops: -1), StochasticDiscreteRicciFlow(tau: -1),
      StochasticDiscreteRicciFlow(tau: .nan), StochasticDiscreteRicciFlow(removalBound: .nan),
      StochasticDiscreteRicciFlow(removalBound: .infinity),
    ] {
      #expect(throws: CurvatureError.self) { try flow.rewire(graph, seed: 0) }
    }
  }

  /// What another rewiring made has the curvatures of both graphs, and is simple.
  @Test func otherRewiringsAreRecorded() throws {
    let ring = try CSRGraph(undirected: 5, first: [0, 1, 2, 3, 4], second: [1, 2, 3, 4, 0])
    let chords = try CSRGraph(
      nodeCount: 5, sources: [0, 1, 1, 2, 2, 0, 3, 3], destinations: [1, 0, 2, 1, 0, 2, 3, 3])
    let step = RewiredGraph.Step(
      bottleneck: UndirectedEdge(0, 1), curvature: 0, added: UndirectedEdge(0, 2))
    let rewired = try RewiredGraph(chords, of: ring, steps: [step])
    #expect(rewired.graph.edgeCount == 6 && rewired.graph.nodeCount == 5)
    #expect(rewired.added == [UndirectedEdge(0, 2)] && rewired.removed.isEmpty)
    #expect(rewired.before.values == (try BalancedFormanCurvature(of: ring)).values)
    #expect(rewired.after.edges == [(0, 1), (0, 2), (1, 2)].map { UndirectedEdge($0, $1) })
    #expect(rewired.end == .loopsDone)

    #expect(throws: CurvatureError.otherNodes(expected: 5, found: 4)) {
      _ = try RewiredGraph(CSRGraph(edgelessMembers: [4]), of: ring)
    }
    let oneWay = try CSRGraph(nodeCount: 5, sources: [0], destinations: [1])
    #expect(throws: CurvatureError.notSymmetric(source: 0, destination: 1)) {
      _ = try RewiredGraph(oneWay, of: ring)
    }
    #expect("\(CurvatureError.otherNodes(expected: 5, found: 4))".contains("has 4 nodes"))
  }
}
