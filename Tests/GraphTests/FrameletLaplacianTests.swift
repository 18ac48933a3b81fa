import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct FrameletLaplacianTests {
  @Test func entriesOfASmallGraph() throws {
    // 0 = 1 twice, 1 - 2, a self loop on 2, 3 isolated.
    let graph = FrameletGraph("", nodes: 4, pairs: [(0, 1), (1, 2), (0, 1)], loops: [2, 3])
    let l = try NormalizedLaplacian(of: graph.graph).dense()
    let (a, b) = (2 / 6.0.squareRoot(), 1 / 3.0.squareRoot())
    let expected = Matrix<Double>(
      4, 4, [1, -a, 0, 0, -a, 1, -b, 0, 0, -b, 1, 0, 0, 0, 0, 1])
    #expect(largestDifference(l, expected) < 1e-15)
  }

  @Test(arguments: FrameletGraph.all) func edgeWeightsAreTheDenseMatrix(
    _ example: FrameletGraph
  ) throws {
    let laplacian = try NormalizedLaplacian(of: example.graph)
    let (dense, n) = (laplacian.dense(), example.graph.nodeCount)
    #expect(dense == dense.transposed())
    let x: Matrix<Double> = random(n, 3, "x")
    var expected = Matrix.product(dense, x, scale: 0.7)
    expected.add(x, scale: -0.2)
    let weights: Matrix<Double> = laplacian.edgeWeights(scale: 0.7, shift: -0.2)
    #expect(largestDifference(spmm(laplacian.graph, x, weights: weights), expected) < 1e-14)
  }

  @Test(arguments: [
    [(0, 1)], [(0, 1), (1, 0), (1, 0)], [(0, 1), (1, 0), (2, 1)], [(2, 0), (0, 1)],
  ])
  func directedGraphsAreRefused(_ edges: [(Int, Int)]) throws {
    let graph = AwkwardGraph("directed", nodes: 3, edges).graph
    let error = try #require(throws: FrameletError.self) { try NormalizedLaplacian(of: graph) }
    guard case .notSymmetric(let source, let destination, let forward, let backward) = error else {
      Issue.record("another error: \(error)")
      return
    }
    #expect(forward == edges.filter { $0 == (source, destination) }.count)
    #expect(backward == edges.filter { $0 == (destination, source) }.count)
    #expect(forward != backward)
  }

  @Test(arguments: FrameletGraph.all + [.random(nodes: 300, pairs: 700)])
  func lanczosFindsTheLargestEigenvalue(_ example: FrameletGraph) throws {
    let laplacian = try NormalizedLaplacian(of: example.graph)
    let top = try symmetricEigen(laplacian.dense()).values.last!
    let found = try LargestEigenvalue(of: laplacian)
    #expect(found.converged)
    #expect(abs(found.estimate - top) < 1e-10)
    #expect(found.upperBound >= top - 1e-14 && found.upperBound < top + 1e-7)
    #expect(try LargestEigenvalue(of: laplacian) == found)
  }

  @Test(
    arguments: [(300, 700), (300, 3_000), (60, 200), (200, 190)], [1, 2, 3, 5, 10, 20, 60])
  func theBoundHoldsWithoutConvergence(_ size: (nodes: Int, pairs: Int), _ steps: Int) throws {
    let example = FrameletGraph.random(nodes: size.nodes, pairs: size.pairs)
    let laplacian = try NormalizedLaplacian(of: example.graph)
    let found = try LargestEigenvalue(of: laplacian, tolerance: 1e-100, maximumSteps: steps)
    #expect(!found.converged && found.steps == steps)
    let top = try symmetricEigen(laplacian.dense()).values.last!
    #expect(found.estimate < top + 1e-13)
    #expect(found.upperBound >= top - 1e-14 && found.upperBound <= 2)
    // Long before it converges the bound is worth more than the 2 that holds for all graphs.
    if steps == 60 && size.pairs == 3_000 { #expect(found.upperBound < 1.75) }
  }

  @Test func largestEigenvalueRefusesNoSteps() throws {
    let laplacian = try NormalizedLaplacian(of: FrameletGraph.connected.graph)
    #expect(throws: FrameletError.self) { try LargestEigenvalue(of: laplacian, maximumSteps: 0) }
    #expect(throws: FrameletError.self) { try LargestEigenvalue(of: laplacian, tolerance: .nan) }
  }
}
