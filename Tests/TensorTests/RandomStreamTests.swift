import CKernels
import Testing

@testable import Tensor

@Suite struct RandomStreamTests {
  private func philox(key: [UInt32], counter: [UInt32]) -> [UInt32] {
    var out = [UInt32](repeating: 0, count: 4)
    ck_philox4x32(key, counter, &out)
    return out
  }

  /// The known answers of the authors' library Random123 for philox4x32-10.
  @Test func philoxGivesTheKnownAnswers() {
    #expect(
      philox(key: [0, 0], counter: [0, 0, 0, 0])
        == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(
      philox(
        key: [0xffff_ffff, 0xffff_ffff],
        counter: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff])
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox(
        key: [0xa409_3822, 0x299f_31d0],
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func aBlockIsPhiloxOfSeedPurposeAndStep() {
    let stream = RandomStream(seed: 0x1122_3344_5566_7788, purpose: "a", step: 9)
    let (a, b, c, d) = stream.block(0x99aa_bbcc_ddee)
    // 0xe40c292c is the published FNV-1a hash of "a".
    let expected = philox(
      key: [0x5566_7788, 0x1122_3344], counter: [0xbbcc_ddee, 0x99aa, 0xe40c_292c, 9])
    #expect([a, b, c, d] == expected)
  }

  @Test func theGeneratorWalksAlongTheBlocks() {
    let stream = RandomStream(seed: 3, purpose: "walk")
    var generator = stream.generator()
    for position in 0..<5 {
      let (a, b, c, d) = stream.block(UInt64(position))
      #expect(generator.next() == UInt64(a) << 32 | UInt64(b))
      #expect(generator.next() == UInt64(c) << 32 | UInt64(d))
    }
  }

  @Test func seedPurposeAndStepChangeTheNumbers() {
    let streams = [
      RandomStream(seed: 1, purpose: "x"), RandomStream(seed: 2, purpose: "x"),
      RandomStream(seed: 1 << 32, purpose: "x"), RandomStream(seed: 1, purpose: "y"),
      RandomStream(seed: 1, purpose: "xx"), RandomStream(seed: 1, purpose: ""),
      RandomStream(seed: 1, purpose: "x", step: 1), RandomStream(seed: 1, purpose: "x", step: -1),
    ]
    let n = 20_000
    let numbers = streams.map { Matrix<Double>.normal(1, n, stream: $0).elements }
    for i in streams.indices {
      #expect(streams[i] == streams[i])
      for j in 0..<i {
        #expect(streams[i] != streams[j])
        let correlation = zip(numbers[i], numbers[j]).reduce(0) { $0 + $1.0 * $1.1 } / Double(n)
        // Five standard deviations.
        #expect(abs(correlation) < 5 / Double(n).squareRoot(), "streams \(i) and \(j)")
      }
    }
  }

  @Test func uniformNumbersHaveTheirMoments() {
    let n = 100_000
    let x = Matrix<Double>.uniform(1, n, bound: 2, stream: RandomStream(seed: 5, purpose: "u"))
    #expect(x.elements.allSatisfy { $0 >= -2 && $0 < 2 })
    let mean = x.elements.reduce(0, +) / Double(n)
    // The variance of [-2, 2) is 16 / 12; that of its square is 2^4 (1/5 - 1/9).
    #expect(abs(mean) < 5 * (16.0 / 12 / Double(n)).squareRoot())
    let variance = x.sumOfSquares / Double(n)
    #expect(abs(variance - 16.0 / 12) < 5 * (16 * (1.0 / 5 - 1.0 / 9) / Double(n)).squareRoot())
    var generator = RandomStream(seed: 5, purpose: "unit").generator()
    #expect((0..<10_000).allSatisfy { _ in (0..<1).contains(generator.uniform()) })
  }

  @Test func normalNumbersHaveTheirMoments() {
    let n = 100_000
    let x = Matrix<Double>.normal(
      1, n, deviation: 3, stream: RandomStream(seed: 6, purpose: "n")
    ).elements.map { $0 / 3 }
    func moment(_ degree: Int) -> Double {
      x.reduce(0) { sum, v in sum + (0..<degree).reduce(1) { p, _ in p * v } } / Double(n)
    }
    // Of a standard normal number: moments 0, 1, 0, 3 with variances 1, 2, 15, 96.
    let root = Double(n).squareRoot()
    #expect(abs(moment(1)) < 5 / root)
    #expect(abs(moment(2) - 1) < 5 * 2.0.squareRoot() / root)
    #expect(abs(moment(3)) < 5 * 15.0.squareRoot() / root)
    #expect(abs(moment(4) - 3) < 5 * 96.0.squareRoot() / root)
  }

  @Test func aPermutationHoldsEveryNumberOnce() {
    var generator = RandomStream(seed: 1, purpose: "shuffle").generator()
    let first = generator.permutation(500)
    #expect(first.sorted() == Array(0..<500) && first != Array(0..<500))
    #expect(generator.permutation(500) != first)
    #expect(generator.permutation(0).isEmpty)
    #expect(generator.permutation(1) == [0])
  }

  // MARK: Numbers below a bound, orders

  /// What a stream gives, computed in Python from the published definitions of Philox, FNV-1a,
  /// Lemire's method and Fisher and Yates' shuffle: results that are stored rest on these numbers.
  @Test func choicesAreThoseOfTheDefinitions() {
    func generator() -> RandomStream.Generator {
      RandomStream(seed: 7, purpose: "fixed").generator()
    }
    var random = generator()
    let bounds = [1, 2, 3, 10, 1_000, 1 << 31, 1_000_000_000_000, Self.quarterRejected]
    #expect(
      bounds.map { random.below($0) }
        == [0, 1, 0, 0, 601, 1_177_119_410, 816_842_491_791, 6_670_759_505_354_847_278])
    // Ten words were looked at for these six.
    random = generator()
    #expect(
      (0..<6).map { _ in random.below(Self.quarterRejected) } == [
        427_457_170_309_543_854, 4_163_360_495_555_747_984, 5_650_531_647_977_386_962,
        6_670_759_505_354_847_278, 1_510_755_793_467_222_343, 1_742_849_024_954_871_940,
      ])
    var after = generator()
    for _ in 0..<10 { _ = after.next() }
    #expect(random.next() == after.next())

    random = generator()
    #expect(random.permutation(16) == [6, 8, 2, 3, 11, 4, 14, 15, 9, 10, 7, 12, 13, 0, 5, 1])
    random = generator()
    #expect(random.shuffled("abcdefg") == ["c", "e", "a", "d", "f", "g", "b"])
  }

