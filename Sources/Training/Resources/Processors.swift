import CProcess
import Foundation

/// The processors that this process may use.
package enum Processors {
  /// As many as the process is bound to (`taskset`, a batch system), and no more than the time that
  /// its control group may take (a container's quota) keeps busy; at least one.
  package static var available: Int { available(bound: bound, quota: ControlGroup().processors) }

  package static func available(bound: Int, quota: Double?) -> Int {
    guard let quota else { return max(1, bound) }
    return max(1, min(bound, Int(quota.rounded(.up).clamped(to: 1...1_000_000))))
  }

  /// The processors that the process may run on.
  private static var bound: Int {
    let count = Int(cp_bound_processors())
    return count > 0 ? count : ProcessInfo.processInfo.activeProcessorCount
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
