import Foundation

/// Aligned memory that returns to a pool instead of to the system when its last owner lets go.
///
/// A training step makes the same few dozen temporaries over and over; allocating and zeroing a
/// 4,740 x 1,024 matrix costs more than a millisecond, taking one from the pool costs a lock.
/// The contents of a new buffer are unspecified.
final class Buffer<S: Scalar>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<S>
  let count: Int
  private let bytes: Int

  init(count: Int) {
    let bytes = BufferPool.roundedSize(count * MemoryLayout<S>.stride)
    self.bytes = bytes
    self.count = count
    self.pointer = BufferPool.shared.take(bytes).assumingMemoryBound(to: S.self)
  }

  deinit {
    BufferPool.shared.give(UnsafeMutableRawPointer(pointer), bytes: bytes)
  }
}

/// Free memory blocks by size, shared by all matrices of the process.
public final class BufferPool: @unchecked Sendable {
  /// The pool that every matrix uses.
  public static let shared = BufferPool()

  private let lock = NSLock()
  private var free: [Int: [UnsafeMutableRawPointer]] = [:]

  /// Blocks of at least this size are aligned to it and offered to the kernel as huge pages:
  /// gathers of random rows are about 1.3 times faster with fewer TLB misses.
  private static let hugePage = 2 << 20

  /// Sizes are rounded up to eighths of a power of two, so that batches of slightly different
  /// sizes reuse each other's blocks; at most 12.5 % is lost.
  static func roundedSize(_ bytes: Int) -> Int {
    let minimum = 512
    guard bytes > minimum else { return minimum }
    let power = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount)
    let step = max(64, power / 8)
    return (bytes + step - 1) / step * step
  }

  func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    lock.lock()
    let reused = free[bytes]?.popLast()
    lock.unlock()
    if let reused { return reused }
    var block: UnsafeMutableRawPointer?
    let large = bytes >= BufferPool.hugePage
    let status = posix_memalign(&block, large ? BufferPool.hugePage : 64, bytes)
    guard status == 0, let block else {
      fatalError("out of memory: \(bytes) bytes for a matrix could not be had")
    }
    if large { madvise(block, bytes, MADV_HUGEPAGE) }
    return block
  }

  func give(_ block: UnsafeMutableRawPointer, bytes: Int) {
    lock.lock()
    free[bytes, default: []].append(block)
    lock.unlock()
  }

  /// Returns all free blocks to the system, for example between the training of two models.
  public func trim() {
    lock.lock()
    let blocks = free
    free.removeAll()
    lock.unlock()
    for list in blocks.values { for block in list { Foundation.free(block) } }
  }
}