  /// 3 2^61: of 2^64 words a quarter must be rejected.
  private static let quarterRejected = 3 << 61

  /// The sum of (count - mean)^2 / mean of counts that should be equal: chi-squared with one degree
  /// of freedom less than there are counts.
  private func chiSquared(_ counts: [Int]) -> Double {
    let mean = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
  }

  /// Five standard deviations above the mean of chi-squared.
  private func isEven(_ counts: [Int]) -> Bool {
    let degrees = Double(counts.count - 1)
    return chiSquared(counts) < degrees + 5 * (2 * degrees).squareRoot()
  }

  @Test(arguments: [2, 3, 7, 10, 64]) func numbersBelowABoundAreEquallyLikely(_ bound: Int) {
    var generator = RandomStream(seed: 4, purpose: "below").generator()
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<1_000 * bound { counts[generator.below(bound)] += 1 }
    #expect(isEven(counts), "\(counts)")
  }

  /// Without rejection a third of the numbers, those of one remainder, would come up 2 times for
  /// every 3 of the others.
  @Test func rejectionEvensOutLargeBounds() {
    var generator = RandomStream(seed: 4, purpose: "large").generator()
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[generator.below(Self.quarterRejected) % 3] += 1 }
    #expect(isEven(counts), "\(counts)")
    #expect((0..<1_000).allSatisfy { _ in generator.below(1) == 0 })
    #expect((0..<1_000).allSatisfy { _ in generator.below(.max) >= 0 })
  }

  @Test func ordersAreEquallyLikely() {
    var generator = RandomStream(seed: 4, purpose: "orders").generator()
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 { counts[generator.permutation(4), default: 0] += 1 }
    #expect(counts.count == 24 && isEven(Array(counts.values)), "\(counts)")
  }

  /// Every number is equally likely in every place of longer orders.
  @Test func placesAreEquallyLikely() {
    let n = 12
    var generator = RandomStream(seed: 4, purpose: "places").generator()
    var counts = [Int](repeating: 0, count: n * n)
    for _ in 0..<12_000 {
      for (place, number) in generator.permutation(n).enumerated() {
        counts[place * n + number] += 1
      }
    }
    for place in 0..<n {
      #expect(isEven(Array(counts[place * n..<(place + 1) * n])), "place \(place)")
    }
  }

  // MARK: Dropout

  @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 70_003], [0.1, 0.5, 0.9])
  func dropoutFollowsItsDefinition(_ n: Int, _ probability: Double) {
    func check<S: Scalar>(_: S.Type) {
      let x: Matrix<S> = random(1, n)
      let stream = RandomStream(seed: 11, purpose: "dropout", step: 4)
      let p = S(probability)
      let y = dropout(x, probability: p, stream: stream).elements
      let threshold = Double(p) * 0x1p32
      for (i, value) in x.elements.enumerated() {
        let (a, b, c, d) = stream.block(UInt64(i / 4))
        let isDropped = Double([a, b, c, d][i % 4]) < threshold.rounded(.down)
        let expected = isDropped ? 0 : Double(value) / (1 - Double(p))
        guard abs(Double(y[i]) - expected) <= S.tolerance * abs(expected) else {
          Issue.record("element \(i) of \(n) is \(y[i]), expected \(expected)")
          return
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  /// Blocks are counted in 64 bits, also where a group of them begins below 2^32 and ends above.
  @Test func dropoutCountsBlocksBeyond32Bits() {
    let (first, n) = ((1 << 34) - 32, 70)
    let stream = RandomStream(seed: 11, purpose: "far", step: 1)
    let x = Matrix<Float>(repeating: 1, 1, n)
    var y = Matrix<Float>(zeros: 1, n)
    stream.withWords { Float.kernels.dropout(first, n, 0.5, $0, $1, x.pointer, y.mutablePointer) }
    for i in 0..<n {
      let (a, b, c, d) = stream.block(UInt64((first + i) / 4))
      #expect((y[0, i] == 0) == ([a, b, c, d][i % 4] < 1 << 31), "element \(i)")
    }
    withExtendedLifetime(x) {}
  }

  @Test func dropoutDropsItsShareAndKeepsTheMean() {
    let n = 200_000
    let ones = Matrix<Float>(repeating: 1, 1, n)
    for p in [0.1, 0.5, 0.6, 0.9] {
      let y = dropout(ones, probability: Float(p), stream: RandomStream(seed: 2, purpose: "d"))
      let share = Double(y.elements.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }) / Double(n)
      #expect(abs(share - p) < 5 * (p * (1 - p) / Double(n)).squareRoot())
      let mean = y.elements.reduce(0) { $0 + Double($1) } / Double(n)
      #expect(abs(mean - 1) < 5 * (p / (1 - p) / Double(n)).squareRoot())
    }
  }

  @Test func theGradientPassesTheMaskOfTheForwardPass() {
    let stream = RandomStream(seed: 8, purpose: "layer", step: 3)
    let x: Matrix<Float> = random(101, 7)
    let y = dropout(x, probability: 0.4, stream: stream)
    let dx = dropout(random(101, 7, "gradient"), probability: 0.4, stream: stream)
    #expect(zip(y.elements, dx.elements).allSatisfy { ($0 == 0) == ($1 == 0) })
    let nextStep = RandomStream(seed: 8, purpose: "layer", step: 4)
    let other = dropout(x, probability: 0.4, stream: nextStep)
    #expect(zip(y.elements, other.elements).contains { ($0 == 0) != ($1 == 0) })
  }

  @Test func dropoutWithProbabilityZeroIsTheIdentity() {
    let x: Matrix<Double> = random(5, 5)
    #expect(dropout(x, probability: 0, stream: RandomStream(seed: 1, purpose: "")) == x)
  }
}
