import Foundation
import Graph

/// Files that belong together: where they lie among a user's data and where the web has them.
public struct DatasetFiles: Sendable {
  /// What they are, for messages: "cora".
  public var name: String
  /// Their folder within the folder of all data; on the user's disk they may also lie directly in
  /// that.
  public var folder: String
  /// The files' names.
  public var files: [String]
  /// The address of the folder that has them, with a slash at its end, if there is one.
  public var url: String?
  /// The most that one of them may bring, in bytes.
  public var downloadLimit = 1 << 30

  /// Files from their parts.
  public init(name: String, folder: String, files: [String], url: String?) {
    self.name = name
    self.folder = folder
    self.files = files
    self.url = url
  }

  /// The folder that has all the files: of the one that the user gave, else of the environment's
  /// and the cache; nil if none has them.
  public func find(_ locator: DatasetLocator) -> URL? {
    places(locator).first { place in
      files.allSatisfy(FolderBundle(folder: place).contains)
    }
  }

  /// Where downloads of the files are kept.
  public func cacheFolder(_ locator: DatasetLocator) -> URL {
    URL(fileURLWithPath: locator.cacheDirectory).appendingPathComponent(folder)
  }

  /// An error (missing) that says where the files were looked for and where they can be had.
  package func missing(_ locator: DatasetLocator, reason: String? = nil) -> DataError {
    if let absence = locator.absentDirectory { return absence }
    let list =
      files.count > 3
      ? "\(files[0]) ... \(files[files.count - 1])" : "\(files.joined(separator: ", "))"
    let advice = url.map { "get \(list) from \($0)" } ?? "it cannot be downloaded"
    return .missing(
      "",
      "the data set \(name) is missing: "
        + "none of \(places(locator).map(\.path).joined(separator: ", ")) has \(list)"
        + (reason.map { ", and \($0)" } ?? "")
        + "; \(advice), and give the folder with --data or $\(DatasetLocator.variable)")
  }

  private func places(_ locator: DatasetLocator) -> [URL] {
    let roots = locator.directory.map { [$0] } ?? locator.searched.map(\.path)
    return roots.flatMap { root in
      [URL(fileURLWithPath: root).appendingPathComponent(folder), URL(fileURLWithPath: root)]
    }
  }
}
