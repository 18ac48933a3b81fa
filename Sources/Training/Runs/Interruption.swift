import Foundation
import Records
import Synchronization

/// The wish to stop, made by Ctrl-C, by `kill`, by a terminal that is closed or by a batch system.
/// Training looks at it once a batch, saves its state and throws ``Interrupted``.
package final class Interruption: Sendable {
  /// The process's own.
  package static let process = Interruption()

  private let requests = Atomic<Int>(0)
  /// When the first request came, in nanoseconds.
  private let firstRequest = Atomic<UInt64>(0)
  private let unsaved = Atomic<Bool>(false)

  /// Whether to stop.
  package var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Whether there is training that no file has yet. Where there is none, as while data are loaded
  /// or a graph is decomposed, a process that was asked to stop and does not get to it is ended.
  package var holdsUnsavedWork: Bool {
    get { unsaved.load(ordering: .relaxed) }
    set { unsaved.store(newValue, ordering: .relaxed) }
  }

  /// Asks to stop.
  ///
  /// - Returns: whether it was the first time.
  @discardableResult
  package func request() -> Bool {
    let isFirst = requests.add(1, ordering: .relaxed).oldValue == 0
    if isFirst { firstRequest.store(Self.nanoseconds, ordering: .relaxed) }
    return isFirst
  }

  /// Throws ``Interrupted`` where a stop is asked for.
  package func check() throws {
    if isRequested { throw Interrupted() }
  }

  // MARK: Signals

  /// Requests within so many nanoseconds of the first are the same one: `timeout`, shells and
  /// wrappers send a signal to a process and then to its group.
  private static let sameRequest: UInt64 = 500_000_000
  /// Seconds that a process without unsaved work has to get to its end by itself.
  private static let patience: UInt32 = 2

  /// The time since some moment, which nobody sets.
  private static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// From now on the first SIGINT, SIGTERM, SIGHUP, SIGUSR1 or SIGXCPU asks to stop. A second SIGINT
  /// or SIGTERM ends the process at once; the others come again by themselves (SIGXCPU every second,
  /// SIGHUP from terminal and shell). A SIGHUP that `nohup` has switched off stays so.
  package static func handleSignals() {
    _ = process.isRequested  // Made now: a signal handler must not be the first to touch it.
    // Handlers use nothing but atomic counters, clock_gettime(2), alarm(2), write(2) and _exit(2).
    for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU] where !isIgnoredHangup(number) {
      signal(number) { number in
        let savedError = errno
        let interruption = Interruption.process
        if interruption.request() {
          Interruption.say("\nstopping: the state is being saved; again to quit at once\n")
          alarm(Interruption.patience)
        } else if number == SIGINT || number == SIGTERM,
          Interruption.nanoseconds &- interruption.firstRequest.load(ordering: .relaxed)
            > Interruption.sameRequest
        {
          _exit(ExitStatus.interrupted)
        }
        errno = savedError
      }
    }
    signal(SIGALRM) { _ in
      let savedError = errno
      guard Interruption.process.holdsUnsavedWork else {
        Interruption.say("stopped; everything that was trained is saved\n")
        _exit(ExitStatus.interrupted)
      }
      alarm(1)
      errno = savedError
    }
  }

  private static func isIgnoredHangup(_ number: Int32) -> Bool {
    guard number == SIGHUP else { return false }
    var action = sigaction()
    guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
    return withUnsafeBytes(of: &action.__sigaction_handler) {
      $0.load(as: UInt.self) == 1  // SIG_IGN
    }
  }

  private static func say(_ text: StaticString) {
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}
