import Foundation
import Records
import Training

/// Standard output and standard error, whose other end may be full, closed or gone.
enum StandardStream {
  /// Writes all of a text, in as many pieces as it takes.
  ///
  /// - Throws: ``SystemError`` where the rest cannot be written.
  static func write(_ text: String, to descriptor: Int32) throws(SystemError) {
    var text = text
    let failure = text.withUTF8 { bytes -> SystemError? in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
          continue
        }
        switch count == 0 ? EIO : errno {
        case EINTR: continue
        case EAGAIN:
          // Somebody made the descriptor non-blocking; wait for the reader as if it were not.
          var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&wanted, 1, -1)
        case let code: return SystemError(code: code)
        }
      }
      return nil
    }
    if let failure { throw failure }
  }

  /// From now on a write into a pipe that nobody reads fails like any other, and does not end the
  /// process. Programs that are started from here have the system's default again.
  static func surviveBrokenPipes() { signal(SIGPIPE) { _ in } }
}

/// A result that cannot be printed.
struct OutputError: ReportableError {
  /// The system's words.
  var reason: String
  /// Where the result is to be found nevertheless.
  var place: String?

  var description: String {
    "the result cannot be written to standard output: \(reason)"
      + (place.map { "; it is in \($0)" } ?? "")
  }
  var exitCode: Int32 { ExitStatus.runFailed }
}
