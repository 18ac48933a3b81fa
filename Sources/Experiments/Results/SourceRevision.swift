import Foundation

/// The git revision of the sources that this program was built from.
enum SourceRevision {
  /// The commit, with "-modified" where tracked files differ from it; nil where the sources, their
  /// repository or git are not there.
  static var current: String? {
    guard let commit = git("rev-parse", "HEAD"), !commit.isEmpty else { return nil }
    let changes = git("status", "--porcelain", "--untracked-files=no") ?? ""
    return changes.isEmpty ? commit : "\(commit)-modified"
  }

  private static func git(_ arguments: String...) -> String? {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: sources) else { return nil }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", sources] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
      let data = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { return nil }
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      return nil  // No git: the revision is not known.
    }
  }
}
