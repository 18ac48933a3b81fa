import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct CurvatureTests {
  /// The one curvature that all edges have.
  private func constant(_ graph: CSRGraph, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Double
  {
    let values = try BalancedFormanCurvature(of: graph).values
    let first = try #require(values.first, sourceLocation: sourceLocation)
    #expect(values.allSatisfy { $0 == first }, sourceLocation: sourceLocation)
    return first
  }

  @Test func cyclesAndCompleteGraphs() throws {
    #expect(try constant(cycle(3)) == 1.5)
    #expect(try constant(cycle(4)) == 1)
    for n in 5...9 { #expect(try constant(cycle(n)) == 0) }
    for n in 3...12 {
      #expect(abs(try constant(complete(n)) - Double(n) / Double(n - 1)) < 1e-14)
    }
  }

  @Test func regularTreesAreTheMostNegative() throws {
    // A tree where inner nodes have r + 1 neighbours: 4 / (r + 1) - 2 between inner nodes, 0 at leaves.
    for r in 1...4 {
      var pairs: [(Int, Int)] = (1...r + 1).map { (0, $0) }
      var next = r + 2
      for parent in 1...r + 1 {
        for _ in 0..<r {
          pairs.append((parent, next))
          next += 1
        }
      }
      let curvature = try BalancedFormanCurvature(of: undirected(next, pairs))
      for (edge, value) in zip(curvature.edges, curvature.values) {
        #expect(abs(value - (edge.first == 0 ? 4 / Double(r + 1) - 2 : 0)) < 1e-14)
      }
    }
  }

  @Test func hypercubesToriAndBipartiteGraphs() throws {
    for d in 2...6 {
      let pairs = (0..<1 << d).flatMap { v in (0..<d).map { (v, v ^ 1 << $0) } }
      // d - 1 neighbours of each end are on one 4-cycle each: 4/d - 2 + 2 (d - 1)/d.
      #expect(abs(try constant(undirected(1 << d, pairs)) - 2 / Double(d)) < 1e-14)
    }
    let (rows, columns) = (5, 7)
    let torus = (0..<rows * columns).flatMap { v -> [(Int, Int)] in
      let (r, c) = (v / columns, v % columns)
      return [(v, r * columns + (c + 1) % columns), (v, (r + 1) % rows * columns + c)]
    }
    // Two neighbours of each end are on one 4-cycle each: 1 - 2 + 4/4.
    #expect(try constant(undirected(rows * columns, torus)) == 0)
    for (a, b) in [(2, 2), (2, 5), (3, 4), (6, 3)] {
      let pairs = (0..<a).flatMap { i in (0..<b).map { (i, a + $0) } }
      let (most, sum) = (Double(max(a, b)), Double(a + b))
      // All other neighbours are on 4-cycles; one of the smaller side is on as many as the larger has.
      let expected = 2 / Double(a) + 2 / Double(b) - 2 + (sum - 2) / ((most - 1) * most)
      #expect(abs(try constant(undirected(a + b, pairs)) - expected) < 1e-14)
    }
  }

  @Test func gridsByHand() throws {
    // 0 1 2
    // 3 4 5
    let grid = try undirected(6, [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5)])
    let curvature = try BalancedFormanCurvature(of: grid)
    #expect(curvature.edges.count == 7 && curvature[0, 5] == nil && curvature[3, 3] == nil)
    // Degrees 2 and 2, one 4-cycle.
    #expect(curvature[3, 0] == 1)
    // Degrees 2 and 3, one 4-cycle: 1 + 2/3 - 2 + 2/3.
    #expect(abs(try #require(curvature[0, 1]) - 1 / 3.0) < 1e-15)
    // Degrees 3 and 3, two 4-cycles: 4/3 - 2 + 4/3.
    #expect(abs(try #require(curvature[1, 4]) - 2 / 3.0) < 1e-15)
  }

  @Test func diagonalsAndSharedNodes() throws {
    // The edge {0, 1}; 2 and 3 at 0, 4 at 1 meets both: gamma 2. The square 0 5 6 1 has a diagonal.
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (0, 5), (5, 6), (6, 1), (0, 6)]
    let curvature = try BalancedFormanCurvature(of: undirected(7, pairs))
    // Degrees 5 and 3, one triangle (6), C_0 = {2, 3}, C_1 = {4}.
    let expected = 2 / 5.0 + 2 / 3.0 - 2 + 2 / 5.0 + 1 / 3.0 + 3 / (2 * 5.0)
    #expect(abs(try #require(curvature[0, 1]) - expected) < 1e-15)
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func randomGraphsAgainstTheDefinition(
    _ seed: UInt64
  ) throws {
    let nodes = 12 + Int(seed) * 2
    let graph = try randomUndirected(
      nodes, pairs: nodes * (1 + Int(seed) % 5), hub: Int(seed) % 3 * 10, seed: seed)
    let dense = DenseGraph(graph)
    let (code, published) = (dense.released(earlyExit: false), dense.released(earlyExit: true))
    let all = try BalancedFormanVariant.allCases.map {
      try BalancedFormanCurvature(of: graph, variant: $0)
    }
    for curvature in all { #expect(curvature.edges == dense.edges) }
    for (e, edge) in dense.edges.enumerated() {
      #expect(abs(all[0].values[e] - dense.definition(edge)) < 1e-13)
      #expect(all[0].values[e] > -2 && all[0].values[e] < 1.5 + 1e-14)
      let (i, j) = (edge.first, edge.second)
      #expect(abs(all[1].values[e] - code[i][j]) < 1e-13 && code[i][j] == code[j][i])
      #expect(abs(all[2].values[e] - published[j][i]) < 1e-13 && published[i][j] == 0)
    }
  }

  @Test func theEarlyExitLeavesNextToNothing() throws {
    let graph = try complete(5)
    let all = try BalancedFormanVariant.allCases.map {
      try BalancedFormanCurvature(of: graph, variant: $0).values
    }
    // Row j ends at its diagonal, so that entries below it are there.
    #expect(all[1] == all[2] && all[1].allSatisfy { $0 != 0 } && all[0] != all[1])
    let shifted = try undirected(6, (1..<6).flatMap { i in (1..<i).map { (i, $0) } })
    let published = try BalancedFormanCurvature(of: shifted, variant: .asPublished)
    #expect(published.values == [Double](repeating: 0, count: 10))
    #expect(try BalancedFormanCurvature(of: cycle(3), variant: .releasedCode).values == [2, 2, 2])
    #expect(
      try BalancedFormanCurvature(of: cycle(7), variant: .releasedCode).values
        .allSatisfy { $0 == 1 })
  }

  @Test func selfLoopsParallelEdgesAndIsolatedNodes() throws {
    let simple = try undirected(8, [(0, 1), (1, 2), (2, 3), (3, 0), (3, 5), (5, 6), (6, 3)])
    let plain = try BalancedFormanCurvature(of: simple)
    let looped = try BalancedFormanCurvature(of: simple.withSelfLoops())
    #expect(looped == plain)
    let many = AwkwardGraph(
      "", nodes: 8,
      [(0, 1), (1, 2), (2, 3), (3, 0), (3, 5), (5, 6), (6, 3)].flatMap { [$0, ($0.1, $0.0)] }
        + [(0, 1), (0, 1), (2, 2), (7, 7)])
    #expect(try BalancedFormanCurvature(of: many.graph) == plain)
    for nodes in [0, 1, 4] {
      let none = try BalancedFormanCurvature(of: undirected(nodes, []))
      #expect(none.edges.isEmpty && none.values.isEmpty && none[0, 1] == nil)
    }
    #expect(try BalancedFormanCurvature(of: undirected(2, [(0, 1)])).values == [0])
  }

  @Test(arguments: [
    [(0, 1)], [(0, 1), (1, 0), (2, 1)], [(2, 0), (0, 1), (1, 0)], [(1, 2), (0, 2)],
  ])
  func directedGraphsAreRefused(_ edges: [(Int, Int)]) throws {
    let graph = AwkwardGraph("directed", nodes: 3, edges).graph
    let error = try #require(throws: CurvatureError.self) { try BalancedFormanCurvature(of: graph) }
    guard case .notSymmetric(let source, let destination) = error else {
      Issue.record("another error: \(error)")
      return
    }
    #expect(edges.contains { $0 == (source, destination) })
    #expect(!edges.contains { $0 == (destination, source) })
    #expect(throws: CurvatureError.self) {
      try StochasticDiscreteRicciFlow().rewire(graph, seed: 0)
    }
  }

  @Test func valuesDoNotDependOnTheNumberOfThreads() throws {
    let graph = try randomUndirected(900, pairs: 5_000, hub: 300, seed: 1)
    let all = try (1...3).map { threads in
      try Parallel.withThreads(threads) {
        (
          try BalancedFormanCurvature(of: graph).values.map(\.bitPattern),
          try StochasticDiscreteRicciFlow(loops: 3).rewire(graph, seed: 7).after.values
            .map(\.bitPattern)
        )
      }
    }
    #expect(all[0].0.count > 5_000)
    #expect(all[1] == all[0] && all[2] == all[0])
  }
}
