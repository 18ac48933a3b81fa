import Foundation
import Records
import Tensor

/// The file of losses and scores: one JSON object a line, one line an epoch.
package final class MetricsLog {
  private let handle: FileHandle
  private let path: String
  /// Complete lines in the file.
  package private(set) var lineCount: Int

  /// Opens the file, made where it is missing, and drops all lines after the first `keeping`: a run
  /// that goes on from a checkpoint writes the epochs after it anew.
  ///
  /// - Parameter digest: Of the lines that are kept, where it is known (see ``synchronize()``).
  /// - Throws: ``RunError`` where it cannot be written, ``ConfigError`` where it has fewer lines or
  ///   others.
  package init(_ url: URL, keeping count: Int, digest: String? = nil) throws {
    path = url.path
    do {
      let data = FileManager.default.fileExists(atPath: path) ? try Data(contentsOf: url) : Data()
      let ends = data.indices.filter { data[$0] == UInt8(ascii: "\n") }
      guard ends.count >= count else {
        throw Self.damage(path, "found \(ends.count) lines, expected \(count) or more")
      }
      let kept = data.prefix(count == 0 ? 0 : ends[count - 1] + 1)
      if let digest, SHA256.digest(of: kept) != digest {
        throw Self.damage(
          path, "it is damaged: its first \(count) lines are not those that were written")
      }
      try DurableFile.write(Data(kept), to: url)
      handle = try FileHandle(forUpdating: url)
      try handle.seekToEnd()
      lineCount = count
    } catch let error as ConfigError {
      throw error
    } catch {
      throw RunError(message: "\(url.path): cannot be written: \(systemReason(error))")
    }
  }

  private static func damage(_ path: String, _ message: String) -> ConfigError {
    ConfigError(
      source: path, problems: [JSONProblem(path: "", message: message + "; run with --restart")])
  }

  /// Adds a line.
  package func append(_ value: JSONValue) throws { try append(line: value.compactText) }

  /// Adds a line that is JSON already.
  package func append(line: String) throws {
    try writing {
      try handle.write(contentsOf: Data((line + "\n").utf8))
      lineCount += 1
    }
  }

  /// Waits until all lines are on disk.
  ///
  /// - Returns: The SHA-256 of the file.
  package func synchronize() throws -> String {
    try writing {
      try handle.synchronize()
      try handle.seek(toOffset: 0)
      let data = try handle.readToEnd() ?? Data()
      try handle.seekToEnd()
      return SHA256.digest(of: data)
    }
  }

  private func writing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw RunError(message: "\(path): cannot be written: \(systemReason(error))")
    }
  }

  // All lines are written: what closing says is nothing that could be acted on.
  deinit { try? handle.close() }
}
