import Foundation

/// Folders, with the system's reasons where they cannot be made or written (Foundation keeps some
/// of them to itself).
package enum Directory {
  /// Makes a folder and those above it; one that is there already will do.
  package static func create(_ url: URL) throws(SystemError) {
    guard mkdir(url.path, 0o777) != 0 else { return }
    switch errno {
    case ENOENT where url.deletingLastPathComponent().path != url.path:
      try create(url.deletingLastPathComponent())
      guard mkdir(url.path, 0o777) == 0 || errno == EEXIST else { throw .current }
    case EEXIST:
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
      if !isDirectory.boolValue { throw SystemError(code: ENOTDIR) }
    default:
      throw .current
    }
  }

  /// Makes a file in a folder and removes it again.
  package static func probe(_ url: URL) throws(SystemError) {
    let file = url.appending(path: ".probe-\(getpid())").path
    let descriptor = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .current }
    close(descriptor)
    guard unlink(file) == 0 else { throw .current }
  }
}

/// A failed call of the system.
package struct SystemError: Error {
  package var code: Int32

  package init(code: Int32) {
    self.code = code
  }

  /// The last call's.
  package static var current: SystemError { SystemError(code: errno) }

  /// The system's words.
  package var reason: String { String(cString: strerror(code)) }
}
