import Foundation
import Synchronization

/// The wish to stop, made by Ctrl-C or by `kill`. Training looks at it once a batch, saves its
/// state and throws ``Interrupted``.
final class Interruption: Sendable {
  /// The process's own.
  static let process = Interruption()

  private let requests = Atomic<Int>(0)

  /// Whether to stop.
  var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Asks to stop.
  ///
  /// - Returns: whether it was the first time.
  @discardableResult
  func request() -> Bool { requests.add(1, ordering: .relaxed).oldValue == 0 }

  /// Throws ``Interrupted`` where a stop is asked for.
  func check() throws {
    if isRequested { throw Interrupted() }
  }

  /// From now on the first SIGINT or SIGTERM asks to stop, and a second one ends the process at
  /// once.
  static func handleSignals() {
    _ = process.isRequested  // Made now: a signal handler must not be the first to touch it.
    for number in [SIGINT, SIGTERM] {
      // The handler uses nothing but an atomic counter, write(2) and _exit(2).
      signal(number) { _ in
        guard Interruption.process.request() else { _exit(ExitStatus.interrupted) }
        let text: StaticString = "\nstopping: the state is being saved; again to quit at once\n"
        _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      }
    }
  }
}
