import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct CloudAugmentationTests {
  private func batch<S: Scalar>(_: S.Type = S.self) -> GraphBatch<S> {
    let samples = [6, 9, 40].enumerated().map { k, n in
      GraphSample<S>(
        graph: CSRGraph(edgelessMembers: [n]),
        features: random(n, 3, "cloud \(k)"), labels: Matrix(1, 2, [1, 0]), known: [true])
    }
    return GraphBatch(samples, members: [2, 0, 1])
  }

  /// The change from its definition, from numbers of the same stream.
  @Test func axesAreScaledAndShiftedAndPointsReordered() {
    let batch = batch(Double.self)
    let result = CloudAugmentation<Double>(scale: 1.5, shift: 0.2)
      .augmented(batch, seed: 5, step: 8)
    var stream = RandomStream(seed: 5, purpose: "cloud augmentation", step: 8).generator()
    for member in 0..<3 {
      let nodes = batch.graph.nodes(ofMember: member)
      let f = (0..<3).map { _ in 2.0 / 3 + (1.5 - 2.0 / 3) * stream.uniform() }
      let d = (0..<3).map { _ in 0.2 * (2 * stream.uniform() - 1) }
      let order = stream.permutation(nodes.count)
      for (place, from) in order.enumerated() {
        for axis in 0..<3 {
          let x = batch.features.filled[nodes.lowerBound + from, axis]
          let y = result.features.filled[nodes.lowerBound + place, axis]
          #expect(abs(y - (f[axis] * x + d[axis])) < 1e-15)
        }
      }
      #expect(order != Array(order.indices))
    }
    #expect(result.isAugmented && result.labels == batch.labels && result.counts == batch.counts)
    #expect(result.graph === batch.graph && result.members == batch.members)
  }

  /// Over many clouds the numbers fill their ranges and keep within them.
  @Test func numbersAreOfTheirRanges() {
    let unit = GraphSample<Double>(
      graph: CSRGraph(edgelessMembers: [2]), features: Matrix(2, 3, [0, 0, 0, 1, 1, 1]),
      labels: Matrix(1, 1, [1]), known: [true])
    let batch = GraphBatch([unit], members: [Int](repeating: 0, count: 500))
    let y = CloudAugmentation<Double>(scale: 1.5, shift: 0.2, shuffle: false)
      .augmented(batch, seed: 1, step: 0).features.filled
    let shifts = (0..<500).flatMap { k in (0..<3).map { y[2 * k, $0] } }
    let factors = (0..<500).flatMap { k in (0..<3).map { y[2 * k + 1, $0] - y[2 * k, $0] } }
    #expect(shifts.min()! >= -0.2 && shifts.min()! < -0.19)
    #expect(shifts.max()! < 0.2 && shifts.max()! > 0.19)
    #expect(factors.min()! > 0.666 && factors.min()! < 0.68)
    #expect(factors.max()! < 1.5 && factors.max()! > 1.48)
    let mean = factors.reduce(0, +) / Double(factors.count)
    #expect(abs(mean - 13.0 / 12) < 0.03)
  }

  @Test func itIsAFunctionOfSeedAndStep() {
    let batch = batch(Float.self)
    let change = CloudAugmentation<Float>()
    func features(_ seed: UInt64, _ step: Int, threads: Int) -> Matrix<Float> {
      Parallel.withThreads(threads) {
        change.augmented(batch, seed: seed, step: step).features.filled
      }
    }
    let first = features(1, 1, threads: 1)
    #expect(first == features(1, 1, threads: 3))
    #expect(first != features(2, 1, threads: 1) && first != features(1, 2, threads: 1))
    let still = CloudAugmentation<Float>(scale: 1, shift: 0, shuffle: false)
      .augmented(batch, seed: 1, step: 1)
    #expect(still.features.filled == batch.features.filled)
  }
}
