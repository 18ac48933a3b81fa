import CKernels
import Dispatch

/// Loops over pieces of work on several threads.
///
/// Work is cut into pieces by its size alone, so the pieces, what each computes and the order in
/// which their partial results are added are the same whatever the number of threads: the same
/// seed gives the same bits with one thread and with many.
public enum Parallel {
  /// How many threads work on a loop where no scope says otherwise. Set once, before any work.
  public nonisolated(unsafe) static var defaultThreads = 1

  @TaskLocal private static var scopedThreads: Int?

  /// How many threads work on a loop that begins here: the number of the innermost
  /// ``withThreads(_:_:)`` around it, or else ``defaultThreads``.
  public static var threads: Int { scopedThreads ?? defaultThreads }

  /// Calls `body`, whose loops and all they call work on up to `count` threads. No other code is
  /// concerned, whatever runs at the same time.
  public static func withThreads<R>(_ count: Int, _ body: () throws -> R) rethrows -> R {
    precondition(count > 0, "work on \(count) threads")
    return try $scopedThreads.withValue(count, operation: body)
  }

  /// Work below about this many floats is faster on one thread.
  public static let serialLimit = 65_536

  /// Calls `body` with 0 ..< count, each once, on up to ``threads`` threads. The order is
  /// unspecified; all calls have returned when this does.
  public static func pieces(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1, threads > 1 else {
      for piece in 0..<count { body(piece) }
      return
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 1) { counter in
      counter[0] = 0
      let next = counter.baseAddress!
      strands(atMost: count) { _ in
        while true {
          let piece = ck_next_piece(next)
          guard piece < count else { return }
          body(piece)
        }
      }
    }
  }

  /// Calls `body` with 0, 1, ... once on each of ``threads`` threads, or `limit` if that is less.
  static func strands(atMost limit: Int, _ body: (Int) -> Void) {
    let threads = threads
    DispatchQueue.concurrentPerform(iterations: min(threads, limit)) { strand in
      // Another thread is not in this scope, but the loops inside `body` are.
      withThreads(threads) { body(strand) }
    }
  }

  /// Cuts 0 ..< count into runs of `size` (the last may be shorter) and calls `body` with each.
  public static func ranges(_ count: Int, of size: Int, _ body: (Range<Int>) -> Void) {
    pieces((count + size - 1) / size) { piece in
      body(piece * size..<min(count, (piece + 1) * size))
    }
  }

  /// As ``ranges(_:of:_:)`` for element-wise work on `count` numbers.
  public static func elements(_ count: Int, _ body: (Range<Int>) -> Void) {
    guard count > serialLimit else {
      if count > 0 { body(0..<count) }
      return
    }
    ranges(count, of: 32_768, body)
  }

  /// The sum of `body` over the runs of 0 ..< count of length `size`, added in their order.
  public static func sum(_ count: Int, of size: Int, _ body: (Range<Int>) -> Double) -> Double {
    let runs = (count + size - 1) / size
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(runs, 1)) { partial in
      let target = partial.baseAddress!
      ranges(count, of: size) { range in target[range.lowerBound / size] = body(range) }
      var total = 0.0
      for run in 0..<runs { total += target[run] }
      return total
    }
  }
}
