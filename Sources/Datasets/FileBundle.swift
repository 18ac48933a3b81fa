import Foundation
import Graph

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

  /// The first bytes of a file, `count` of them or all that there are, and the size of the whole,
  /// so that what a file says of itself can be checked before it is read.
  ///
  /// - Throws: ``DataError`` as ``read(_:)``.
  func head(of name: String, count: Int) throws -> (bytes: [UInt8], size: Int)
}

extension FileBundle {
  /// How messages speak of one file.
  package func location(of name: String) -> String { "\(location): \(name)" }

  /// The first bytes of a file that is read whole for them.
  public func head(of name: String, count: Int) throws -> (bytes: [UInt8], size: Int) {
    let all = try read(name)
    return (Array(all.prefix(count)), all.count)
  }

  /// What a .npy file says of its array, without reading the array.
  package func layout(_ name: String) throws -> NPYLayout {
    let (head, size) = try head(of: name, count: NPYLayout.headBytes)
    return try NPYLayout(head: head, fileSize: size, location: location(of: name))
  }

  /// The array in a .npy file.
  package func array(_ name: String) throws -> NPYArray {
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
  /// - Throws: ``DataError``: missing if there is no such file or it cannot be read, malformed if it
  ///   is no ordinary file or larger than this machine's memory.
  public func read(_ name: String) throws -> [UInt8] {
    let url = try ordinaryFile(name).url
    do {
      return [UInt8](try Data(contentsOf: url, options: .alwaysMapped))
    } catch {
      throw unreadable(name, error)
    }
  }

  /// The first bytes of a file of the folder, and its size.
  ///
  /// - Throws: ``DataError`` as ``read(_:)``.
  public func head(of name: String, count: Int) throws -> (bytes: [UInt8], size: Int) {
    let (url, size) = try ordinaryFile(name)
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }  // It was only read.
      return ([UInt8](try file.read(upToCount: count) ?? Data()), size)
    } catch {
      throw unreadable(name, error)
    }
  }

  private func ordinaryFile(_ name: String) throws -> (url: URL, size: Int) {
    guard contains(name) else { throw DataError.missing(location, "there is no file \(name)") }
    let url = folder.appendingPathComponent(name)
    return (url, try OrdinaryFile.size(url.path, location: location(of: name)))
  }

  private func unreadable(_ name: String, _ error: Error) -> DataError {
    .missing(location(of: name), "the file cannot be read (\(error.localizedDescription))")
  }
}

/// Files that hold what they say: no devices or pipes, which would never end.
package enum OrdinaryFile {
  /// The size of a file in bytes.
  ///
  /// - Throws: ``DataError``: missing if the file cannot be looked at, malformed if it is no
  ///   ordinary file, or (as a sparse file can) says that it is larger than this machine's memory.
  package static func size(_ path: String, location: String) throws -> Int {
    let attributes: [FileAttributeKey: Any]
    do {
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      attributes = try FileManager.default.attributesOfItem(atPath: target)
    } catch {
      throw DataError.missing(location, "the file cannot be read (\(error.localizedDescription))")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular,
      let size = (attributes[.size] as? NSNumber)?.intValue
    else { throw DataError.malformed(location, "this is no ordinary file") }
    let memory = ProcessInfo.processInfo.physicalMemory
    guard size <= memory else {
      throw DataError.malformed(
        location, "the file has \(size) bytes, more than this machine's memory of \(memory)")
    }
    return size
  }
}
