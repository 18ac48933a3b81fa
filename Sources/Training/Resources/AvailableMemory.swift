import Foundation

/// How much more memory this process can have, and what sets the bound.
package struct AvailableMemory {
  package var bytes: Double
  /// Whose bound it is, for messages.
  package var bound: String

  /// The least of what the machine has free, with its swap, of what the control group leaves, and of
  /// what ulimit leaves; nil where the system does not say.
  package static var now: AvailableMemory? {
    [machine, group, limit(RLIMIT_AS, used: 0, "-v"), limit(RLIMIT_DATA, used: 5, "-d")]
      .compactMap { $0 }.min { $0.bytes < $1.bytes }
  }

  private static var machine: AvailableMemory? {
    // Where the file is not there (no Linux) or hidden, nothing is known of the machine's memory, and
    // nobody is held to it: a run that could be done is not refused for want of a figure.
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else {
      return nil  // Not Linux: the system does not say.
    }
    var kilobytes: [Substring: Double] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == ":" || $0 == " " })
      if words.count >= 2 { kilobytes[words[0]] = Double(words[1]) }
    }
    return kilobytes["MemAvailable"].map {
      AvailableMemory(
        bytes: ($0 + (kilobytes["SwapFree"] ?? 0)) * 1_024, bound: "this machine has free")
    }
  }

  private static var group: AvailableMemory? {
    ControlGroup().freeMemory.map {
      AvailableMemory(bytes: $0, bound: "the container or control group leaves")
    }
  }

  /// What a limit of ulimit leaves.
  ///
  /// - Parameters:
  ///   - used: The place in /proc/self/statm of the pages that count against it.
  ///   - option: ulimit's.
  private static func limit(
    _ resource: __rlimit_resource, used: Int, _ option: String
  ) -> AvailableMemory? {
    // Without /proc/self/statm it is unknown what is taken of the limit; the system enforces it still.
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0,
      limits.rlim_cur != UInt.max,
      let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    else { return nil }
    let pages = text.split(whereSeparator: { " \n".contains($0) }).compactMap { Double($0) }
    guard used < pages.count else { return nil }
    return AvailableMemory(
      bytes: max(0, Double(limits.rlim_cur) - pages[used] * Double(sysconf(Int32(_SC_PAGESIZE)))),
      bound: "the limit of ulimit \(option) leaves")
  }
}
