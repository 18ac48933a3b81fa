import Foundation

/// Texts on disk.
package enum TextFile {
  /// Writes a text so that a reader finds the old file or the new one, never half of it.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package static func write(_ text: String, to url: URL) throws {
    do {
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw RunError(message: "\(url.path): cannot be written: \(systemReason(error))")
    }
  }
}
