import Foundation
import Logging
import Reports

/// The error stream: lines that stay and, on a terminal, one live line below them that is written
/// over. Safe to use from several threads.
///
/// What cannot be written is dropped, since training matters more than its progress; once the stream
/// takes lines again, it is told how many are missing.
final class Terminal: @unchecked Sendable {
  /// Whether there is somebody to watch a live line.
  let isInteractive: Bool
  private let write: (String) throws -> Void
  private let lock = NSLock()
  private var liveLine = ""
  private var droppedLines = 0

  init(isInteractive: Bool, write: @escaping (String) throws -> Void) {
    self.isInteractive = isInteractive
    self.write = write
  }

  /// The process's standard error.
  static let standardError = Terminal(isInteractive: isatty(STDERR_FILENO) == 1) { text in
    try StandardStream.write(text, to: STDERR_FILENO)
  }

  /// Writes a line that stays.
  func print(_ line: String) {
    lock.withLock {
      let missing = droppedLines > 0 ? "(\(droppedLines) lines could not be shown here)\n" : ""
      let text =
        liveLine.isEmpty
        ? "\(missing)\(line)\n" : "\(Self.erase)\(missing)\(line)\n\(liveLine)"
      droppedLines = isWritten(text) ? 0 : droppedLines + 1
    }
  }

  private func isWritten(_ text: String) -> Bool {
    do {
      try write(text)
      return true
    } catch {
      return false  // There is nowhere else to say so.
    }
  }

  /// Replaces the live line, cut to the terminal's width; an empty one removes it.
  func showLive(_ line: String) {
    guard isInteractive else { return }
    lock.withLock {
      let cut = String(line.prefix(max(20, Self.columns - 1)))
      guard !(cut.isEmpty && liveLine.isEmpty) else { return }
      _ = isWritten(Self.erase + cut)
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

/// Writes log messages as lines on the error stream, above the live line: plain text for
/// information, with the level in front for anything graver.
struct TerminalLogHandler: LogHandler {
  let terminal: Terminal
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  init(terminal: Terminal) { self.terminal = terminal }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let details = metadata.merging(event.metadata ?? [:]) { _, new in new }
      .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let level = event.level == .info ? "" : "\(event.level.rawValue): "
    terminal.print("\(level)\(event.message)\(details)")
  }
}

extension Logger {
  /// A logger that writes to a terminal; where `quiet`, only warnings and errors.
  init(terminal: Terminal, quiet: Bool) {
    self.init(label: "experiments") { _ in TerminalLogHandler(terminal: terminal) }
    logLevel = quiet ? .warning : .info
  }
}
