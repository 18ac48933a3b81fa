import Logging

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
