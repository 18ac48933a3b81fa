import Foundation

/// What is in a file or folder, for those who meant another one.
enum FileListing {
  /// The names of a folder's files, or of what an archive holds, in order.
  ///
  /// - Throws: ``DataError``: missing where there is nothing at the path or it cannot be looked into,
  ///   malformed where a file is no archive.
  static func names(of path: String) throws -> [String] {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { return try Archive(path: path).members.map(\.name).sorted() }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw DataError.missing(path, "cannot be looked into (\(error.localizedDescription))")
    }
  }

  /// The first few names in words, or why there are none; arrays of an npz archive without their ending.
  static func words(of path: String) -> String {
    let names: [String]
    do {
      names = try self.names(of: path)
    } catch {
      return "what cannot be listed (\(error))"
    }
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
      "\(error.message); there is \(words(of: path)); the layout \(layout.name) is: "
        + layout.note)
  }
}
