import Foundation
import Graph

/// Looks for a data set's files: in the folder that the user gives, else in the folder named by
/// the environment, else in the cache.
public struct DatasetLocator: Sendable {
  /// The environment variable that names a folder with data.
  public static let variable = "GRAPH_DISTILL_DATA"

  /// The folder (or archive) that the user gave, which must then hold the data.
  public var directory: String?
  /// The environment's folder.
  public var environmentDirectory: String?
  /// The folder that downloads go to: `$XDG_CACHE_HOME/graph-distill`, or `~/.cache/graph-distill`.
  public var cacheDirectory: String

  /// A locator for the user's folder, the rest from the environment.
  public init(
    directory: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    self.directory = directory
    environmentDirectory = value(DatasetLocator.variable)
    // The XDG specification has relative paths ignored.
    let cache = value("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    cacheDirectory = (cache ?? (value("HOME") ?? NSHomeDirectory()) + "/.cache") + "/graph-distill"
  }

  /// Where a downloaded archive is kept.
  public func cachedArchive(of descriptor: DatasetDescriptor) -> URL {
    URL(fileURLWithPath: cacheDirectory)
      .appendingPathComponent(descriptor.name).appendingPathComponent(descriptor.archive)
  }

  /// The folders that are searched when the user gives none, with what they are.
  package var searched: [(path: String, origin: String)] {
    (environmentDirectory.map { [($0, "$\(DatasetLocator.variable)")] } ?? [])
      + [(cacheDirectory, "the cache")]
  }

  /// The error (missing) where the user gave a folder that does not exist.
  package var absentDirectory: DataError? {
    guard let directory, !FileManager.default.fileExists(atPath: directory) else { return nil }
    return .missing(directory, "the data folder that was asked for does not exist")
  }

  /// The data set's files, or nil if they are nowhere.
  ///
  /// - Throws: ``DataError``: missing if the user gave a folder and the data are not in it,
  ///   malformed if an archive is found that is damaged.
  public func find(_ descriptor: DatasetDescriptor) throws -> FileBundle? {
    guard let directory else {
      for place in searched {
        if let bundle = try bundle(of: descriptor, in: place.path) { return bundle }
      }
      return nil
    }
    if let absence = absentDirectory { throw absence }
    guard let bundle = try bundle(of: descriptor, in: directory) else {
      let looked = DatasetLocator.places(of: descriptor).joined(separator: ", ")
      throw DataError.missing(
        directory,
        "the data folder that was asked for does not hold the data set \(descriptor.name): none "
          + "of \(looked) is there")
    }
    return bundle
  }

  /// What is looked for in each folder.
  package static func places(of descriptor: DatasetDescriptor) -> [String] {
    [descriptor.archive, descriptor.marker].flatMap { ["\(descriptor.name)/\($0)", $0] }
  }

  private func bundle(of descriptor: DatasetDescriptor, in directory: String) throws -> FileBundle?
  {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
      return nil
    }
    guard isDirectory.boolValue else { return try Archive(path: directory) }
    let root = URL(fileURLWithPath: directory)
    for place in DatasetLocator.places(of: descriptor) {
      let file = root.appendingPathComponent(place)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      if file.lastPathComponent == descriptor.archive { return try Archive(path: file.path) }
      return FolderBundle(folder: file.deletingLastPathComponent())
    }
    return nil
  }
}
