import Foundation
import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct EdgeOperationTests {
  /// All small graphs with all widths, and the large one with a narrow and a wide row.
  private func forEachWidth(of sample: AwkwardGraph, _ body: (Int) -> Void) {
    for width in sample.nodeCount > 1_000 ? [3, 65] : widths { body(width) }
  }

  @Test(arguments: AwkwardGraph.small + [.large]) func spmmIsTheNaiveOne(_ sample: AwkwardGraph) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let weights: Matrix<S> = random(graph.edgeCount, 1, "weights")
      forEachWidth(of: sample) { width in
        let x: Matrix<S> = random(graph.nodeCount, width, "x")
        let dOut: Matrix<S> = random(graph.nodeCount, width, "dOut")
        for w in [nil, weights] {
          let naive = w.map(inDouble)
          #expect(
            deviation(spmm(graph, x, weights: w), from: sample.spmm(inDouble(x), naive))
              < S.tolerance, "width \(width)")
          #expect(
            deviation(
              spmmBackward(graph, dOutput: dOut, weights: w),
              from: sample.spmmBackward(inDouble(dOut), naive)) < S.tolerance, "width \(width)")
        }
        #expect(
          deviation(
            spmmBackwardToWeights(graph, dOutput: dOut, input: x),
            from: sample.spmmBackwardToWeights(inDouble(dOut), inDouble(x))) < S.tolerance,
          "width \(width)")
      }
    }
    check(Float.self)
    check(Double.self)
  }

  /// The kernels scale and accumulate too, the overlapping tail once only.
  @Test(arguments: AwkwardGraph.small) func theKernelsAccumulateEveryColumnOnce(
    _ sample: AwkwardGraph
  ) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let w: Matrix<S> = random(graph.edgeCount, 1, "weights")
      for width in widths {
        let x: Matrix<S> = random(graph.nodeCount, width, "x")
        var out: Matrix<S> = random(graph.nodeCount, width, "out")
        var expected = inDouble(out)
        S.kernels.spmmRows(
          0, graph.nodeCount, graph.inStart, graph.source, w.pointer, x.pointer, width, 0.5, 1,
          out.mutablePointer)
        expected.add(sample.spmm(inDouble(x), inDouble(w)), scale: 0.5)
        #expect(deviation(out, from: expected) < S.tolerance, "width \(width)")
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: AwkwardGraph.small + [.large], [1, 2, 3, 8])
  func softmaxesAreTheNaiveOnes(_ sample: AwkwardGraph, _ heads: Int) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let scores: Matrix<S> = random(graph.edgeCount, heads, "scores", deviation: 3)
      let dOut: Matrix<S> = random(graph.edgeCount, heads, "dOut")
      let p = edgeSoftmax(graph, scores: scores)
      #expect(deviation(p, from: sample.softmax(inDouble(scores))) < S.tolerance)
      #expect(
        deviation(
          edgeSoftmaxBackward(graph, output: p, dOutput: dOut),
          from: sample.softmaxBackward(inDouble(p), inDouble(dOut))) < S.tolerance)
      let column: Matrix<S> = random(graph.edgeCount, 1, "column", deviation: 3)
      #expect(
        deviation(edgeLogSoftmax(graph, scores: column), from: sample.logSoftmax(inDouble(column)))
          < S.tolerance)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: AwkwardGraph.small) func softmaxesStandExtremeScores(_ sample: AwkwardGraph) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let m = graph.edgeCount
      for scale in [100.0, 1e4] {
        let signs = Matrix<S>(m, 1, (0..<m).map { S($0 % 3 == 0 ? -scale : scale) })
        let spread: Matrix<S> = random(m, 1, "spread", deviation: scale)
        for scores in [signs, spread, Matrix(repeating: S(-scale), m, 1)] {
          let p = edgeSoftmax(graph, scores: scores)
          #expect(deviation(p, from: sample.softmax(inDouble(scores))) < S.tolerance)
          for list in sample.edgesInto where !list.isEmpty {
            #expect(abs(list.reduce(0) { $0 + Double(p[$1, 0]) } - 1) < S.tolerance)
          }
          let logs = edgeLogSoftmax(graph, scores: scores)
          #expect(deviation(logs, from: sample.logSoftmax(inDouble(scores))) < S.tolerance)
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: AwkwardGraph.small + [.large], [EdgeSimilarity.l1, .squaredL2, .dot])
  func similaritiesAreTheNaiveOnes(_ sample: AwkwardGraph, _ kind: EdgeSimilarity) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let dOut: Matrix<S> = random(graph.edgeCount, 1, "dOut")
      forEachWidth(of: sample) { width in
        var x: Matrix<S> = random(graph.nodeCount, width, "x")
        // Coordinates that are equal at both ends: the kinks of the Manhattan distance.
        if graph.nodeCount > 1 {
          for c in stride(from: 0, to: width, by: 5) { x[1, c] = x[0, c] }
        }
        #expect(
          deviation(edgeSimilarity(graph, x, kind), from: sample.similarity(inDouble(x), kind))
            < S.tolerance, "width \(width)")
        #expect(
          deviation(
            edgeSimilarityBackward(graph, input: x, dOutput: dOut, kind),
            from: sample.similarityBackward(inDouble(x), inDouble(dOut), kind)) < S.tolerance,
          "width \(width)")
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: AwkwardGraph.small + [.large], DivergenceDirection.allCases)
  func divergencesAreTheNaiveOnes(_ sample: AwkwardGraph, _ direction: DivergenceDirection) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let scores: Matrix<S> = random(graph.edgeCount, 1, "scores", deviation: 2)
      let logs = edgeLogSoftmax(
        graph, scores: random(graph.edgeCount, 1, "teacher", deviation: 2) as Matrix<S>)
      let (loss, dScores) = edgeDivergence(
        graph, scores: scores, logProbabilities: logs, direction: direction)
      let naive = sample.divergence(inDouble(scores), inDouble(logs), direction)
      #expect(abs(loss - naive.loss) <= S.tolerance * abs(naive.loss))
      #expect(loss >= 0 && deviation(dScores, from: naive.dScores) < S.tolerance)

      // A student that agrees with its teacher.
      let same = edgeDivergence(
        graph, scores: scores, logProbabilities: edgeLogSoftmax(graph, scores: scores),
        direction: direction)
      #expect(same.loss == 0 && same.dScores.elements.allSatisfy { $0 == 0 })
    }
    check(Float.self)
    check(Double.self)
  }

  /// Where student and teacher are close their divergence is far smaller than the rounding errors of
  /// the probabilities.
  @Test(arguments: AwkwardGraph.small, DivergenceDirection.allCases)
  func smallDivergencesKeepTheirDigits(
    _ sample: AwkwardGraph, _ direction: DivergenceDirection
  ) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      let teacher: Matrix<S> = random(graph.edgeCount, 1, "teacher")
      var scores = teacher
      scores.add(random(graph.edgeCount, 1, "difference"), scale: 3e-3)
      let logs = edgeLogSoftmax(graph, scores: teacher)
      let (loss, dScores) = edgeDivergence(
        graph, scores: scores, logProbabilities: logs, direction: direction)
      let naive = sample.divergence(
        inDouble(scores), sample.logSoftmax(inDouble(teacher)), direction)
      // Logarithms rounded to half a unit of 2 differ by 3e-3: four digits are left.
      let tolerance = S.self == Float.self ? 1e-3 : 1e-9
      #expect(abs(loss - naive.loss) <= tolerance * naive.loss + 1e-30)
      #expect(deviation(dScores, from: naive.dScores) < tolerance)
    }
    check(Float.self)
    check(Double.self)
  }

  /// Two edges with p = 1/2 each and scores d and -d: KL(p || q) = log cosh d and
  /// KL(q || p) = d tanh d - log cosh d, both d^2 / 2 but for the fourth power of d; as sums of
  /// probabilities they would have no digit left.
  @Test(arguments: DivergenceDirection.allCases)
  func tinyDivergencesKeepTheirDigits(_ direction: DivergenceDirection) throws {
    let graph = try CSRGraph(nodeCount: 1, sources: [0, 0], destinations: [0, 0])
    let logs = edgeLogSoftmax(graph, scores: Matrix<Double>(zeros: 2, 1))
    for d in [1e-6, 1e-7, 1e-8] {
      let (loss, dScores) = edgeDivergence(
        graph, scores: Matrix(2, 1, [d, -d]), logProbabilities: logs, direction: direction)
      #expect(abs(loss - d * d / 2) < 1e-7 * d * d, "\(d): \(loss)")
      #expect(abs(dScores[0, 0] - d / 2) < 1e-7 * d && abs(dScores[1, 0] + d / 2) < 1e-7 * d)
    }
  }

  /// Probabilities of both sides underflow to 0, in places where the other's do not.
  @Test(arguments: AwkwardGraph.small, DivergenceDirection.allCases)
  func divergencesStandVanishingProbabilities(
    _ sample: AwkwardGraph, _ direction: DivergenceDirection
  ) {
    func check<S: Scalar>(_: S.Type) {
      let graph = sample.graph
      for scale in [1e3, 1e4, 1e6] {
        let scores: Matrix<S> = random(graph.edgeCount, 1, "scores", deviation: scale)
        let teacher: Matrix<S> = random(graph.edgeCount, 1, "teacher", deviation: scale)
        let logs = edgeLogSoftmax(graph, scores: teacher)
        let (loss, dScores) = edgeDivergence(
          graph, scores: scores, logProbabilities: logs, direction: direction)
        let naive = sample.divergence(inDouble(scores), inDouble(logs), direction)
        #expect(abs(loss - naive.loss) <= S.tolerance * abs(naive.loss))
        // Logarithms of this size are rounded, and their differences may cancel.
        let rounding = 4 * scale * Double(S.ulpOfOne) / Double(max(sample.nodeCount, 1))
        #expect(
          maximalDifference(dScores, naive.dScores)
            < S.tolerance * naive.dScores.largest + rounding)
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
