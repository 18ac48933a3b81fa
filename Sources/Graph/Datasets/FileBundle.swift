import Foundation

/// A set of named files to read a data set from: an unpacked folder or a zip archive.
public protocol FileBundle {
  /// Where the files are, for messages.
  var location: String { get }

  /// Whether there is a file of this name.
  ///
  /// - Throws: ``DataError`` if it cannot be told which file is meant.
  func contains(_ name: String) throws -> Bool

  /// The whole of a file.
  ///
  /// - Throws: ``DataError``: missing if there is no such file or it cannot be read, malformed if
  ///   it is damaged.
  func read(_ name: String) throws -> [UInt8]
}

extension FileBundle {
  /// How messages speak of one file.
  func location(of name: String) -> String { "\(location): \(name)" }

  /// The array in a .npy file.
  func array(_ name: String) throws -> NPYArray {
    try NPYArray(parsing: read(name), location: location(of: name))
  }
}

/// The files that lie in one folder.
public struct FolderBundle: FileBundle {
  private let folder: URL

  /// The folder's path.
  public var location: String { folder.path }

  /// The files of `folder`.
  public init(folder: URL) {
    self.folder = folder
  }

  /// Whether there is a file of this name in the folder.
  public func contains(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// The whole of a file of the folder.
  ///
  /// - Throws: ``DataError`` (missing) if there is no such file or it cannot be read.
  public func read(_ name: String) throws -> [UInt8] {
    guard contains(name) else { throw DataError.missing(location, "there is no file \(name)") }
    do {
      return [UInt8](
        try Data(contentsOf: folder.appendingPathComponent(name), options: .alwaysMapped))
    } catch {
      throw DataError.missing(
        location(of: name), "the file cannot be read (\(error.localizedDescription))")
    }
  }
}
