import CProcess
import Foundation

/// What a container, a batch system or systemd lets this process have: the files of Linux control
/// groups, version 2 or 1.
package struct ControlGroup {
  /// The folder that /proc and /sys are in; another one in tests.
  package var root = URL(filePath: "/")

  /// The processors' worth of time that the group may take, or nil where that is not limited.
  package var processors: Double? {
    let now = folders(controller: nil).compactMap { folder -> Double? in
      let words = text(folder, "cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
      guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]),
        period > 0
      else { return nil }
      return quota / period
    }
    let before = folders(controller: "cpu").compactMap { folder -> Double? in
      guard let quota = number(folder, "cpu.cfs_quota_us"), quota > 0,
        let period = number(folder, "cpu.cfs_period_us"), period > 0
      else { return nil }
      return quota / period
    }
    return (now + before).min()
  }

  /// The bytes that the group may still take, or nil where that is not limited. Files that the system
  /// holds in memory count as free: they give way.
  package var freeMemory: Double? {
    let now = folders(controller: nil).compactMap { folder in
      room(
        number(folder, "memory.max"), number(folder, "memory.current"),
        files: statistics(folder, ["inactive_file", "active_file"]))
    }
    let before = folders(controller: "memory").compactMap { folder in
      room(
        number(folder, "memory.limit_in_bytes"), number(folder, "memory.usage_in_bytes"),
        files: statistics(folder, ["total_inactive_file", "total_active_file"]))
    }
    return (now + before).min()
  }

  private func room(_ limit: Double?, _ used: Double?, files: Double) -> Double? {
    // Version 1 writes a number near 2^63 for none.
    guard let limit, limit < 0x1p60, let used else { return nil }
    return max(0, limit - max(0, used - files))
  }

  /// The group's folder and those above it: a limit of any holds.
  ///
  /// - Parameter controller: One of version 1; nil for version 2.
  private func folders(controller: String?) -> [URL] {
    let base = root.appending(path: "sys/fs/cgroup" + (controller.map { "/\($0)" } ?? ""))
    guard let groups = text(root, "proc/self/cgroup") else { return [] }
    for line in groups.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3,
        controller.map({ parts[1].split(separator: ",").contains(Substring($0)) })
          ?? parts[1].isEmpty
      else { continue }
      let path = parts[2].split(separator: "/").filter { $0 != ".." }
      // Within a container the path may be the host's, which is not there; the base is.
      return (0...path.count).map { count in
        path.prefix(count).reduce(base) { $0.appending(path: String($1)) }
      }
    }
    return []
  }

  private func text(_ folder: URL, _ file: String) -> String? {
    // A file that is not there is a limit that is not there.
    try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
  }

  private func number(_ folder: URL, _ file: String) -> Double? {
    text(folder, file).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private func statistics(_ folder: URL, _ names: Set<Substring>) -> Double {
    (text(folder, "memory.stat") ?? "").split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard words.count == 2, names.contains(words[0]) else { return sum }
      return sum + (Double(words[1]) ?? 0)
    }
  }
}

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
