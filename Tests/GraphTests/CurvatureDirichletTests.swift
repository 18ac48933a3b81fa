import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct CurvatureDirichletTests {
  @Test(arguments: FrameletGraph.all) func againstTheDenseLaplacian(_ example: FrameletGraph) throws
  {
    let laplacian = try NormalizedLaplacian(of: example.graph)
    let x: Matrix<Double> = random(example.graph.nodeCount, 5, "x")
    let expected = innerProduct([x], [Matrix.product(laplacian.dense(), x)])
    #expect(abs(dirichletEnergy(laplacian, x) - expected) < 1e-12)
    #expect(try dirichletEnergy(example.graph, x) == dirichletEnergy(laplacian, x))
    let quotient = dirichletEnergy(laplacian, x, normalization: .squaredNorm)
    #expect(abs(quotient - expected / innerProduct([x], [x])) < 1e-12)
    #expect(quotient >= 0 && quotient <= 2)
    let single = dirichletEnergy(laplacian, x.converted(to: Float.self))
    #expect(abs(single - expected) < 1e-5)
  }

  @Test func eigenvectorsHaveTheirEigenvalues() throws {
    let laplacian = try NormalizedLaplacian(of: FrameletGraph.connected.graph)
    let (values, vectors) = try symmetricEigen(laplacian.dense())
    #expect(
      abs(dirichletEnergy(laplacian, vectors) - values.reduce(0, +)) < 1e-11)
    let n = laplacian.graph.nodeCount
    // The smoothest signal, sqrt(d), has none at all, to the square of rounding.
    let smooth = Matrix<Double>(
      n, 1, (0..<n).map { 1e3 * Double(laplacian.graph.inDegree($0) - 1).squareRoot() })
    let energy = dirichletEnergy(laplacian, smooth)
    #expect(energy >= 0 && energy < 1e-22)
    // The other end of the spectrum: signs that alternate on a bipartite graph.
    let even = try cycle(8)
    let signs = Matrix<Double>(8, 1, (0..<8).map { $0 % 2 == 0 ? 1 : -1 })
    #expect(abs(try dirichletEnergy(even, signs, normalization: .squaredNorm) - 2) < 1e-14)
  }

  @Test func emptyThings() throws {
    let x = Matrix<Double>(zeros: 5, 3)
    #expect(try dirichletEnergy(cycle(5), x) == 0)
    #expect(try dirichletEnergy(cycle(5), x, normalization: .squaredNorm) == 0)
    #expect(try dirichletEnergy(undirected(0, []), Matrix<Double>(zeros: 0, 3)) == 0)
    #expect(try dirichletEnergy(cycle(5), Matrix<Double>(zeros: 5, 0)) == 0)
    // What is no number is not taken for 0.
    let wrong = Matrix<Double>(repeating: .nan, 5, 1)
    #expect(try dirichletEnergy(cycle(5), wrong, normalization: .squaredNorm).isNaN)
    // Without edges L is the unit matrix.
    let y: Matrix<Double> = random(4, 3, "y")
    #expect(
      abs(try dirichletEnergy(undirected(4, []), y, normalization: .squaredNorm) - 1) < 1e-14)
    let directed = AwkwardGraph("directed", nodes: 2, [(0, 1)]).graph
    #expect(throws: FrameletError.self) { try dirichletEnergy(directed, x) }
  }

  @Test func theSameOnAnyNumberOfThreads() throws {
    let graph = try randomUndirected(5_000, pairs: 9_000, seed: 2)
    let x: Matrix<Float> = random(5_000, 9, "x")
    let all = try (1...3).map { threads in
      try Parallel.withThreads(threads) {
        try dirichletEnergy(graph, x, normalization: .squaredNorm).bitPattern
      }
    }
    #expect(all[1] == all[0] && all[2] == all[0])
  }
}
