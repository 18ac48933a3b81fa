import Tensor
import Testing

@testable import Graph
@testable import TestSupport

extension AwkwardGraph {
  /// The maximum of each column over the edges into each node, and the source of the first edge
  /// that has it.
  fileprivate func maxima<S>(_ x: Matrix<S>) -> (output: Matrix<S>, sources: [Int32]) {
    var output = Matrix<S>(zeros: nodeCount, x.columns)
    var sources = [Int32](repeating: -1, count: x.count)
    for (e, edge) in edges.enumerated() {
      let isFirst = e == 0 || edges[e - 1].destination != edge.destination
      for c in 0..<x.columns where isFirst || x[edge.source, c] > output[edge.destination, c] {
        output[edge.destination, c] = x[edge.source, c]
        sources[edge.destination * x.columns + c] = Int32(edge.source)
      }
    }
    return (output, sources)
  }

  /// 1 / in-degree of the destination, for each edge.
  fileprivate var shares: Matrix<Double> {
    Matrix(edges.count, 1, edges.map { 1 / Double(graph.inDegree($0.destination)) })
  }
}

/// The gradients at `sources`, added up.
private func scattered<S>(_ dOut: Matrix<S>, to sources: [Int32]) -> Matrix<S> {
  var dx = Matrix<S>(zeros: dOut.rows, dOut.columns)
  for i in 0..<dOut.rows {
    for c in 0..<dOut.columns where sources[i * dOut.columns + c] >= 0 {
      dx[Int(sources[i * dOut.columns + c]), c] += dOut[i, c]
    }
  }
  return dx
}

/// Numbers of which many are equal, in both signs.
private func tied<S: Scalar>(_ rows: Int, _ columns: Int) -> Matrix<S> {
  var generator = RandomStream(seed: 5, purpose: "ties").generator()
  return Matrix(
    rows, columns,
    (0..<rows * columns).map { _ in S(generator.below(7) - 3) })
}

@Suite struct SegmentAggregationTests {
  private func forEachWidth(of sample: AwkwardGraph, _ body: (Int) -> Void) {
    for width in sample.nodeCount > 1_000 ? [3, 65] : widths { body(width) }
  }

  @Test(arguments: AwkwardGraph.small + [.large])
  func maximaAreTheNaiveOnes(_ sample: AwkwardGraph) {
    func check<S: Scalar>(_: S.Type) {
      forEachWidth(of: sample) { width in
        let dOut: Matrix<S> = random(sample.nodeCount, width, "dOut")
        for x: Matrix<S> in [random(sample.nodeCount, width, "x"), tied(sample.nodeCount, width)] {
          let (output, sources) = segmentMax(sample.graph, x)
          let naive = sample.maxima(x)
          #expect(output == naive.output, "width \(width)")
          #expect(sources.nodes == naive.sources, "width \(width)")
          #expect(
            segmentMaxBackward(sources: sources, dOutput: dOut)
              == scattered(dOut, to: naive.sources), "width \(width)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: AwkwardGraph.small + [.large])
  func rectifiedMaximaAreMaximaOfRectifiedFeatures(_ sample: AwkwardGraph) {
    func check<S: Scalar>(_: S.Type) {
      forEachWidth(of: sample) { width in
        let dOut: Matrix<S> = random(sample.nodeCount, width, "dOut")
        for x: Matrix<S> in [random(sample.nodeCount, width, "x"), tied(sample.nodeCount, width)] {
          let (output, sources) = segmentMax(sample.graph, x, rectified: true)
          let (maxima, all) = sample.maxima(leakyReLU(x, slope: 0))
          #expect(output == maxima, "width \(width)")
          let dRelu = scattered(dOut, to: all)
          #expect(
            segmentMaxBackward(sources: sources, dOutput: dOut)
              == leakyReLUBackward(input: x, dOutput: dRelu, slope: 0), "width \(width)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func theFirstOfEqualEdgesIsTaken() throws {
    let graph = try CSRGraph(
      nodeCount: 4, sources: [2, 0, 2, 1, 0], destinations: [3, 3, 3, 3, 3])
    let x = Matrix<Double>(4, 2, [5, 1, 7, 1, 5, 1, 0, 0])
    let (output, sources) = segmentMax(graph, x)
    #expect(output.row(3).elements == [7, 1])
    #expect(Array(sources.nodes.suffix(2)) == [1, 2])
    // Parallel edges are one maximum, and the gradient comes once.
    let dx = segmentMaxBackward(sources: sources, dOutput: Matrix(repeating: 1, 4, 2))
    #expect(dx.elements == [0, 0, 1, 0, 0, 1, 0, 0])
  }

  @Test(arguments: [1, 16, 17, 121], [false, true])
  func whatIsNotANumberIsSeen(width: Int, rectified: Bool) throws {
    for (first, second) in [(Float.nan, Float(9)), (9, .nan), (-.nan, 9), (9, -.nan)] {
      var x = Matrix<Float>(repeating: 1, 4, width)
      x[0, width - 1] = first
      x[1, width - 1] = second
      let graph = try CSRGraph(nodeCount: 4, sources: [2, 0, 1, 2], destinations: [3, 3, 3, 3])
      let (output, sources) = segmentMax(graph, x, rectified: rectified)
      #expect(output[3, width - 1].isNaN)
      #expect(sources.nodes[3 * width + width - 1] == (first.isNaN ? 0 : 1))
      if width > 1 { #expect(output[3, 0] == 1) }
    }
  }

  @Test func infiniteNumbersAreOrdinary() throws {
    let graph = try CSRGraph(nodeCount: 3, sources: [0, 1, 0], destinations: [2, 2, 1])
    let x = Matrix<Float>(3, 2, [-.infinity, .infinity, -.infinity, 3, 0, 0])
    let (output, sources) = segmentMax(graph, x)
    #expect(output.elements == [0, 0, -.infinity, .infinity, -.infinity, .infinity])
    #expect(sources.nodes == [-1, -1, 0, 0, 0, 0])
  }

  @Test(arguments: AwkwardGraph.small + [.large])
  func meansAreTheNaiveOnes(_ sample: AwkwardGraph) {
    func check<S: Scalar>(_: S.Type) {
      forEachWidth(of: sample) { width in
        let x: Matrix<S> = random(sample.nodeCount, width, "x")
        let means = sample.spmm(inDouble(x), sample.shares)
        #expect(deviation(segmentMean(sample.graph, x), from: means) < S.tolerance)
        let given: Matrix<S> = random(sample.nodeCount, width, "given")
        var sum = inDouble(given)
        sum.add(means)
        #expect(
          deviation(segmentMean(sample.graph, x, addingTo: given), from: sum) < S.tolerance)
        #expect(
          deviation(
            segmentMeanBackward(sample.graph, dOutput: x),
            from: sample.spmmBackward(inDouble(x), sample.shares)) < S.tolerance)
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
