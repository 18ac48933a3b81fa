import Foundation

/// Aligned memory that returns to a pool instead of to the system when its last owner lets go.
///
/// A training step makes the same few dozen temporaries over and over; allocating and zeroing a
/// 4,740 x 1,024 matrix costs more than a millisecond, taking one from the pool costs a lock.
/// The contents of a new buffer are unspecified.
///
/// **Pointers into buffers follow one rule**, here and in all code that calls kernels: what a pointer
/// points into outlives the work that is done through the pointer, and says so. It is
///
/// - `self` or an argument of the running function, which its caller keeps (not of an initialiser,
///   which owns its arguments and may let go of them at their last use), or
/// - a local variable that is returned or read after the work, or else is named in a
///   `withExtendedLifetime(x) {}` after it: a pointer keeps nothing alive, and the last *use* of a
///   variable is where the pointer was taken.
///
/// A pointer is never taken from the result of a call (`f(x).pointer`), never stored, never returned,
/// and not used once its matrix has been changed by other means.
final class Buffer<S: Scalar>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<S>
  let count: Int
  private let block: MemoryBlock

  init(count: Int) {
    block = BufferPool.shared.take(count * MemoryLayout<S>.stride)
    self.count = count
    pointer = block.start.assumingMemoryBound(to: S.self)
  }

  deinit {
    BufferPool.shared.give(block)
  }
}

/// A piece of memory and its size in bytes.
struct MemoryBlock {
  let start: UnsafeMutableRawPointer
  let bytes: Int
}

/// Free memory blocks, shared by all matrices of the process.
///
/// Batches of a data set differ in size, and so do their matrices. A block is therefore given to any
/// request that fills at least half of it; and where a request finds none that is large enough, one
/// that is too small goes back to the system. So there are about as many blocks as were ever in use
/// at once, whatever sizes a run meets.
public final class BufferPool: @unchecked Sendable {
  /// The pool that every matrix uses.
  public static let shared = BufferPool()

  private let lock = NSLock()
  /// Free blocks by size, ascending.
  private var free: [MemoryBlock] = []

  /// Blocks of at least this size are aligned to it and offered to the kernel as huge pages:
  /// gathers of random rows are about 1.3 times faster with fewer TLB misses.
  private static let hugePage = 2 << 20

  /// The smallest block. Larger ones are multiples of it, or of a huge page.
  private static let smallest = 512

  private static func roundedSize(_ bytes: Int) -> Int {
    let step = bytes >= hugePage ? hugePage : smallest
    return max((bytes + step - 1) / step * step, smallest)
  }

  /// What happens, as a last resort, where so many bytes for a matrix cannot be had: no caller could
  /// go on. A program sets it once, to end in its own way.
  public nonisolated(unsafe) static var onExhaustion: (_ bytes: Int) -> Never = { bytes in
    fatalError("out of memory: \(bytes) bytes for a matrix could not be had")
  }

  func take(_ bytes: Int, isSecondTry: Bool = false) -> MemoryBlock {
    let wanted = BufferPool.roundedSize(bytes)
    lock.lock()
    let place = firstIndex(ofAtLeast: wanted)
    if place < free.count, free[place].bytes <= 2 * wanted {
      defer { lock.unlock() }
      return free.remove(at: place)
    }
    let tooSmall = place > 0 ? free.remove(at: place - 1) : nil
    lock.unlock()
    if let tooSmall { Foundation.free(tooSmall.start) }
    var start: UnsafeMutableRawPointer?
    let isLarge = wanted >= BufferPool.hugePage
    let status = posix_memalign(&start, isLarge ? BufferPool.hugePage : 64, wanted)
    if status != 0, !isSecondTry {
      // What waits to be used again may be in pieces that are too small, and makes room together.
      trim()
      return take(bytes, isSecondTry: true)
    }
    guard status == 0, let start else { BufferPool.onExhaustion(wanted) }
    if isLarge { madvise(start, wanted, MADV_HUGEPAGE) }
    return MemoryBlock(start: start, bytes: wanted)
  }

  func give(_ block: MemoryBlock) {
    lock.lock()
    free.insert(block, at: firstIndex(ofAtLeast: block.bytes))
    lock.unlock()
  }

  /// The place of the first free block of at least so many bytes.
  private func firstIndex(ofAtLeast bytes: Int) -> Int {
    var (low, high) = (0, free.count)
    while low < high {
      let middle = (low + high) / 2
      if free[middle].bytes < bytes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Returns all free blocks to the system, for example between the training of two models.
  ///
  /// - Returns: The bytes that waited to be used again.
  @discardableResult public func trim() -> Int {
    lock.lock()
    let blocks = free
    free.removeAll()
    lock.unlock()
    for block in blocks { Foundation.free(block.start) }
    return blocks.reduce(0) { $0 + $1.bytes }
  }
}
