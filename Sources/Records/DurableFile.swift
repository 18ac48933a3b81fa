import Foundation

/// Files that are whole after a loss of power.
public enum DurableFile {
  /// Writes a file so that at every moment `url` holds the old file or the whole new one, and so
  /// that the new one is on disk when this returns: the bytes reach the disk under another name,
  /// `.NAME.new`, before they get theirs.
  ///
  /// One process at a time may write a file.
  ///
  /// - Throws: the system's reason, an `NSError` of `NSPOSIXErrorDomain`.
  public static func write(_ data: Data, to url: URL) throws {
    let new = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).new")
    do {
      try writeAndSync(data, to: new)
      try rename(new, to: url)
    } catch {
      unlink(new.path)  // It may not be there.
      throw error
    }
  }

  /// Writes bytes into a file and waits until they are on disk.
  public static func writeAndSync(_ data: Data, to url: URL) throws {
    let descriptor = open(url.path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    try data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Foundation.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw failure() }
        rest = rest.dropFirst(count)
      }
    }
    guard fsync(descriptor) == 0 else { throw failure() }
  }

  /// Gives a file or folder another name, in the place of a file that has it, and waits until that is
  /// on disk.
  public static func rename(_ old: URL, to new: URL) throws {
    guard Foundation.rename(old.path, new.path) == 0 else { throw failure() }
    try syncFolder(new.deletingLastPathComponent())
  }

  /// Waits until the names in a folder are on disk.
  private static func syncFolder(_ folder: URL) throws {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    // Some file systems have no such thing for folders.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOSYS else { throw failure() }
  }

  private static func failure() -> NSError {
    NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
  }
}
