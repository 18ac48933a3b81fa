import Foundation
import Records

/// The files that this process may have open at once.
package enum OpenFiles {
  /// What Foundation takes to start another program, and some for data, metrics and results.
  package static let needed = 20

  /// Makes sure that there are enough. Where there are not, Foundation ends the process without a
  /// word, wherever it first misses one.
  ///
  /// - Throws: ``RunError``.
  package static func check() throws {
    raise()
    var opened: [Int32] = []
    defer { opened.forEach { close($0) } }
    for _ in 0..<needed {
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        guard errno == EMFILE || errno == ENFILE else { return }
        throw RunError(
          message: "\(opened.count) more files can be opened here, and \(needed) are needed: "
            + "\(SystemError.current.reason); raise the limit (ulimit -n 256)")
      }
      opened.append(descriptor)
    }
  }

  /// Where the limit is low, it is raised as far as is allowed and needed.
  private static func raise() {
    var limits = rlimit()
    let enough: rlim_t = 256
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0,
      limits.rlim_cur < enough
    else { return }
    limits.rlim_cur = min(limits.rlim_max, enough)
    // Where it cannot be raised, there may be enough nevertheless.
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
  }
}
