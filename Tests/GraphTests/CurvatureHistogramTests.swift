import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct CurvatureHistogramTests {
  @Test func everyEdgeIsInOneBin() throws {
    let values = [-3, -2, -1.75, -1.76, 0, -0.0, 1.999, 2, 2.1]
    let histogram = try CurvatureHistogram(of: values, bounds: CurvatureHistogram.standardBounds)
    #expect(histogram.bounds.count == 17 && histogram.counts.count == 16)
    #expect(histogram.below == 1 && histogram.above == 1)
    // -2 and -1.76; -1.75; both zeros; 1.999 and the upper bound itself.
    #expect(histogram.counts == [2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 2])
    #expect(histogram.minimum == -3 && histogram.maximum == 2.1)
    #expect(abs(try #require(histogram.mean) - values.reduce(0, +) / 9) < 1e-15)
  }

  @Test func ofAGraph() throws {
    let curvature = try BalancedFormanCurvature(of: complete(4))
    let histogram = try curvature.histogram(bounds: [0, 1, 1.5])
    #expect(histogram.counts == [0, 6] && histogram.below + histogram.above == 0)
    let none = try BalancedFormanCurvature(of: undirected(3, [])).histogram()
    #expect(none.counts.allSatisfy { $0 == 0 })
    #expect(none.minimum == nil && none.mean == nil && none.maximum == nil)
  }

  @Test func boundsMustRise() throws {
    let curvature = try BalancedFormanCurvature(of: cycle(4))
    #expect(throws: CurvatureError.tooFewBounds(count: 1)) { try curvature.histogram(bounds: [1]) }
    #expect(throws: CurvatureError.boundsDoNotRise(index: 2, value: 1)) {
      try curvature.histogram(bounds: [0, 1, 1])
    }
    #expect(throws: CurvatureError.boundsDoNotRise(index: 1, value: .infinity)) {
      try curvature.histogram(bounds: [0, .infinity])
    }
  }
}
