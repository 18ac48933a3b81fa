import CKernels
import Foundation

/// A stream of random numbers that is a function of (seed, purpose, step, position) and of nothing
/// else: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
///
/// Being counter-based it has no state to hand from thread to thread or to save in a checkpoint:
/// the same stream gives the same numbers in any order and on any number of threads.
public struct RandomStream: Sendable, Equatable {
  private let key: (UInt32, UInt32)
  private let words: (UInt32, UInt32)

  /// The stream for one purpose (a parameter's name, "shuffle", a layer's dropout, ...) and step.
  ///
  /// - Parameters:
  ///   - seed: The seed of the run.
  ///   - purpose: What the numbers are for; other purposes give independent numbers.
  ///   - step: The training step, epoch, or what else the purpose counts, modulo 2^32.
  public init(seed: UInt64, purpose: String, step: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    // FNV-1a, 32 bits: Swift's own hashes differ from run to run.
    var hash: UInt32 = 2_166_136_261
    for byte in purpose.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    words = (hash, UInt32(truncatingIfNeeded: step))
  }

  /// Equal streams give equal numbers.
  public static func == (a: RandomStream, b: RandomStream) -> Bool {
    a.key == b.key && a.words == b.words
  }

  func withWords<R>(_ body: (UnsafePointer<UInt32>, UnsafePointer<UInt32>) -> R) -> R {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4) { memory in
      (memory[0], memory[1], memory[2], memory[3]) = (key.0, key.1, words.0, words.1)
      let base = UnsafePointer(memory.baseAddress!)
      return body(base, base + 2)
    }
  }

  /// The four 32-bit numbers of block `block`.
  public func block(_ block: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 10) { m in
      (m[0], m[1]) = key
      (m[2], m[3]) = (UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32))
      (m[4], m[5]) = words
      let base = m.baseAddress!
      ck_philox4x32(base, base + 2, base + 6)
      return (m[6], m[7], m[8], m[9])
    }
  }

  /// A seed that follows from this stream, for whatever takes a seed.
  public var derivedSeed: UInt64 {
    let (a, b, _, _) = block(0)
    return UInt64(a) << 32 | UInt64(b)
  }

  /// A generator that walks along the stream, for sequential use (shuffles, synthetic data).
  public func generator() -> Generator { Generator(stream: self) }

  /// The numbers of a stream one after the other, 64 bits at a time.
  ///
  /// It is no `RandomNumberGenerator` of the standard library, on purpose: `shuffled(using:)`,
  /// `Int.random(in:using:)` and their kind do not say how they turn bits into choices, and may
  /// change with the compiler. What draws here does so by the methods below, each of which says how.
  public struct Generator: Sendable {
    private let stream: RandomStream
    private var position: UInt64 = 0
    private var spare: UInt64?

    init(stream: RandomStream) { self.stream = stream }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
      if let value = spare {
        spare = nil
        return value
      }
      let (a, b, c, d) = stream.block(position)
      position += 1
      spare = UInt64(c) << 32 | UInt64(d)
      return UInt64(a) << 32 | UInt64(b)
    }

    /// A number in [0, 1) with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A standard normal number, by the method of Box and Muller.
    public mutating func normal() -> Double {
      let radius = (-2 * log(1 - uniform())).squareRoot()
      return radius * cos(2 * .pi * uniform())
    }

    /// A number of 0 ..< bound, each equally likely.
    ///
    /// With a word w of 64 random bits the result is floor(w bound / 2^64), unless w bound modulo
    /// 2^64 is below 2^64 modulo bound: then the next word is tried, as some numbers would be met by
    /// one word more than others (D. Lemire, "Fast random integer generation in an interval", ACM
    /// Trans. Model. Comput. Simul. 29, 2019).
    ///
    /// - Parameter bound: 1 or more.
    public mutating func below(_ bound: Int) -> Int {
      precondition(bound > 0, "no number is below \(bound)")
      let bound = UInt64(bound)
      while true {
        let (whole, rest) = next().multipliedFullWidth(by: bound)
        // 2^64 modulo bound is below bound: mostly the division can be left out.
        if rest >= bound || rest >= (0 &- bound) % bound { return Int(whole) }
      }
    }

    /// The elements in random order, each order equally likely (Fisher and Yates).
    ///
    /// Places are filled from the first to the last but one: place i is swapped with place
    /// i + ``below(_:)``(count - i).
    public mutating func shuffled<Element>(_ elements: some Sequence<Element>) -> [Element] {
      var order = Array(elements)
      for place in order.indices.dropLast() {
        order.swapAt(place, place + below(order.count - place))
      }
      return order
    }

    /// 0 ..< count in random order, by ``shuffled(_:)``.
    public mutating func permutation(_ count: Int) -> [Int] { shuffled(0..<count) }
  }
}

extension Matrix {
  /// Independent normal numbers with mean 0 and the given standard deviation.
  public static func normal(
    _ rows: Int, _ columns: Int, deviation: Double = 1, stream: RandomStream
  ) -> Matrix {
    Matrix(rows, columns, stream) { deviation * $0.normal() }
  }

  /// Independent uniform numbers in [-bound, bound).
  public static func uniform(
    _ rows: Int, _ columns: Int, bound: Double = 1, stream: RandomStream
  ) -> Matrix {
    Matrix(rows, columns, stream) { bound * (2 * $0.uniform() - 1) }
  }

  /// A matrix whose elements `draw` takes from the stream, one after the other.
  private init(
    _ rows: Int, _ columns: Int, _ stream: RandomStream,
    draw: (inout RandomStream.Generator) -> Double
  ) {
    self.init(uninitialized: rows, columns)
    var generator = stream.generator()
    let target = mutablePointer
    for i in 0..<count { target[i] = S(draw(&generator)) }
  }
}
