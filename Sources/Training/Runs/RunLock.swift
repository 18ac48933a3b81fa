import Foundation
import Logging

/// Keeps a second process out of a run's folder, for as long as it lives. The system lifts the lock
/// when the process ends, however it ends.
///
/// Some network file systems have no locks; there a warning takes the lock's place.
package final class RunLock {
  let descriptor: Int32

  /// Makes the folder and locks it.
  ///
  /// - Throws: ``RunDirectoryError`` where another process holds it.
  package init(_ directory: RunDirectory, log: Logger) throws {
    do throws(SystemError) {
      try Directory.create(directory.url)
    } catch {
      throw RunDirectoryError(
        message: "the folder \(directory.name) cannot be made: \(error.reason)")
    }
    let file = directory.url.appending(path: ".lock").path
    descriptor = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RunDirectoryError(message: "\(file): \(SystemError.current.reason)")
    }
    var failure: Int32 = 0
    repeat {
      failure = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
    } while failure == EINTR
    switch failure {
    case 0: break
    case EWOULDBLOCK:
      close(descriptor)
      throw RunDirectoryError(
        message: "another process is at work in the folder \(directory.name); wait for it, or "
          + "choose another folder with --out DIR")
    case ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL:
      log.warning(
        """
        the file system of \(directory.name) has no locks \
        (\(SystemError(code: failure).reason)): make sure that no second process works in that \
        folder, or choose another file system with --out DIR
        """)
    default:
      close(descriptor)
      throw RunDirectoryError(message: "\(file): \(SystemError(code: failure).reason)")
    }
  }

  deinit {
    // Between fork and exec, a program that is being started holds a copy of the descriptor, and the
    // lock would live as long as the copy does.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
