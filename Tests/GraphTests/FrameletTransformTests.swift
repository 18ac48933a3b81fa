import Foundation
import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct FrameletTransformTests {
  private static let settings: [(order: DilationOrder, levels: Int, dilation: Double)] = [
    (.increasing, 1, 2), (.increasing, 2, 2), (.increasing, 3, 1.3), (.decreasing, 2, 2),
    (.decreasing, 3, 3),
  ]

  private func transform<S: Scalar>(
    _ example: FrameletGraph, _ bank: FilterBank, _ route: FrameletRoute, levels: Int = 2,
    dilation: Double = 2, order: DilationOrder = .increasing, as type: S.Type = S.self
  ) throws -> FrameletTransform<S> {
    try FrameletTransform(
      of: example.graph,
      options: FrameletOptions(
        bank: bank, levels: levels, dilation: dilation, order: order, route: route))
  }

  /// The bands as dense matrices.
  private func operators(_ transform: FrameletTransform<Double>) -> [Matrix<Double>] {
    var unit = Matrix<Double>(zeros: transform.nodeCount, transform.nodeCount)
    for i in 0..<transform.nodeCount { unit[i, i] = 1 }
    return transform.decompose(unit)
  }

  @Test(arguments: FrameletGraph.all, filterBanks)
  func exactOperatorsAreATightFrameOfSymmetricMatrices(
    _ example: FrameletGraph, _ bank: FilterBank
  ) throws {
    for (order, levels, dilation) in Self.settings {
      let made: FrameletTransform<Double> = try transform(
        example, bank, .exact, levels: levels, dilation: dilation, order: order)
      let bands = operators(made)
      #expect(bands.count == 1 + (bank.maskCount - 1) * levels)
      #expect(made.bands.count == bands.count && Set(made.bands).count == bands.count)
      var gram = Matrix<Double>(zeros: made.nodeCount, made.nodeCount)
      for w in bands {
        #expect(largestDifference(w, w.transposed()) < 1e-12)
        gram.addProduct(w, w, transposing: .left)
      }
      for i in 0..<made.nodeCount { gram[i, i] -= 1 }
      #expect(gram.sumOfSquares.squareRoot() < 1e-10, "\(order) \(levels) \(dilation)")

      let x: Matrix<Double> = random(made.nodeCount, 5, "x")
      #expect(largestDifference(made.reconstruct(made.decompose(x)), x) < 1e-10)
    }
  }

  @Test(arguments: filterBanks, 1...3)
  func chebyshevConvergesToExact(_ bank: FilterBank, _ levels: Int) throws {
    // The entropy bank jumps at pi/2, where no polynomial follows: with this graph and dilation no
    // eigenvalue comes near it.
    let cycle = FrameletGraph("a cycle", nodes: 5, pairs: (0..<5).map { ($0, ($0 + 1) % 5) })
    let example = if case .entropy = bank { cycle } else { FrameletGraph.connected }
    var options = FrameletOptions(bank: bank, levels: levels, dilation: 1.7, route: .exact)
    let exact = try FrameletTransform<Double>(of: example.graph, options: options)
    options.largestEigenvalue = exact.largestEigenvalue
    let x: Matrix<Double> = random(exact.nodeCount, 4, "x")
    let expected = exact.decompose(x)
    func error(_ terms: Int) throws -> Double {
      options.route = .chebyshev(terms: terms)
      let made = try FrameletTransform<Double>(of: example.graph, options: options)
      return zip(made.decompose(x), expected).map { largestDifference($0, $1) }.max()!
    }
    let (few, more, many) = (try error(2), try error(10), try error(120))
    #expect(more < few && many < more, "\(few) \(more) \(many)")
    // Smooth masks converge geometrically, masks with kinks or jumps like 1 / degree.
    if case .entropy = bank { #expect(many < 0.03) } else { #expect(many < 1e-12) }
  }

  @Test(arguments: FrameletGraph.all, filterBanks)
  func chebyshevOperatorsAreSymmetricAndReconstructSmoothBanks(
    _ example: FrameletGraph, _ bank: FilterBank
  ) throws {
    for (order, levels, dilation) in Self.settings {
      let made: FrameletTransform<Double> = try transform(
        example, bank, .chebyshev(terms: 5), levels: levels, dilation: dilation, order: order)
      for w in operators(made) { #expect(largestDifference(w, w.transposed()) < 1e-12) }
    }
    switch bank {
    case .haar, .linear, .quadratic:
      let made: FrameletTransform<Double> = try transform(
        example, bank, .chebyshev(terms: 20), levels: 3)
      let x: Matrix<Double> = random(made.nodeCount, 5, "x")
      #expect(largestDifference(made.reconstruct(made.decompose(x)), x) < 1e-10)
    case .entropy, .sigmoid, .functions: break
    }
  }

  private static let routes: [FrameletRoute] = [
    .exact, .chebyshev(terms: 1), .chebyshev(terms: 2), .chebyshev(terms: 3),
    .chebyshev(terms: 8), .chebyshev(terms: 9, quadrature: .trapezoid(points: 500)),
  ]

  @Test(arguments: FrameletGraph.all, routes)
  func backwardPassesAreAdjoints(_ example: FrameletGraph, _ route: FrameletRoute) throws {
    for bank in filterBanks {
      let made: FrameletTransform<Double> = try transform(example, bank, route, levels: 3)
      let n = made.nodeCount
      let x: Matrix<Double> = random(n, 3, "x")
      let parts: [Matrix<Double>] = made.bands.indices.map { random(n, 3, "part \($0)") }
      let through = innerProduct(made.decompose(x), parts)
      #expect(abs(innerProduct([x], [made.decomposeBackward(parts)]) - through) < 1e-11)
      #expect(abs(innerProduct([made.reconstruct(parts)], [x]) - through) < 1e-11)
      #expect(abs(innerProduct(parts, made.reconstructBackward(x)) - through) < 1e-11)
      for (band, part) in zip(made.bands, made.decompose(x)) {
        #expect(largestDifference(made.apply(band, to: x), part) < 1e-13)
      }
    }
  }

  @Test func lowPassesOfEarlierLevelsAreOfferedToo() throws {
    for route in [FrameletRoute.exact, .chebyshev(terms: 6)] {
      let deep: FrameletTransform<Double> = try transform(
        .connected, .linear, route, levels: 3, order: .decreasing)
      let shallow: FrameletTransform<Double> = try transform(
        .connected, .linear, route, levels: 2, order: .decreasing)
      let x: Matrix<Double> = random(30, 2, "x")
      let low = deep.apply(FrameletBand(mask: 0, level: 2), to: x)
      #expect(largestDifference(low, shallow.decompose(x)[0]) < 1e-12)
      #expect(largestDifference(low, deep.decompose(x)[0]) > 1e-3)
    }
  }

  /// f(x) = sum over bands of sin(W x) has the gradient sum over bands of W^T cos(W x).
  @Test(arguments: routes) func gradientOfANonlinearFunction(_ route: FrameletRoute) throws {
    let made: FrameletTransform<Double> = try transform(.connected, .quadratic, route)
    let x: Matrix<Double> = random(30, 2, "x")
    let gradient = made.decomposeBackward(
      made.decompose(x).map { Matrix($0.rows, $0.columns, $0.elements.map(cos)) })
    let direction: Matrix<Double> = random(30, 2, "direction")
    func value(_ step: Double) -> Double {
      var moved = x
      moved.add(direction, scale: step)
      return made.decompose(moved).reduce(0) { $0 + $1.elements.reduce(0) { $0 + sin($1) } }
    }
    let slope = (value(1e-5) - value(-1e-5)) / 2e-5
    let expected = innerProduct([gradient], [direction])
    #expect(abs(slope - expected) < 1e-7 * max(1, abs(expected)))
    #expect(abs(expected) > 1e-2)
  }

  @Test(arguments: routes) func floatFollowsDouble(_ route: FrameletRoute) throws {
    let x: Matrix<Double> = random(30, 4, "x")
    for bank in filterBanks {
      let (single, double): (FrameletTransform<Float>, FrameletTransform<Double>) = (
        try transform(.connected, bank, route), try transform(.connected, bank, route)
      )
      let parts = single.decompose(x.converted())
      for (a, b) in zip(parts, double.decompose(x)) {
        #expect(largestDifference(a.converted(), b) < 2e-5)
      }
      let back: Matrix<Double> = single.reconstruct(parts).converted()
      #expect(largestDifference(back, double.reconstruct(double.decompose(x))) < 4e-5)
    }
  }

  @Test(arguments: [FrameletRoute.exact, .chebyshev(terms: 3)])
  func graphsWithoutNodes(_ route: FrameletRoute) throws {
    let empty = try CSRGraph(nodeCount: 0, sources: [], destinations: [])
    let made = try FrameletTransform<Double>(
      of: empty, options: FrameletOptions(levels: 2, route: route))
    let parts = made.decompose(Matrix(zeros: 0, 3))
    #expect(parts.count == 3 && parts.allSatisfy { $0.rows == 0 && $0.columns == 3 })
    #expect(made.reconstruct(parts).count == 0)
  }

  @Test func optionsOutOfRangeAreRefused() throws {
    let bad: [FrameletOptions] = [
      FrameletOptions(levels: 0), FrameletOptions(dilation: 1), FrameletOptions(dilation: .nan),
      FrameletOptions(dilation: .infinity), FrameletOptions(largestEigenvalue: 0),
      FrameletOptions(largestEigenvalue: 2.1), FrameletOptions(largestEigenvalue: .nan),
      FrameletOptions(largestEigenvalue: 0.5),
      FrameletOptions(largestEigenvalue: 0.5, route: .exact),
      FrameletOptions(route: .chebyshev(terms: 0)),
      FrameletOptions(route: .chebyshev(terms: 2, quadrature: .trapezoid(points: 1))),
    ]
    for options in bad {
      let error = #expect(throws: FrameletError.self, "\(options)") {
        try FrameletTransform<Double>(of: FrameletGraph.connected.graph, options: options)
      }
      #expect(error?.description.contains("expected") == true)
    }
    #expect(throws: Never.self) {
      try FrameletTransform<Double>(
        of: FrameletGraph.connected.graph, options: FrameletOptions(largestEigenvalue: 2))
    }
  }
}

extension GraphThreadTests {
  @Test func frameletsDoNotDependOnTheNumberOfThreads() throws {
    let laplacian = try NormalizedLaplacian(
      of: FrameletGraph.random(nodes: 1_500, pairs: 3_000).graph)
    func results<S: Scalar>(_: S.Type, _ route: FrameletRoute) throws -> [Matrix<S>] {
      let made = try FrameletTransform<S>(
        of: laplacian, options: FrameletOptions(bank: .quadratic, levels: 2, route: route))
      let parts = made.decompose(random(1_500, 72, "x"))
      return parts + [made.reconstruct(parts), Matrix(1, 1, [S(made.largestEigenvalue)])]
    }
    func check<S: Scalar>(_ type: S.Type, _ route: FrameletRoute) throws {
      let all = try (1...2).map { threads in
        try Parallel.withThreads(threads) { try results(type, route) }
      }
      #expect(all[0] == all[1])
    }
    try check(Float.self, .chebyshev(terms: 4))
    try check(Double.self, .chebyshev(terms: 4))
  }
}
