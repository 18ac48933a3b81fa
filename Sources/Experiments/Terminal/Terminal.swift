import Foundation

/// The error stream: lines that stay and, on a terminal, one live line below them that is written
/// over. Safe to use from several threads.
final class Terminal: @unchecked Sendable {
  /// Whether there is somebody to watch a live line.
  let isInteractive: Bool
  private let write: (String) -> Void
  private let lock = NSLock()
  private var liveLine = ""

  init(isInteractive: Bool, write: @escaping (String) -> Void) {
    self.isInteractive = isInteractive
    self.write = write
  }

  /// The process's standard error.
  static let standardError = Terminal(isInteractive: isatty(STDERR_FILENO) == 1) { text in
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// Writes a line that stays.
  func print(_ line: String) {
    lock.withLock {
      write(liveLine.isEmpty ? "\(line)\n" : "\(Self.erase)\(line)\n\(liveLine)")
    }
  }

  /// Replaces the live line, cut to the terminal's width; an empty one removes it.
  func showLive(_ line: String) {
    guard isInteractive else { return }
    lock.withLock {
      let cut = String(line.prefix(max(20, Self.columns - 1)))
      guard !(cut.isEmpty && liveLine.isEmpty) else { return }
      write(Self.erase + cut)
      liveLine = cut
    }
  }

  private static let erase = "\r\u{1B}[2K"

  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
