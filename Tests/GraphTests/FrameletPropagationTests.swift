import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct FrameletPropagationTests {
  private static let framelets: [FrameletOptions] = [
    FrameletOptions(bank: .haar), FrameletOptions(bank: .linear, levels: 2, route: .exact),
    FrameletOptions(bank: .quadratic, levels: 2, dilation: 1.5, route: .chebyshev(terms: 5)),
  ]

  private func propagation<S: Scalar>(
    _ graph: CSRGraph, _ framelets: FrameletOptions, perturbation: Double = 0.3,
    as type: S.Type = S.self
  ) throws -> FrameletPropagation<S> {
    try graph.frameletPropagation(
      FrameletPropagationOptions(framelets: framelets, perturbation: perturbation))
  }

  private func unit(_ n: Int) -> Matrix<Double> {
    var unit = Matrix<Double>(zeros: n, n)
    for i in 0..<n { unit[i, i] = 1 }
    return unit
  }

  /// A_hat -+ epsilon / degree, from the edges: self loops dropped, then one at each node.
  private func adjacency(_ graph: CSRGraph, perturbation: Double) -> Matrix<Double> {
    let n = graph.nodeCount
    var a = unit(n)
    for i in 0..<n {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) where graph.source[e] != i {
        a[i, Int(graph.source[e])] += 1
      }
    }
    let degrees = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i, $1] } }
    for i in 0..<n {
      for j in 0..<n { a[i, j] /= (degrees[i] * degrees[j]).squareRoot() }
      a[i, i] += perturbation / degrees[i]
    }
    return a
  }

  @Test(arguments: FrameletGraph.all)
  func operatorsAreThoseOfTheGraphWithOneSelfLoopANode(_ example: FrameletGraph) throws {
    let operators: FrameletPropagation<Double> = try propagation(example.graph, Self.framelets[0])
    let unit = unit(example.graph.nodeCount)
    for (band, sign) in zip(operators.transform.bands, [-1.0, 1]) {
      let expected = adjacency(example.graph, perturbation: sign * 0.3)
      #expect(largestDifference(operators.propagate(band, unit), expected) < 1e-15)
    }
  }

  /// The self loops of a graph change neither its Laplacian nor its A_hat.
  @Test func selfLoopsOfTheGraphDoNotMatter() throws {
    let pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (3, 4)]
    let plain = FrameletGraph("plain", nodes: 6, pairs: pairs)
    let looped = FrameletGraph("looped", nodes: 6, pairs: pairs, loops: [0, 0, 3, 5])
    let x: Matrix<Double> = random(6, 3, "x")
    for framelets in Self.framelets {
      let operators = try [plain, looped].map {
        try propagation($0.graph, framelets, as: Double.self)
      }
      for band in framelets.bands {
        let results = operators.map { $0.filter([band], power: 2, x) }
        #expect(largestDifference(results[0], results[1]) < 1e-14)
      }
    }
  }

  /// P^power as dense matrices; P is symmetric, and so its own backward pass.
  @Test(arguments: FrameletGraph.all, framelets)
  func filtersArePowersOfSymmetricMatrices(
    _ example: FrameletGraph, _ framelets: FrameletOptions
  ) throws {
    let operators: FrameletPropagation<Double> = try propagation(example.graph, framelets)
    let n = example.graph.nodeCount
    let bands = framelets.bands
    let w = operators.transform.decompose(unit(n))
    let (x, y): (Matrix<Double>, Matrix<Double>) = (random(n, 3, "x"), random(n, 3, "y"))
    for chosen in [[0], [1], Array(bands.indices.dropFirst()), Array(bands.indices), []] {
      var p = Matrix<Double>(zeros: n, n)
      for b in chosen {
        let a = adjacency(example.graph, perturbation: bands[b].mask == 0 ? -0.3 : 0.3)
        p.add(.product(w[b], .product(a, w[b]), transposing: .left))
      }
      var power = unit(n)
      for k in 0...3 {
        let filter = { operators.filter(chosen.map { bands[$0] }, power: k, $0) }
        #expect(largestDifference(filter(x), .product(power, x)) < 1e-11)
        let dense = filter(unit(n))
        #expect(largestDifference(dense, dense.transposed()) < 1e-12)
        #expect(abs(innerProduct([filter(x)], [y]) - innerProduct([x], [filter(y)])) < 1e-10)
        power = .product(p, power)
      }
    }
  }

  @Test func constantsAreToldApartByOptionsAndPrecision() throws {
    let graph = FrameletGraph.connected.graph
    let x: Matrix<Double> = random(graph.nodeCount, 2, "x")
    var results: [Matrix<Double>] = []
    for framelets in Self.framelets + [FrameletOptions(bank: .haar, largestEigenvalue: 2)] {
      for perturbation in [0, 0.3] {
        let made: FrameletPropagation<Double> = try propagation(
          graph, framelets, perturbation: perturbation)
        let single: FrameletPropagation<Float> = try propagation(
          graph, framelets, perturbation: perturbation)
        let result = made.filter([framelets.bands[0]], x)
        #expect(
          largestDifference(
            single.filter([framelets.bands[0]], x.converted()).converted(to: Double.self), result)
            < 1e-5)
        #expect(!results.contains(result))
        results.append(result)
        // What is kept is what is made anew.
        let fresh = FrameletGraph.random(nodes: 30, pairs: 90).graph
        #expect(
          try propagation(fresh, framelets, perturbation: perturbation, as: Double.self)
            .filter([framelets.bands[0]], x) == result)
      }
    }
  }

  @Test func aGivenEigenvalueOfTwoNeedsNoIteration() throws {
    let graph = FrameletGraph.connected.graph
    let made = try FrameletTransform<Double>(
      of: graph, options: FrameletOptions(largestEigenvalue: 2))
    #expect(made.largestEigenvalue == 2)
  }

  @Test func badInputIsRefused() throws {
    let graph = FrameletGraph.connected.graph
    for value in [-0.1, .infinity, .nan] {
      #expect(throws: FrameletError.self) {
        _ = try propagation(graph, Self.framelets[0], perturbation: value, as: Double.self)
      }
    }
    let directed = try CSRGraph(nodeCount: 3, sources: [0, 1], destinations: [1, 2])
    #expect(throws: FrameletError.self) {
      _ = try propagation(directed, Self.framelets[0], as: Double.self)
    }
    let large = try CSRGraph(nodeCount: 20_001, sources: [], destinations: [])
    #expect(throws: FrameletError.tooLargeForExact(nodes: 20_001, limit: 20_000)) {
      _ = try propagation(large, FrameletOptions(route: .exact), as: Float.self)
    }
  }
}
