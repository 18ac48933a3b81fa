import Graph
import Tensor
import Testing

@testable import Layers

/// Every operation that has a backward pass, against central differences.
@Suite struct OperationGradientTests {
  /// A backward pass against central differences, for a random gradient of the output.
  private func error(
    at x: Matrix<Double>, forward: (Matrix<Double>) -> Matrix<Double>,
    backward: (_ output: Matrix<Double>, _ dOutput: Matrix<Double>) -> Matrix<Double>
  ) -> GradientCheck.Comparison {
    let output = forward(x)
    let cotangent: Matrix<Double> = random(output.rows, output.columns, "cotangent")
    return GradientCheck.compare(
      backward(output, cotangent).reshaped(x.rows, x.columns),
      with: GradientCheck.numericalGradient(at: x) {
        GradientCheck.projection(forward($0), on: cotangent)
      })
  }

  private let x: Matrix<Double> = random(7, 5, "x")

  @Test func elementwise() {
    #expect(
      error(at: x, forward: { elu($0) }, backward: { eluBackward(output: $0, dOutput: $1) }).agrees)
    for slope in [0, 0.2] {
      #expect(
        error(
          at: x, forward: { leakyReLU($0, slope: slope) },
          backward: { leakyReLUBackward(input: x, dOutput: $1, slope: slope) }
        ).agrees)
    }
    #expect(
      error(
        at: x, forward: { exponential($0, factor: -0.7) },
        backward: { exponentialBackward(output: $0, dOutput: $1, factor: -0.7) }
      ).agrees)
    #expect(
      error(
        at: x, forward: { sigmoid($0) }, backward: { sigmoidBackward(output: $0, dOutput: $1) }
      ).agrees)
    for degree in 1...4 {
      #expect(
        error(
          at: x, forward: { power($0, offset: 0.6, degree: degree) },
          backward: { powerBackward(input: x, dOutput: $1, offset: 0.6, degree: degree) }
        ).agrees)
    }
    let stream = RandomStream(seed: 1, purpose: "dropout")
    #expect(
      error(
        at: x, forward: { dropout($0, probability: 0.4, stream: stream) },
        backward: { dropout($1, probability: 0.4, stream: stream) }
      ).agrees)
  }

  @Test func products() {
    for transposing in [Transposing.none, .left, .right, .both] {
      let transposesLeft = transposing == .left || transposing == .both
      let transposesRight = transposing == .right || transposing == .both
      let a: Matrix<Double> = transposesLeft ? random(4, 6, "a") : random(6, 4, "a")
      let b: Matrix<Double> = transposesRight ? random(3, 4, "b") : random(4, 3, "b")
      // d op(A) = dC op(B)^T and d op(B) = op(A)^T dC, transposed back where op transposes.
      let opB = transposesRight ? b.transposed() : b
      let opA = transposesLeft ? a.transposed() : a
      #expect(
        error(
          at: a, forward: { .product($0, b, transposing: transposing, scale: 0.3) },
          backward: {
            let d = Matrix.product($1, opB, transposing: .right, scale: 0.3)
            return transposesLeft ? d.transposed() : d
          }
        ).agrees)
      #expect(
        error(
          at: b, forward: { .product(a, $0, transposing: transposing) },
          backward: {
            let d = Matrix.product(opA, $1, transposing: .left)
            return transposesRight ? d.transposed() : d
          }
        ).agrees)
    }
  }

  @Test func biasesAndBlocks() {
    #expect(
      error(
        at: random(1, 5, "bias"),
        forward: {
          var y = x
          y.addToRows($0)
          return y
        }, backward: { $1.columnSums() }
      ).agrees)
    #expect(
      error(
        at: random(7, 6, "wide"),
        forward: {
          var y = Matrix<Double>(zeros: 7, 2)
          y.addBlockSums(of: $0, blocks: 3, scale: 1.0 / 3)
          return y
        },
        backward: {
          var dx = Matrix<Double>(zeros: 7, 6)
          dx.addToBlocks($1, blocks: 3, scale: 1.0 / 3)
          return dx
        }
      ).agrees)
  }

  @Test func overEdges() {
    let m = smallGraph.edgeCount
    for weights in [nil, random(m, 1, "w") as Matrix<Double>] {
      #expect(
        error(
          at: x, forward: { spmm(smallGraph, $0, weights: weights) },
          backward: { spmmBackward(smallGraph, dOutput: $1, weights: weights) }
        ).agrees)
    }
    #expect(
      error(
        at: random(m, 1, "w"), forward: { spmm(smallGraph, x, weights: $0) },
        backward: { spmmBackwardToWeights(smallGraph, dOutput: $1, input: x) }
      ).agrees)
    #expect(
      error(
        at: random(m, 3, "scores"), forward: { edgeSoftmax(smallGraph, scores: $0) },
        backward: { edgeSoftmaxBackward(smallGraph, output: $0, dOutput: $1) }
      ).agrees)
    for kind in [EdgeSimilarity.l1, .squaredL2, .dot] {
      #expect(
        error(
          at: x, forward: { edgeSimilarity(smallGraph, $0, kind) },
          backward: { edgeSimilarityBackward(smallGraph, input: x, dOutput: $1, kind) }
        ).agrees, "\(kind)")
    }
  }

  @Test func overNeighbors() {
    #expect(
      error(
        at: x, forward: { segmentMean(smallGraph, $0) },
        backward: { segmentMeanBackward(smallGraph, dOutput: $1) }
      ).agrees)
    // Numbers a hundredth apart, none within half of that of 0: away from ties and from the kink.
    var order = RandomStream(seed: 6, purpose: "order").generator()
    let distinct = Matrix(7, 33, order.permutation(7 * 33).map { 0.01 * (Double($0) - 115.5) })
    for rectified in [false, true] {
      let sources = segmentMax(smallGraph, distinct, rectified: rectified).sources
      #expect(
        error(
          at: distinct, forward: { segmentMax(smallGraph, $0, rectified: rectified).output },
          backward: { segmentMaxBackward(sources: sources, dOutput: $1) }
        ).agrees)
    }
  }

  @Test(arguments: DivergenceDirection.allCases) func divergences(_ direction: DivergenceDirection)
  {
    let m = smallGraph.edgeCount
    let teacher = edgeLogSoftmax(smallGraph, scores: random(m, 1, "teacher") as Matrix<Double>)
    let scores: Matrix<Double> = random(m, 1, "scores")
    func value(_ s: Matrix<Double>) -> (loss: Double, dScores: Matrix<Double>) {
      edgeDivergence(smallGraph, scores: s, logProbabilities: teacher, direction: direction)
    }
    let numerical = GradientCheck.numericalGradient(at: scores) { value($0).loss }
    #expect(GradientCheck.compare(value(scores).dScores, with: numerical).agrees)
  }

  @Test(arguments: [1, 3], [false, true]) func attention(_ heads: Int, _ averages: Bool) {
    for d in [2, 9] {
      for p in [nil, 0.4] {
        let options = AttentionOptions<Double>(
          heads: heads, averagesHeads: averages, negativeSlope: 0.2,
          dropout: p.map { ($0, RandomStream(seed: 1, purpose: "attention")) })
        let x: Matrix<Double> = random(7, heads * d, "x")
        let aSource: Matrix<Double> = random(
          1, heads * d, "source", deviation: 1 / Double(d).squareRoot())
        let aDestination: Matrix<Double> = random(
          1, heads * d, "destination", deviation: 1 / Double(d).squareRoot())
        func output(
          _ x: Matrix<Double>, _ aSource: Matrix<Double>, _ aDestination: Matrix<Double>
        ) -> Matrix<Double> {
          graphAttention(
            smallGraph, x, aSource: aSource, aDestination: aDestination, options: options
          ).output
        }
        func gradients(_ dOutput: Matrix<Double>) -> (
          dx: Matrix<Double>, daSource: Matrix<Double>, daDestination: Matrix<Double>
        ) {
          let (_, state) = graphAttention(
            smallGraph, x, aSource: aSource, aDestination: aDestination, options: options)
          return graphAttentionBackward(
            smallGraph, state: state, aSource: aSource, aDestination: aDestination,
            options: options, dOutput: dOutput)
        }
        let errors = [
          error(
            at: x, forward: { output($0, aSource, aDestination) },
            backward: { gradients($1).dx }),
          error(
            at: aSource, forward: { output(x, $0, aDestination) },
            backward: { gradients($1).daSource }),
          error(
            at: aDestination, forward: { output(x, aSource, $0) },
            backward: { gradients($1).daDestination }),
        ]
        #expect(
          errors.allSatisfy { $0.agrees }, "d \(d), dropout \(p ?? 0): \(errors)")
      }
    }
  }

  @Test(arguments: [Activation.none, .elu, .relu, .leakyReLU(slope: 0.1), .gelu])
  func activations(_ activation: Activation) throws {
    let pass = activation.forward(x)
    let cotangent: Matrix<Double> = random(7, 5, "cotangent")
    let numerical = GradientCheck.numericalGradient(at: x) {
      GradientCheck.projection(activation.forward($0).output, on: cotangent)
    }
    let gradient = try #require(pass.backward(cotangent))
    #expect(GradientCheck.compare(gradient, with: numerical).agrees)
    let expected = x.elements.map { v in
      switch activation {
      case .none: v
      case .relu: max(v, 0)
      case .elu: elu(Matrix(1, 1, [v]))[0, 0]
      case .leakyReLU(let slope): v > 0 ? v : slope * v
      case .gelu: gelu(Matrix(1, 1, [v]))[0, 0]
      // It is a layer.
      case .prelu: Double.nan
      }
    }
    #expect(pass.output.elements == expected)
  }
}
