import Foundation

/// The file of losses and scores: one JSON object a line, one line an epoch.
final class MetricsLog {
  private let handle: FileHandle
  private let path: String
  /// Complete lines in the file.
  private(set) var lineCount: Int

  /// Opens the file, made where it is missing, and drops all lines after the first `keeping`: a run
  /// that goes on from a checkpoint writes the epochs after it anew.
  ///
  /// - Throws: ``RunError`` where it cannot be written, ``ConfigError`` where it has fewer lines.
  init(_ url: URL, keeping count: Int) throws {
    path = url.path
    do {
      let data = FileManager.default.fileExists(atPath: path) ? try Data(contentsOf: url) : Data()
      let ends = data.indices.filter { data[$0] == UInt8(ascii: "\n") }
      guard ends.count >= count else {
        let message = "found \(ends.count) lines, expected \(count) or more; run with --restart"
        throw ConfigError(source: path, problems: [JSONProblem(path: "", message: message)])
      }
      try data.prefix(count == 0 ? 0 : ends[count - 1] + 1).write(to: url, options: .atomic)
      handle = try FileHandle(forWritingTo: url)
      try handle.seekToEnd()
      lineCount = count
    } catch let error as ConfigError {
      throw error
    } catch {
      throw RunError(message: "\(url.path): cannot be written: \(systemReason(error))")
    }
  }

  /// Adds a line.
  func append(_ value: JSONValue) throws { try append(line: value.compactText) }

  /// Adds a line that is JSON already.
  func append(line: String) throws {
    do {
      try handle.write(contentsOf: Data((line + "\n").utf8))
      lineCount += 1
    } catch {
      throw RunError(message: "\(path): cannot be written: \(systemReason(error))")
    }
  }

  deinit { try? handle.close() }
}
