import Foundation
import Records
import Tensor

/// Where, when and with what a run was made: one entry for each session, so that a run which was
/// stopped here and went on there tells so.
package struct Provenance {
  private let file: URL
  private var sessions: [JSONValue]
  /// In what the machine differs from that of the session before, as far as the last bits of a
  /// training depend on it: "the processor was A and is B". Empty for a first session.
  package private(set) var changes: [String] = []

  /// Adds a session to a run's `provenance.json`.
  ///
  /// - Parameters:
  ///   - libraries: names and versions of the libraries that compute.
  /// - Throws: ``RunDirectoryError`` where the file is damaged.
  package init(
    beginning directory: RunDirectory, arguments: [String], threads: Int, seeds: [UInt64],
    libraries: [String: String], now: Date
  ) throws {
    file = directory.provenanceFile
    sessions = []
    if FileManager.default.fileExists(atPath: file.path),
      case .array(let earlier)? = try directory.readSealed(file)["sessions"]
    {
      // This process has the folder to itself: a session without an end was killed.
      sessions = earlier.map { session in
        guard case .object(var members) = session, members["outcome"] == "unfinished" else {
          return session
        }
        members["outcome"] = "killed"
        return .object(members)
      }
    }
    var session: [String: JSONValue] = [
      "version": .string(ProjectVersion.current),
      "swift": .string(ProjectVersion.swift),
      "system": .string(Machine.system),
      "processor": .string(Machine.processor),
      "threads": .integer(threads),
      "seeds": .array(seeds.map { .integer(Int($0)) }),
      "libraries": .object(libraries.mapValues { .string($0) }),
      "commandLine": .array(arguments.map { .string($0) }),
      "startedAt": .string(now.formatted(.iso8601)),
      "outcome": "unfinished",
    ]
    session["numerics"] = .string(BuildRecord.numerics)
    if let revision = BuildRecord.revision { session["revision"] = .string(revision) }
    if let last = sessions.last {
      changes = Self.changes(from: last, to: .object(session))
    }
    sessions.append(.object(session))
    try write()
  }

  private static func changes(from old: JSONValue, to new: JSONValue) -> [String] {
    let facts: [(words: String, value: (JSONValue) -> JSONValue?)] = [
      ("the processor", { $0["processor"] }),
      ("OpenBLAS", { $0["libraries"]?["openblas"] }),
      ("OpenBLAS's set of kernels", { $0["libraries"]?["openblasKernels"] }),
    ]
    return facts.compactMap { words, value in
      guard case .string(let before)? = value(old), case .string(let now)? = value(new),
        before != now
      else { return nil }
      return "\(words) was \(before) and is \(now)"
    }
  }

  /// Writes how the session ended: "complete", "interrupted" or "failed".
  package mutating func end(_ outcome: String, now: Date) throws {
    guard case .object(var session)? = sessions.popLast() else { return }
    session["outcome"] = .string(outcome)
    session["finishedAt"] = .string(now.formatted(.iso8601))
    sessions.append(.object(session))
    try write()
  }

  private func write() throws {
    try SealedJSON.write(["sessions": .array(sessions)], to: file)
  }
}

/// What this program is and what it was built with.
package enum ProjectVersion {
  package static let current = "0.1.0"

  /// The compiler's version, as far as the language lets a program know it.
  package static var swift: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "before 6.3"
    #endif
  }
}
