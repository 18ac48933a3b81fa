import Foundation

/// Where, when and with what a run was made: one entry for each session, so that a run which was
/// stopped here and went on there tells so.
struct Provenance {
  private let file: URL
  private var sessions: [JSONValue]

  /// Adds a session to a run's `provenance.json`.
  ///
  /// - Parameters:
  ///   - libraries: names and versions of the libraries that compute.
  /// - Throws: ``RunDirectoryError`` where the file is damaged.
  init(
    beginning directory: RunDirectory, arguments: [String], threads: Int, seeds: [UInt64],
    libraries: [String: String], now: Date
  ) throws {
    file = directory.provenanceFile
    sessions = []
    if FileManager.default.fileExists(atPath: file.path),
      case .array(let earlier)? = try directory.readStored(file)["sessions"]
    {
      sessions = earlier
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
    if let revision = SourceRevision.current { session["revision"] = .string(revision) }
    sessions.append(.object(session))
    try write()
  }

  /// Writes how the session ended: "complete", "interrupted" or "failed".
  mutating func end(_ outcome: String, now: Date) throws {
    guard case .object(var session)? = sessions.popLast() else { return }
    session["outcome"] = .string(outcome)
    session["finishedAt"] = .string(now.formatted(.iso8601))
    sessions.append(.object(session))
    try write()
  }

  private func write() throws {
    try JSONFile.write(["sessions": .array(sessions)], to: file)
  }
}
