import Foundation
import Synchronization
import Testing

@testable import Tensor

@Suite struct ParallelTests {
  /// What `body` gives with 1, 2 and 3 threads.
  private func results<R>(_ body: () -> R) -> [R] {
    (1...3).map { Parallel.withThreads($0, body) }
  }

  /// The strands that a loop of `limit` pieces has here.
  private func strands(atMost limit: Int = 100) -> Set<Int> {
    let lock = NSLock()
    var strands: [Int] = []
    Parallel.strands(atMost: limit) { strand in lock.withLock { strands.append(strand) } }
    #expect(Set(strands).count == strands.count, "a strand ran twice")
    return Set(strands)
  }

  @Test func aScopeHasItsThreads() throws {
    let standard = Parallel.threads
    #expect(standard == Parallel.defaultThreads)
    for threads in [1, 2, 3, 8] {
      Parallel.withThreads(threads) {
        #expect(Parallel.threads == threads)
        #expect(strands() == Set(0..<threads))
        #expect(strands(atMost: 2) == Set(0..<min(threads, 2)))
        #expect(strands(atMost: 0).isEmpty)
      }
      #expect(Parallel.threads == standard)
    }
    struct Failure: Error {}
    #expect(throws: Failure.self) { try Parallel.withThreads(5) { throw Failure() } }
    #expect(Parallel.threads == standard)
  }

  @Test func scopesMayBeNested() {
    Parallel.withThreads(3) {
      Parallel.withThreads(2) { #expect(strands().count == 2) }
      #expect(strands().count == 3)
    }
  }

  /// Work on other threads of the loop is in the scope, too.
  @Test func piecesAreInTheScope() {
    Parallel.withThreads(3) {
      Parallel.strands(atMost: 3) { _ in
        #expect(Parallel.threads == 3)
        #expect(strands().count == 3)
      }
      Parallel.pieces(50) { _ in #expect(Parallel.threads == 3) }
    }
  }

  /// A strand on a thread of the pool is in the scope as well. The strands wait for one another, so that
  /// one thread does not run them all; where the pool gives no second thread for long, nothing is shown.
  @Test func otherThreadsAreInTheScope() {
    let arrivals = NSCondition()
    var seen: [Int] = []
    Parallel.withThreads(2) {
      Parallel.strands(atMost: 2) { _ in
        arrivals.lock()
        seen.append(Parallel.threads)
        arrivals.broadcast()
        let deadline = Date() + 20
        while seen.count < 2, arrivals.wait(until: deadline) {}
        arrivals.unlock()
      }
    }
    #expect(seen == [2, 2])
  }

  /// Scopes that are open at the same time, each looking while the others are.
  @Test func concurrentScopesDoNotDisturbEachOther() {
    let standard = Parallel.threads
    let counts = [1, 2, 3, 5]
    let entered = counts.map { _ in DispatchSemaphore(value: 0) }
    let mayLook = counts.map { _ in DispatchSemaphore(value: 0) }
    let looked = counts.map { _ in DispatchSemaphore(value: 0) }
    let mayLeave = counts.map { _ in DispatchSemaphore(value: 0) }
    let seen = Mutex<[Int: Int]>([:])
    for (place, count) in counts.enumerated() {
      Thread.detachNewThread {
        Parallel.withThreads(count) {
          entered[place].signal()
          mayLook[place].wait()
          let found = Parallel.threads
          seen.withLock { $0[count] = found }
          looked[place].signal()
          mayLeave[place].wait()
        }
        looked[place].signal()
      }
    }
    for semaphore in entered { semaphore.wait() }
    #expect(Parallel.threads == standard)
    for place in counts.indices {
      mayLook[place].signal()
      looked[place].wait()
    }
    for place in counts.indices {
      mayLeave[place].signal()
      looked[place].wait()
    }
    #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: counts.map { ($0, $0) }))
  }

  @Test(arguments: [0, 1, 2, 3, 10, 1_000]) func everyPieceIsDoneOnce(_ count: Int) {
    let visits = results {
      let visits = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
      defer { visits.deallocate() }
      visits.initialize(repeating: 0, count: max(count, 1))
      // Each piece has a place of its own, so that a piece done twice is found whoever does it.
      Parallel.pieces(count) { visits[$0] += 1 }
      return Array(UnsafeBufferPointer(start: visits, count: count))
    }
    #expect(visits.allSatisfy { $0 == [Int32](repeating: 1, count: count) })
  }

  @Test(arguments: [0, 1, 99, 100, 101, 250]) func rangesCoverAllOnce(_ count: Int) {
    let lock = NSLock()
    for ranges in results({
      var ranges: [Range<Int>] = []
      Parallel.ranges(count, of: 100) { range in lock.withLock { ranges.append(range) } }
      return ranges.sorted { $0.lowerBound < $1.lowerBound }
    }) {
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(ranges.dropLast().allSatisfy { $0.count == 100 })
    }
  }

  @Test func sumsAreAddedInTheOrderOfTheRuns() {
    // Numbers of which every order has another sum.
    let numbers = (0..<5_000).map { pow(-1.7, Double($0 % 60)) / 3 }
    let runs = stride(from: 0, to: 5_000, by: 64).map {
      numbers[$0..<min($0 + 64, 5_000)].reduce(0, +)
    }
    let expected = runs.reduce(0, +)
    #expect(runs.reversed().reduce(0, +) != expected)
    for sum in results({ Parallel.sum(5_000, of: 64) { numbers[$0].reduce(0, +) } }) {
      #expect(sum == expected)
    }
  }

  @Test func piecesMayThemselvesBeCut() {
    for sum in results({
      Parallel.sum(10, of: 1) { outer in
        Parallel.sum(100, of: 7) { Double($0.count * outer.lowerBound) }
      }
    }) { #expect(sum == 4_500) }
  }

  /// Checks that every matrix has the same bits with 1, 2 and 3 threads.
  private func expectSameBits<S: Scalar>(_ name: String, _ body: () -> Matrix<S>) {
    let all = results { bits(body()) }
    #expect(all[1] == all[0] && all[2] == all[0], "\(name) depends on the number of threads")
  }

  private func expectSameBits<S: Scalar>(of _: S.Type) {
    let a: Matrix<S> = random(1_500, 130, "a")
    let b: Matrix<S> = random(130, 70, "b")
    let c: Matrix<S> = random(5_003, 40, "c")
    let d: Matrix<S> = random(5_003, 61, "d")
    expectSameBits("a product in panels") { .product(a, b) }
    expectSameBits("a product in runs") { .product(c, d, transposing: .left) }
    expectSameBits("a sum with a product in runs") {
      var sum: Matrix<S> = random(40, 61, "e")
      sum.addProduct(c, d, transposing: .left, scale: 0.7)
      return sum
    }
    expectSameBits("column sums") { c.columnSums() }
    expectSameBits("a sum of squares") { Matrix<Double>(1, 1, [d.sumOfSquares]) }
    expectSameBits("a bias") {
      var y = d
      y.addToRows(random(1, 61, "bias"))
      return y
    }
    expectSameBits("element-wise operations") {
      var y = exponential(elu(d), factor: -0.5)
      y.add(d, scale: 0.3)
      return y
    }
    expectSameBits("dropout") {
      dropout(d, probability: 0.5, stream: RandomStream(seed: 1, purpose: "x"))
    }
    expectSameBits("sums of blocks") {
      var y: Matrix<S> = random(5_003, 10, "y")
      y.addBlockSums(of: c, blocks: 4, scale: 0.25)
      return y
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() {
    expectSameBits(of: Float.self)
    expectSameBits(of: Double.self)
  }
}
