import Testing

@testable import Tensor

@Suite struct MatrixTests {
  @Test func aCopyIsIndependent() {
    let a = Matrix<Float>(2, 3, [1, 2, 3, 4, 5, 6])
    var b = a
    #expect(a.pointer == b.pointer)
    b[1, 2] = -1
    #expect(a.pointer != b.pointer)
    #expect(a.elements == [1, 2, 3, 4, 5, 6] && b.elements == [1, 2, 3, 4, 5, -1])
    let place = b.pointer
    b[0, 0] = 9
    #expect(b.pointer == place, "memory of one owner is changed in place")
  }

  @Test func operationsInPlaceLeaveCopiesAlone() {
    let a: Matrix<Double> = random(4, 6)
    let original = a.elements
    let operations: [(inout Matrix<Double>) -> Void] = [
      { $0.add(a) }, { $0.multiply(by: 2) },
      { $0.addToRows(Matrix(repeating: 1, 1, 6)) },
      { $0.addProduct(random(4, 2, "l"), random(2, 6, "r")) },
      { $0.addBlockSums(of: random(4, 12, "w"), blocks: 2, scale: 1) },
      { $0.addToBlocks(random(4, 3, "n"), blocks: 2, scale: 1) },
    ]
    for operation in operations {
      var b = a
      operation(&b)
      #expect(a.elements == original)
      #expect(b.elements != original)
    }
  }

  @Test func aMatrixCanBeAddedToItself() {
    var a = Matrix<Float>(1, 3, [1, 2, 3])
    a.add(a, scale: 2)
    #expect(a.elements == [3, 6, 9])
  }

  @Test func reshapedSharesMemoryUntilOneIsChanged() {
    let a = Matrix<Float>(2, 3, [1, 2, 3, 4, 5, 6])
    var b = a.reshaped(3, 2)
    #expect(b.rows == 3 && b.columns == 2 && b.pointer == a.pointer)
    #expect(b[0, 1] == 2 && b[1, 0] == 3 && b[2, 1] == 6)
    b[0, 0] = 7
    #expect(a[0, 0] == 1 && b[0, 0] == 7)
    #expect(Matrix<Float>(zeros: 0, 5).reshaped(3, 0).count == 0)
  }

  @Test func rowsStacksAndTransposes() {
    let a = Matrix<Double>(2, 3, [1, 2, 3, 4, 5, 6])
    #expect(a.row(1) == Matrix(1, 3, [4, 5, 6]))
    #expect(a.transposed() == Matrix(3, 2, [1, 4, 2, 5, 3, 6]))
    #expect(a.transposed().transposed() == a)
    #expect(
      Matrix.stacked([a, Matrix(zeros: 0, 3), a.row(0)])
        == Matrix(3, 3, [1, 2, 3, 4, 5, 6, 1, 2, 3]))
    #expect(Matrix<Double>.stacked([]).count == 0)
    #expect(Matrix<Double>(zeros: 0, 4).transposed().rows == 4)
  }

  @Test func equalityLooksAtShapesAndNumbers() {
    let a = Matrix<Float>(2, 2, [1, 2, 3, 4])
    #expect(a == Matrix(2, 2, [1, 2, 3, 4]))
    #expect(a != Matrix(2, 2, [1, 2, 3, 5]))
    #expect(a != a.reshaped(1, 4))
    #expect(Matrix<Float>(zeros: 0, 2) != Matrix(zeros: 2, 0))
    let notANumber = Matrix<Float>(1, 1, [.nan])
    #expect(notANumber != notANumber)
  }

  @Test func conversionRoundsAndBack() {
    let a = Matrix<Double>(1, 3, [0.1, -1e300, 3])
    let b: Matrix<Float> = a.converted()
    #expect(b.elements == [0.1, -.infinity, 3])
    #expect(
      Matrix<Float>(1, 2, [0.1, 2]).converted(to: Double.self).elements == [Double(Float(0.1)), 2])
    #expect(a.converted(to: Double.self) == a)
  }

  // MARK: Memory

  @Test func memoryIsAligned() {
    for count in [0, 1, 5, 100, 1_000, 600_000] {
      #expect(UInt(bitPattern: Matrix<Float>(zeros: 1, count).pointer) % 64 == 0)
    }
  }

  @Test func blocksAreLargeEnough() {
    let pool = BufferPool()
    for bytes in (0...3_000).map({ $0 * 7 }) + [1 << 20, (1 << 20) + 1, (5 << 20) + 3] {
      let block = pool.take(bytes)
      #expect(block.bytes >= bytes)
      pool.give(block)
    }
    pool.trim()
  }

  /// A request that fills at least half of a free block gets it; one that is too large for all makes
  /// one of them go.
  @Test func freeBlocksServeSmallerRequestsAndMakeRoomForLargerOnes() {
    let pool = BufferPool()
    let first = pool.take(1_000_000)
    pool.give(first)
    let smaller = pool.take(600_000)
    #expect(smaller.start == first.start)
    let tiny = pool.take(1_000)
    pool.give(smaller)
    let other = pool.take(2_000)
    #expect(other.start != first.start, "a block is not wasted on a request of a five-hundredth")
    pool.give(tiny)
    let larger = pool.take(3_000_000)
    #expect(larger.bytes >= 3_000_000)
    #expect(pool.trim() == tiny.bytes, "the block that was too small went back")
    for block in [other, larger] { pool.give(block) }
    #expect(pool.trim() == other.bytes + larger.bytes)
    #expect(pool.trim() == 0)
  }

  /// Sizes that wander, as those of batches do, settle on a bounded number of blocks.
  @Test func wanderingSizesDoNotPileUp() {
    let pool = BufferPool()
    var generator = RandomStream(seed: 1, purpose: "sizes").generator()
    for _ in 0..<500 {
      let scale = 1_000 + generator.below(3_001)
      let blocks = (1...8).map { _ in pool.take(scale * 256) }
      for block in blocks { pool.give(block) }
    }
    // Eight blocks of the largest size, and eight of those too small to share them.
    #expect(pool.trim() <= 2 * 8 * 4_000 * 256)
  }

  @Test func reusedMemoryIsNeverSharedByTwoLivingMatrices() {
    // Every matrix is filled with its own number; many die on the way and their blocks come back.
    var generator = RandomStream(seed: 1, purpose: "pool").generator()
    var alive: [(number: Float, matrix: Matrix<Float>)] = []
    for number in 0..<3_000 {
      let columns = [100, 120, 128, 1_000][number % 4]
      alive.append((Float(number), Matrix(repeating: Float(number), 1, columns)))
      if alive.count > 20 {
        let (number, matrix) = alive.remove(at: generator.below(20))
        #expect(matrix.elements.allSatisfy { $0 == number })
      }
      if number % 1_000 == 999 { BufferPool.shared.trim() }
    }
    #expect(Set(alive.map { $0.matrix.pointer }).count == alive.count)
    for (number, matrix) in alive { #expect(matrix.elements.allSatisfy { $0 == number }) }
  }
}
