import CKernels
import Dispatch

/// Loops over pieces of work on several threads.
///
/// Work is cut into pieces by its size alone, so the pieces, what each computes and the order in
/// which their partial results are added are the same whatever the number of threads: the same
/// seed gives the same bits with one thread and with many.
public enum Parallel {
  /// How many threads work on a loop. Set once, before any work.
  public nonisolated(unsafe) static var threads = 1

  /// Work below about this many floats is faster on one thread.
  public static let serialLimit = 65_536

  /// Calls `body` with 0 ..< count, each once, on up to ``threads`` threads. The order is
  /// unspecified; all calls have returned when this does.
  public static func pieces(_ count: Int, _ body: (Int) -> Void) {
    let workers = min(threads, count)
    guard workers > 1 else {
      for piece in 0..<count { body(piece) }
      return
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 1) { counter in
      counter[0] = 0
      let next = counter.baseAddress!
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
          let piece = ck_next_piece(next)
          guard piece < count else { return }
          body(piece)
        }
      }
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
