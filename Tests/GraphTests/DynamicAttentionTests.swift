import Tensor
import Testing

@testable import Graph
@testable import TestSupport

/// Attention with the nonlinearity inside its scores.
@Suite struct DynamicAttentionTests {
  /// One call in every respect against the naive one.
  private func check<S: Scalar>(
    _ sample: AwkwardGraph, heads: Int, width d: Int, averages: Bool, hasResidual: Bool,
    dropout p: Double?, isShared: Bool = false, _: S.Type
  ) {
    let n = sample.nodeCount
    let outWidth = averages ? d : heads * d
    let x: Matrix<S> = random(n, heads * d, "x")
    let y: Matrix<S> = isShared ? x : random(n, heads * d, "y")
    // Scores of about 1 at every width.
    let a: Matrix<S> = random(1, heads * d, "a", deviation: 1 / Double(d).squareRoot())
    let residual: Matrix<S> =
      hasResidual ? random(n, outWidth, "residual") : Matrix(zeros: n, outWidth)
    let dOut: Matrix<S> = random(n, outWidth, "dOut")
    let stream = RandomStream(seed: 3, purpose: "attention", step: 2)
    let options = AttentionOptions<S>(
      heads: heads, averagesHeads: averages, negativeSlope: 0.25,
      dropout: p.map { (S($0), stream) })

    let (output, state) = dynamicAttention(
      sample.graph, source: x, destination: y, a: a, options: options,
      addingTo: hasResidual ? residual : nil)
    let (dSource, dDestination, da) = dynamicAttentionBackward(
      sample.graph, state: state, a: a, options: options, dOutput: dOut)

    let mask =
      p.map { dropoutFactors(sample.edges.count, heads, Double(S($0)), stream) }
      ?? Matrix(repeating: 1, sample.edges.count, heads)
    let naive = sample.dynamicAttention(
      inDouble(x), inDouble(y), inDouble(a),
      options: AttentionOptions(heads: heads, averagesHeads: averages, negativeSlope: 0.25),
      mask: mask, addingTo: inDouble(residual), dOut: inDouble(dOut))
    let what: Comment = "heads \(heads), width \(d), averages \(averages), dropout \(p ?? 0)"
    #expect(deviation(output, from: naive.output) < S.tolerance, what)
    #expect(deviation(state.alpha, from: naive.alpha) < S.tolerance, what)
    #expect(deviation(dSource, from: naive.dx) < S.tolerance, what)
    // What sums over a node's edges may cancel, as a softmax's gradients add up to 0: it is held to the
    // scale of the terms.
    for (found, expected) in [(dDestination, naive.dy), (da, naive.da)] {
      #expect(maximalDifference(found, expected) < S.tolerance * max(1, expected.largest), what)
    }
  }

  @Test(arguments: AwkwardGraph.small, [false, true])
  func isTheNaiveOneAtEveryWidth(_ sample: AwkwardGraph, _ averages: Bool) {
    for width in widths {
      let heads = width > 200 ? 2 : 3
      check(
        sample, heads: heads, width: width, averages: averages, hasResidual: true, dropout: 0.4,
        Float.self)
      check(
        sample, heads: heads, width: width, averages: averages, hasResidual: true, dropout: 0.4,
        Double.self)
    }
  }

  @Test(arguments: AwkwardGraph.small + [.large], [1, 2, 6])
  func isTheNaiveOneWithEveryOption(_ sample: AwkwardGraph, _ heads: Int) {
    for averages in [false, true] {
      for hasResidual in [false, true] {
        for p in [nil, 0.6] {
          for isShared in [false, true] {
            check(
              sample, heads: heads, width: 5, averages: averages, hasResidual: hasResidual,
              dropout: p, isShared: isShared, Double.self)
          }
          check(
            sample, heads: heads, width: 5, averages: averages, hasResidual: hasResidual,
            dropout: p, Float.self)
        }
      }
    }
  }

  /// What the name says: node 2 attends most to 0, and node 3 most to 1, of the same two neighbours. A
  /// GAT orders them alike for every node.
  @Test func theOrderOfNeighboursDependsOnWhoAttends() throws {
    let graph = try CSRGraph(nodeCount: 4, sources: [0, 1, 0, 1], destinations: [2, 2, 3, 3])
    let x = Matrix<Double>(4, 2, [1, 0, 0, 1, 0, 0, 0, 0])
    let y = Matrix<Double>(4, 2, [0, 0, 0, 0, 0, -1, -1, 0])
    let state = dynamicAttention(
      graph, source: x, destination: y, a: Matrix(1, 2, [1, 1]),
      options: AttentionOptions(heads: 1, averagesHeads: false, negativeSlope: 0)
    ).state
    #expect(state.alpha[0, 0] > state.alpha[1, 0] && state.alpha[2, 0] < state.alpha[3, 0])
  }
}
