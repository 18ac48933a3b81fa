import Graph
import Tensor
import Testing

@testable import Layers

/// EdgeConv against its definition, differences and PyTorch.
@Suite struct EdgeConvTests {
  private let training = ForwardContext.training(seed: 1, step: 0)

  private func layer(_ input: Int, _ output: Int, slope: Double = 0.2) -> EdgeConvLayer<Double> {
    let layer = EdgeConvLayer<Double>(
      name: "layer", inputWidth: input, outputWidth: output, slope: slope, seed: 1)
    for parameter in layer.parameters {
      parameter.value = random(parameter.value.rows, parameter.value.columns, parameter.name)
    }
    layer.state[0].value = random(1, output, "mean")
    layer.state[1].value = Matrix(1, output, (0..<output).map { 0.5 + Double($0 % 3) })
    return layer
  }

  /// y and the statistics of z from the tensor of edges.
  private func naive(
    _ graph: CSRGraph, _ x: Matrix<Double>, _ layer: EdgeConvLayer<Double>, slope: Double,
    isTraining: Bool
  ) -> (y: Matrix<Double>, mean: [Double], variance: [Double]) {
    let (weight, gamma, beta) = (
      layer.parameters[0].value, layer.parameters[1].value, layer.parameters[2].value
    )
    let (d, c) = (x.columns, weight.columns)
    var edges = Matrix<Double>(zeros: graph.edgeCount, 2 * d)
    for i in 0..<graph.nodeCount {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
        for f in 0..<d {
          edges[e, f] = x[Int(graph.source[e]), f] - x[i, f]
          edges[e, d + f] = x[i, f]
        }
      }
    }
    let z = Matrix<Double>.product(edges, weight)
    let m = Double(graph.edgeCount)
    var y = Matrix<Double>(zeros: graph.nodeCount, c)
    var (means, variances): ([Double], [Double]) = ([], [])
    for k in 0..<c {
      let column = (0..<graph.edgeCount).map { z[$0, k] }
      var mean = column.reduce(0, +) / m
      var variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / m
      means.append(mean)
      variances.append(variance)
      if !isTraining { (mean, variance) = (layer.state[0].value[0, k], layer.state[1].value[0, k]) }
      for i in 0..<graph.nodeCount where graph.inDegree(i) > 0 {
        y[i, k] =
          column[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])].map {
            let t = gamma[0, k] * ($0 - mean) / (variance + 1e-5).squareRoot() + beta[0, k]
            return t > 0 ? t : slope * t
          }.max() ?? 0
      }
    }
    return (y, means, variances)
  }

  private func neighborGraph(_ sizes: [Int], k: Int) throws -> CSRGraph {
    let points: Matrix<Double> = random(sizes.reduce(0, +), 3, "points")
    return try kNearestNeighbors(CSRGraph(edgelessMembers: sizes), points, k: k)
  }

  @Test(arguments: [(1, 1), (3, 5), (3, 63), (7, 64), (4, 65), (2, 200)])
  func itIsItsDefinition(_ shape: (input: Int, output: Int)) throws {
    var graphs = [smallGraph, try neighborGraph([40, 25], k: 9)]
    // More neighbours than a byte counts.
    if shape.output < 64 { graphs.append(try neighborGraph([262], k: 260)) }
    for graph in graphs {
      let x: Matrix<Double> = random(graph.nodeCount, shape.input, "x")
      let layer = layer(shape.input, shape.output)
      layer.parameters[1].value[0, 0] = shape.output > 1 ? 0 : -1
      for context in [training, .evaluation] {
        let expected = naive(graph, x, layer, slope: 0.2, isTraining: context.isTraining)
        let pass = layer.forward(x, on: graph, context, needsInputGradient: false)
        #expect(
          GradientCheck.compare(pass.output, with: expected.y, within: .share(1e-11)).agrees)
        guard context.isTraining else {
          #expect(pass.stateUpdates.isEmpty)
          continue
        }
        let m = Double(graph.edgeCount)
        for (update, batch) in zip(
          pass.stateUpdates, [expected.mean, expected.variance.map { $0 * m / (m - 1) }])
        {
          let moved = update.newValue(update.state.value)
          for k in 0..<shape.output {
            let value = 0.9 * update.state.value[0, k] + 0.1 * batch[k]
            #expect(abs(moved[0, k] - value) < 1e-10 * max(1, abs(value)))
          }
        }
      }
    }
  }

  /// Members between which edges lead.
  private func joinedMembers() throws -> CSRGraph {
    let graph = try neighborGraph([16], k: 4)
    return try CSRGraph(
      nodeCount: 16, sources: graph.source, destinations: (0..<64).map { Int32($0 / 4) },
      memberStart: [0, 5, 16])
  }

  @Test(arguments: [(1, 1), (3, 5), (2, 9)])
  func gradients(_ shape: (input: Int, output: Int)) throws {
    for graph in [smallGraph, try neighborGraph([7, 9], k: 4), try joinedMembers()] {
      let x: Matrix<Double> = random(graph.nodeCount, shape.input, "x")
      for context in [training, .evaluation] {
        let errors = GradientCheck.compare(
          layer(shape.input, shape.output), input: x, on: graph, context: context,
          within: .init(absolute: 1e-8, relative: 1e-6))
        #expect(errors.count == 4 && errors.values.allSatisfy { $0.agrees }, "\(errors)")
      }
    }
  }

  /// Channels do not know of one another: 130 of them, which are worked on in blocks, have the
  /// gradients that each ten have alone.
  @Test(arguments: [true, false]) func gradientsOfManyChannels(isBatch: Bool) throws {
    let graph = try isBatch ? neighborGraph([31, 50], k: 6) : joinedMembers()
    let x: Matrix<Double> = random(graph.nodeCount, 3, "x")
    let dy: Matrix<Double> = random(graph.nodeCount, 130, "dy")
    func columns(_ m: Matrix<Double>, _ first: Int) -> Matrix<Double> {
      Matrix(m.rows, 10, (0..<m.rows).flatMap { r in (first..<first + 10).map { m[r, $0] } })
    }
    let wide = layer(3, 130)
    let pass = wide.forward(x, on: graph, training, needsInputGradient: true)
    let dx = try #require(pass.backward(dy))
    var sum = Matrix<Double>(zeros: dx.rows, 3)
    for first in stride(from: 0, to: 130, by: 10) {
      let narrow = layer(3, 10)
      for (a, b) in zip(narrow.parameters, wide.parameters) { a.value = columns(b.value, first) }
      let own = narrow.forward(x, on: graph, training, needsInputGradient: true)
      sum.add(try #require(own.backward(columns(dy, first))))
      #expect(
        GradientCheck.compare(columns(pass.output, first), with: own.output, within: .share(1e-12))
          .agrees)
      for (a, b) in zip(narrow.parameters, wide.parameters) {
        let found = columns(try #require(b.gradient), first)
        #expect(
          GradientCheck.compare(found, with: try #require(a.gradient), within: .share(1e-11))
            .agrees)
      }
    }
    #expect(GradientCheck.compare(dx, with: sum, within: .share(1e-11)).agrees)
  }

  /// Places beyond a byte reach the backward pass.
  @Test func gradientsOfManyNeighbors() throws {
    let graph = try neighborGraph([262], k: 260)
    let x: Matrix<Double> = random(262, 1, "x")
    let errors = GradientCheck.compare(
      layer(1, 2), input: x, on: graph, context: training,
      within: .init(absolute: 1e-7, relative: 1e-5))
    #expect(errors.count == 4 && errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  /// Points a thousand deviations away from the origin, in Float.
  @Test func farFromZeroInFloat() throws {
    let graph = try neighborGraph([500, 500], k: 20)
    let noise: Matrix<Double> = random(1_000, 3, "noise")
    let far = Matrix<Float>(1_000, 3, noise.elements.map { Float(1_000 + $0) })
    let exact = layer(3, 16)
    let expected = naive(graph, far.converted(), exact, slope: 0.2, isTraining: true)
    let single = EdgeConvLayer<Float>(name: "layer", inputWidth: 3, outputWidth: 16, seed: 1)
    for (a, b) in zip(single.parameters, exact.parameters) { a.value = b.value.converted() }
    let pass = single.forward(far, on: graph, training, needsInputGradient: false)
    #expect(
      GradientCheck.compare(pass.output.converted(), with: expected.y, within: .share(5e-5)).agrees)
    let variance = pass.stateUpdates[1].newValue(Matrix(zeros: 1, 16))
    let m = Double(graph.edgeCount)
    for k in 0..<16 {
      let unbiased = 0.1 * expected.variance[k] * m / (m - 1)
      #expect(abs(Double(variance[0, k]) - unbiased) < 1e-4 * unbiased)
    }
  }

  /// A node with a number that is none among its neighbours, at whatever place, shows it; others do not.
  @Test(arguments: [3, 65]) func whatIsNotANumberWins(_ width: Int) throws {
    let graph = try neighborGraph([30], k: 5)
    let layer = layer(2, width)
    for bad in [0, 13, 29] {
      var x: Matrix<Double> = random(30, 2, "x")
      x[bad, 1] = .nan
      let y = layer.forward(x, on: graph, .evaluation, needsInputGradient: false).output
      for i in 0..<30 {
        let neighbors = graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])]
        let sees = neighbors.contains(Int32(bad))
        #expect((0..<width).allSatisfy { y[i, $0].isNaN == sees }, "node \(i), NaN at \(bad)")
      }
    }
  }

  /// Of neighbours that coincide the first takes the gradient.
  @Test(arguments: [3, 65]) func theFirstOfEqualsTakesTheGradient(_ width: Int) throws {
    // Nodes 0, 1 and 2 are one point, and the neighbours of node 3.
    let graph = try CSRGraph(nodeCount: 4, sources: [2, 0, 1], destinations: [3, 3, 3])
    let first = Int(graph.source[Int(graph.inStart[3])])
    let row: Matrix<Double> = random(1, 2, "row")
    let x = Matrix(4, 2, (0..<3).flatMap { _ in row.elements } + [0.3, -0.2])
    let pass = layer(2, width).forward(x, on: graph, .evaluation, needsInputGradient: true)
    let dx = try #require(pass.backward(random(4, width, "dy")))
    for i in 0..<3 {
      #expect((0..<2).allSatisfy { (dx[i, $0] != 0) == (i == first) }, "node \(i)")
    }
  }

  @Test func threadsGiveTheSameBits() throws {
    let graph = try neighborGraph([700, 650], k: 20)
    func run(_ threads: Int) -> [Matrix<Float>] {
      Parallel.withThreads(threads) {
        let layer = EdgeConvLayer<Float>(name: "layer", inputWidth: 32, outputWidth: 70, seed: 1)
        let pass = layer.forward(
          random(1_350, 32, "x"), on: graph, training, needsInputGradient: true)
        let dx = pass.backward(random(1_350, 70, "dy"))
        return [pass.output] + (dx.map { [$0] } ?? []) + layer.parameters.compactMap(\.gradient)
          + pass.stateUpdates.map { $0.newValue($0.state.value) }
      }
    }
    let one = run(1)
    #expect(one.count == 7 && one == run(2))
  }

  /// A mean between two Floats, of a column that differs from it by less than these do.
  @Test func aMeanIsTakenOutInTwoParts() {
    let map = NormalizedLeakyReLU<Float>(
      ColumnStatistics(mean: [1000.00002, -1000.00002], variance: [1e-8, 1e-8], count: 9),
      gamma: Matrix(repeating: 1, 1, 2), beta: Matrix(zeros: 1, 2), slope: 0.5, epsilon: 0)
    let x = Matrix<Float>(1, 2, [1000, -1000])
    let y = map.output(x)
    // (x - m) / 1e-4, of which the LeakyReLU takes half below 0.
    #expect(abs(y[0, 0] + 0.1) < 1e-4 && abs(y[0, 1] - 0.2) < 1e-4, "\(y)")
    let sums = map.sums(input: x, dOutput: Matrix(repeating: 1, 1, 2))
    // The gradient behind the LeakyReLU, times what it is given.
    #expect(abs(sums.dots[0] + 0.1) < 1e-4 && abs(sums.dots[1] - 0.2) < 1e-4, "\(sums)")
  }

  /// The other parts of the network: the same as three layers one after the other.
  @Test func aNormalizedMapIsItsLayers() {
    let x: Matrix<Double> = random(9, 4, "x")
    let graph = CSRGraph(edgelessMembers: [9])
    for context in [training, .evaluation] {
      let fused = NormalizedLinearLayer<Double>(
        name: "layer", inputWidth: 4, outputWidth: 70, bias: true, dropout: 0.3, seed: 1)
      for parameter in fused.parameters {
        parameter.value = random(parameter.value.rows, parameter.value.columns, parameter.name)
      }
      let linear = LinearLayer<Double>(
        name: "layer", inputWidth: 4, outputWidth: 70, bias: true, dropout: 0.3, seed: 1)
      let norm = BatchNormLayer<Double>(name: "layer.norm", width: 70)
      for (a, b) in zip(linear.parameters + norm.parameters, fused.parameters) { a.value = b.value }
      let mapped = linear.forward(x, on: graph, context, needsInputGradient: true)
      let normed = norm.forward(mapped.output, on: graph, context, needsInputGradient: true)
      let expected = Activation.leakyReLU(slope: 0.2).forward(normed.output)
      let pass = fused.forward(x, on: graph, context, needsInputGradient: true)
      #expect(
        GradientCheck.compare(pass.output, with: expected.output, within: .share(1e-12)).agrees)
      let dy: Matrix<Double> = random(9, 70, "dy")
      let dx = mapped.backward(normed.backward(expected.backward(dy)!)!)!
      #expect(GradientCheck.compare(pass.backward(dy), with: dx, within: .share(1e-11)).agrees)
      for (a, b) in zip(fused.parameters, linear.parameters + norm.parameters) {
        #expect(
          GradientCheck.compare(
            a.gradient, with: b.gradient!, within: .init(absolute: 1e-11, relative: 1e-10)
          ).agrees, "\(a.name)")
      }
      for (a, b) in zip(pass.stateUpdates, normed.stateUpdates) {
        #expect(
          GradientCheck.compare(
            a.newValue(a.state.value), with: b.newValue(b.state.value), within: .share(1e-12)
          ).agrees)
      }
    }
  }

  // MARK: PyTorch

  @Test(arguments: Precision.allCases) func parity(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("edge_conv", as: S.self)
      let layer = EdgeConvLayer<S>(name: "layer", inputWidth: 3, outputWidth: 6, seed: 1)
      let graph = try kNearestNeighbors(
        CSRGraph(edgelessMembers: [8, 8]), fixture["input"], k: 3)
      #expect(try graph.source.map { Int($0) } == fixture.integers("neighbors"))
      try fixture.expectNormalization(by: layer, on: graph)
    }
    try check(precision.scalar)
  }
}
