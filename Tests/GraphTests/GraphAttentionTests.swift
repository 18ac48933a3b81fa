import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct GraphAttentionTests {
  /// One call in every respect against the naive one.
  private func check<S: Scalar>(
    _ sample: AwkwardGraph, heads: Int, width d: Int, averages: Bool, hasResidual: Bool,
    dropout p: Double?, _: S.Type
  ) {
    let n = sample.nodeCount
    let outWidth = averages ? d : heads * d
    let x: Matrix<S> = random(n, heads * d, "x")
    // Scores of about 1 at every width.
    let aSource: Matrix<S> = random(1, heads * d, "source", deviation: 1 / Double(d).squareRoot())
    let aDestination: Matrix<S> = random(
      1, heads * d, "destination", deviation: 1 / Double(d).squareRoot())
    let residual: Matrix<S> =
      hasResidual ? random(n, outWidth, "residual") : Matrix(zeros: n, outWidth)
    let dOut: Matrix<S> = random(n, outWidth, "dOut")
    let stream = RandomStream(seed: 3, purpose: "attention", step: 2)
    let options = AttentionOptions<S>(
      heads: heads, averagesHeads: averages, negativeSlope: 0.25,
      dropout: p.map { (S($0), stream) })

    let (output, state) = graphAttention(
      sample.graph, x, aSource: aSource, aDestination: aDestination, options: options,
      addingTo: hasResidual ? residual : nil)
    let (dx, daSource, daDestination) = graphAttentionBackward(
      sample.graph, state: state, aSource: aSource, aDestination: aDestination, options: options,
      dOutput: dOut)

    let mask =
      p.map { dropoutFactors(sample.edges.count, heads, Double(S($0)), stream) }
      ?? Matrix(repeating: 1, sample.edges.count, heads)
    let naive = sample.attention(
      inDouble(x), inDouble(aSource), inDouble(aDestination),
      options: AttentionOptions(heads: heads, averagesHeads: averages, negativeSlope: 0.25),
      mask: mask, addingTo: inDouble(residual), dOut: inDouble(dOut))
    let what: Comment = "heads \(heads), width \(d), averages \(averages), dropout \(p ?? 0)"
    #expect(deviation(output, from: naive.output) < S.tolerance, what)
    #expect(deviation(state.alpha, from: naive.alpha) < S.tolerance, what)
    #expect(deviation(dx, from: naive.dx) < S.tolerance, what)
    // The scores' gradients into a node cancel where LeakyReLU has one slope for all of them; what
    // is left is held to the scale of the terms, not of the sum.
    let scale = max(1, naive.daSource.largest)
    #expect(maximalDifference(daSource, naive.daSource) < S.tolerance * scale, what)
    #expect(maximalDifference(daDestination, naive.daDestination) < S.tolerance * scale, what)
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
          check(
            sample, heads: heads, width: 5, averages: averages, hasResidual: hasResidual,
            dropout: p, Float.self)
          check(
            sample, heads: heads, width: 5, averages: averages, hasResidual: hasResidual,
            dropout: p, Double.self)
        }
      }
    }
  }

  @Test func theResidualPassedInStaysAsItIs() {
    let sample = AwkwardGraph.small[3]
    let residual: Matrix<Float> = random(sample.nodeCount, 6, "residual")
    let x: Matrix<Float> = random(sample.nodeCount, 6, "x")
    _ = graphAttention(
      sample.graph, x, aSource: x.row(0), aDestination: x.row(1),
      options: AttentionOptions(heads: 2, averagesHeads: false, negativeSlope: 0.2),
      addingTo: residual)
    #expect(residual == random(sample.nodeCount, 6, "residual"))
  }
}
