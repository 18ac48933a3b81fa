import Foundation

/// Keeps a second process out of a run's folder, for as long as it lives. The system lifts the lock
/// when the process ends, however it ends.
final class RunLock {
  private let descriptor: Int32

  /// Makes the folder and locks it.
  ///
  /// - Throws: ``RunDirectoryError`` where another process holds it.
  init(_ directory: RunDirectory) throws {
    do throws(SystemError) {
      try Folder.create(directory.url)
    } catch {
      throw RunDirectoryError(
        message: "the folder \(directory.name) cannot be made: \(error.reason)")
    }
    let file = directory.url.appending(path: ".lock").path
    descriptor = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RunDirectoryError(message: "\(file): \(SystemError.current.reason)")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = SystemError.current
      close(descriptor)
      throw RunDirectoryError(
        message: error.code == EWOULDBLOCK
          ? "another process is at work in the folder \(directory.name); wait for it, or choose "
            + "another folder with --out DIR"
          : "\(file): \(error.reason)")
    }
  }

  deinit { close(descriptor) }
}
