import Foundation

/// What is in a file or folder, for those who meant another one.
enum FileListing {
  /// The names of a folder's files, or of what an archive holds, in order; none where neither can be
  /// looked into, as the error that is then told says already.
  static func names(of path: String) -> [String] {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return [] }
    let names =
      isDirectory.boolValue
      ? try? FileManager.default.contentsOfDirectory(atPath: path)
      : try? Archive(path: path).members.map(\.name)
    return (names ?? []).sorted()
  }

  /// The first few names in words; arrays of an npz archive without their ending.
  static func words(_ names: [String]) -> String {
    let shown = names.prefix(12).map { $0.hasSuffix(".npy") ? String($0.dropLast(4)) : $0 }
    guard !shown.isEmpty else { return "nothing" }
    return shown.joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
  }

  /// What the layout wants is not there: most likely the files are of another layout.
  static func wrongLayout(
    _ error: DataError, path: String, layout: any FileLayout
  ) -> DataError {
    .malformed(
      error.location,
      "\(error.message); there is \(words(names(of: path))); the layout \(layout.name) is: "
        + layout.note)
  }
}
