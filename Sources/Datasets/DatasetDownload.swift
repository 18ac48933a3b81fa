import Foundation
import Graph

/// Downloads of data sets into the cache.
public enum DatasetDownload {
  /// How long to wait for a server.
  public struct Patience: Sendable {
    /// Seconds until the first bytes of the answer.
    public var connect: TimeInterval
    /// Seconds without any bytes after that.
    public var stall: TimeInterval

    /// Short by default, so that a machine without network goes on at once.
    public init(connect: TimeInterval = 5, stall: TimeInterval = 30) {
      self.connect = connect
      self.stall = stall
    }
  }

  /// Called several times a second with the bytes received and, if the server said, their final
  /// number. What it throws ends the download and is thrown on: so a download is interrupted.
  public typealias Progress = (_ received: Int, _ total: Int?) throws -> Void

  /// Downloads a data set's archive to `destination`.
  ///
  /// The data arrive under a temporary name in the same folder. They are moved into place only
  /// once `check` has found them good; whatever fails, the temporary file is removed.
  ///
  /// - Throws: ``DataError`` (missing) that says for every address what went wrong, whether the
  ///   network, the folder or `check`; and what `progress` throws.
  public static func fetch(
    _ descriptor: DatasetDescriptor, to destination: URL, patience: Patience = Patience(),
    progress: Progress? = nil, check: (URL) throws -> Void
  ) throws {
    let folder = destination.deletingLastPathComponent()
    try prepare(folder, for: destination.lastPathComponent)
    var failures: [String] = []
    for url in descriptor.urls {
      let temporary = part(of: destination.lastPathComponent, in: folder)
      defer { unlink(temporary.path) }
      do {
        try FileTransfer(
          url: url, file: temporary, limit: descriptor.downloadLimit, patience: patience
        ).run(progress: progress)
        try check(temporary)
        return try move(temporary, to: destination)
      } catch let error as DataError {
        failures.append("\(url.absoluteString): \(error)")
      }
    }
    throw DataError.missing(
      "", "the download failed: " + failures.joined(separator: "; "))
  }

  /// Downloads files that belong together to `folder`, one after the other.
  ///
  /// They arrive in a temporary folder beside their places and are moved there only once all have
  /// arrived and `check`, given that folder, has found them good; whatever fails, the temporary
  /// folder is removed.
  ///
  /// - Throws: ``DataError`` (missing) that says what went wrong, whether the network, the folder or
  ///   `check`, or that there is no address; and what `progress` throws.
  public static func fetch(
    _ files: DatasetFiles, to folder: URL, patience: Patience = Patience(),
    progress: Progress? = nil, check: (URL) throws -> Void
  ) throws {
    guard let base = files.url else {
      throw DataError.missing("", "it cannot be downloaded from anywhere")
    }
    let mark = files.files[0]
    try prepare(folder, for: mark)
    let temporary = part(of: mark, in: folder)
    try prepare(temporary, for: mark)
    defer { remove(temporary) }
    var address = base
    do {
      for name in files.files {
        address = base + name
        guard let url = URL(string: address) else {
          throw DataError.missing("", "this is no address")
        }
        try FileTransfer(
          url: url, file: temporary.appendingPathComponent(name), limit: files.downloadLimit,
          patience: patience
        ).run(progress: progress)
      }
      address = base
      try check(temporary)
      for name in files.files {
        try move(
          temporary.appendingPathComponent(name), to: folder.appendingPathComponent(name))
      }
    } catch let error as DataError {
      throw DataError.missing("", "the download failed: \(address): \(error)")
    }
  }

  private static let partMark = ".part-"

  /// A temporary name for what arrives.
  private static func part(of name: String, in folder: URL) -> URL {
    folder.appendingPathComponent("\(name)\(partMark)\(UUID().uuidString)")
  }

  /// Makes the folder, and removes what runs that were killed while downloading have left in it.
  private static func prepare(_ folder: URL, for name: String) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError.missing(
        folder.path, "the cache folder cannot be made (\(error.localizedDescription))")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for left in names where left.hasPrefix(name + partMark) {
      let place = folder.appendingPathComponent(left)
      var status = stat()
      if stat(place.path, &status) == 0, time(nil) - status.st_mtim.tv_sec > 3600 { remove(place) }
    }
  }

  private static func move(_ file: URL, to destination: URL) throws {
    guard rename(file.path, destination.path) == 0 else {
      throw DataError.missing(
        destination.path,
        "the file cannot be moved into place (\(String(cString: strerror(errno))))")
    }
  }

  /// Removes a temporary file or folder; what cannot be removed is in nobody's way.
  private static func remove(_ place: URL) { try? FileManager.default.removeItem(at: place) }
}
