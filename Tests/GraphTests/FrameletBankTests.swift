import Foundation
import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct FrameletBankTests {
  @Test(arguments: filterBanks) func squaresAddUpToOne(_ bank: FilterBank) {
    for k in -50...2_050 {
      let masks = bank.masks(at: Double(k) / 2_000 * .pi)
      #expect(masks.count == bank.maskCount)
      #expect(abs(masks.reduce(0) { $0 + $1 * $1 } - 1.0) < 1e-14, "\(k)")
    }
  }

  @Test(arguments: filterBanks) func lowPassesLowAndHighPassesHigh(_ bank: FilterBank) {
    let (low, high) = (bank.masks(at: 0), bank.masks(at: .pi))
    // A sigmoid never quite closes: sigma(-alpha / 2) is left.
    let gap: Double
    if case .sigmoid(let alpha) = bank { gap = 1 / (1 + exp(alpha / 2)) } else { gap = 0 }
    #expect(abs(low[0] * low[0] - (1 - gap)) < 1e-12)
    #expect(abs(high[0] * high[0] - gap) < 1e-12)
    #expect(abs(high[bank.maskCount - 1] * high[bank.maskCount - 1] - (1 - gap)) < 1e-12)
  }

  @Test func knownValues() {
    let half = Double.pi / 2
    let squares: [(FilterBank, [Double])] = [
      (.haar, [0.5, 0.5]), (.linear, [0.25, 0.5, 0.25]),
      (.quadratic, [0.125, 0.375, 0.375, 0.125]), (.entropy(alpha: 0.75), [0.25, 0.75, 0]),
      (.sigmoid(), [0.5, 0.5]),
    ]
    for (bank, values) in squares {
      for (mask, square) in zip(bank.masks(at: half), values) {
        #expect(abs(mask - square.squareRoot()) < 1e-15, "\(bank)")
      }
    }
    #expect(abs(FilterBank.haar.masks(at: 1)[1] - sin(0.5)) < 1e-15)
    #expect(abs(FilterBank.linear.masks(at: 1)[1] - sin(1) / 2.0.squareRoot()) < 1e-15)
    #expect(
      abs(FilterBank.entropy().masks(at: 1)[1] - (2 / .pi * (1 - 1 / .pi)).squareRoot()) < 1e-15)
    #expect(FilterBank.entropy().masks(at: 3)[0] == 0 && FilterBank.entropy().masks(at: 1)[2] == 0)
  }

  @Test func roundingDoesNotMoveAnEntropyMask() {
    for x in [0, Double.pi / 2, .pi] {
      for error in [-1e-14, 1e-14] {
        #expect(FilterBank.entropy().masks(at: x + error) == FilterBank.entropy().masks(at: x))
      }
    }
    #expect(FilterBank.entropy().masks(at: .pi / 2)[2] == 0)
    #expect(FilterBank.entropy().masks(at: .pi / 2 + 1e-9)[0] == 0)
  }

  @Test func chebyshevSeriesOfAPolynomialIsThePolynomial() {
    func cubic(_ x: Double) -> Double { 0.3 - x + 0.5 * x * x - 0.07 * x * x * x }
    for quadrature in [ChebyshevQuadrature.gauss, .trapezoid(points: 500)] {
      let series = ChebyshevSeries.all(terms: 5, quadrature: quadrature) { [cubic($0)] }[0]
      for k in 0...100 {
        let x = Double(k) / 100 * .pi
        #expect(abs(series.value(at: x) - cubic(x)) < 1e-13)
      }
      #expect(abs(series.coefficients[4]) < 1e-14)
      #expect(abs(series.coefficients[3]) > 0.01)
    }
  }

  @Test(arguments: [
    FilterBank.entropy(alpha: 0), .entropy(alpha: 1.01), .entropy(alpha: .nan), .sigmoid(alpha: 0),
    .sigmoid(alpha: .infinity), .sigmoid(alpha: .nan),
    .functions(AnyMaskFunctions(SmoothStepMasks(overshoot: 0.01))),
    .functions(AnyMaskFunctions(SmoothStepMasks(overshoot: .nan))),
  ])
  func parametersWithoutATightFrameAreRefused(_ bank: FilterBank) {
    #expect(throws: FrameletError.self) {
      try FrameletTransform<Double>(
        of: FrameletGraph.connected.graph, options: FrameletOptions(bank: bank))
    }
  }
}
