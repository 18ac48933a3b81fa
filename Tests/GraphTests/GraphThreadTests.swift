import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct GraphThreadTests {
  private func expectSameBits<S: Scalar>(_ name: String, _ body: () -> [Matrix<S>]) {
    let all = (1...3).map { threads in
      Parallel.withThreads(threads, body).flatMap { matrix in
        Array(
          UnsafeRawBufferPointer(
            start: matrix.pointer, count: matrix.count * MemoryLayout<S>.stride))
      }
    }
    #expect(!all[0].isEmpty)
    #expect(all[1] == all[0] && all[2] == all[0], "\(name) depends on the number of threads")
  }

  private func check<S: Scalar>(_: S.Type) {
    let graph = AwkwardGraph.large.graph
    let (n, m) = (graph.nodeCount, graph.edgeCount)
    let (x, dOut): (Matrix<S>, Matrix<S>) = (random(n, 72, "x"), random(n, 72, "dOut"))
    let (w, scores): (Matrix<S>, Matrix<S>) = (random(m, 1, "w"), random(m, 1, "scores"))
    expectSameBits("spmm") {
      [
        spmm(graph, x, weights: w), spmmBackward(graph, dOutput: dOut, weights: w),
        spmmBackward(graph, dOutput: dOut),
        spmmBackwardToWeights(graph, dOutput: dOut, input: x),
      ]
    }
    expectSameBits("a segment mean") {
      [segmentMean(graph, x), segmentMeanBackward(graph, dOutput: dOut)]
    }
    for rectified in [false, true] {
      expectSameBits("a segment maximum") {
        let (output, sources) = segmentMax(graph, x, rectified: rectified)
        return [output, segmentMaxBackward(sources: sources, dOutput: dOut)]
      }
    }
    expectSameBits("an edge softmax") {
      let p = edgeSoftmax(graph, scores: scores)
      return [
        p, edgeSoftmaxBackward(graph, output: p, dOutput: w), edgeLogSoftmax(graph, scores: scores),
      ]
    }
    for kind in [EdgeSimilarity.l1, .squaredL2, .dot] {
      expectSameBits("an edge similarity") {
        [
          edgeSimilarity(graph, x, kind),
          edgeSimilarityBackward(graph, input: x, dOutput: w, kind),
        ]
      }
    }
    for direction in DivergenceDirection.allCases {
      expectSameBits("a divergence") {
        let (loss, dScores) = edgeDivergence(
          graph, scores: scores, logProbabilities: edgeLogSoftmax(graph, scores: w),
          direction: direction)
        return [dScores.converted(), Matrix<Double>(1, 1, [loss])]
      }
    }
    let options = AttentionOptions<S>(
      heads: 4, averagesHeads: false, negativeSlope: 0.2,
      dropout: (0.5, RandomStream(seed: 1, purpose: "x")))
    let (a, b): (Matrix<S>, Matrix<S>) = (random(1, 72, "a"), random(1, 72, "b"))
    expectSameBits("graph attention") {
      let (output, state) = graphAttention(
        graph, x, aSource: a, aDestination: b, options: options)
      let gradients = graphAttentionBackward(
        graph, state: state, aSource: a, aDestination: b, options: options, dOutput: dOut)
      return [output, gradients.dx, gradients.daSource, gradients.daDestination]
    }
    let y: Matrix<S> = random(n, 72, "y")
    expectSameBits("dynamic attention") {
      let (output, state) = dynamicAttention(
        graph, source: x, destination: y, a: a, options: options)
      let gradients = dynamicAttentionBackward(
        graph, state: state, a: a, options: options, dOutput: dOut)
      return [output, gradients.dSource, gradients.dDestination, gradients.da]
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() {
    check(Float.self)
    check(Double.self)
  }
}
