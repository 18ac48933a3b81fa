import CZip
import Foundation
import Graph

/// A zip archive (also .npz), opened for reading with libzip.
///
/// Stored and deflated members are read whole; their CRC is checked. Members may lie in a folder
/// inside the archive: they are found by their last path component.
public final class Archive: FileBundle {
  /// How much an archive may hold before it is refused, so that a small damaged or hostile file
  /// cannot fill the memory.
  public struct Limits: Sendable {
    /// The largest number of members.
    public var members = 65_536
    /// The largest inflated size of one member, in bytes.
    public var memberBytes = 2 << 30
    /// The largest inflated size of all members together, as a multiple of the archive's own. A
    /// member of equal numbers comes near deflate's greatest, 1,032; whole data sets stay below 250.
    public var ratio = 512
    /// Whatever the ratio, so many bytes are accepted.
    public var freeBytes = 64 << 20

    /// Limits that every data set in use stays far below.
    public init() {}
  }

  /// A file in the archive.
  public struct Member: Equatable, Sendable {
    /// Its path in the archive.
    public let path: String
    /// Its inflated size in bytes.
    public let size: Int
    fileprivate let index: UInt64

    /// Its path's last component.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// The archive's path.
  public let location: String
  /// The files in the archive, in its order; folders are left out.
  public private(set) var members: [Member] = []
  private let handle: OpaquePointer

  /// Opens the archive at `path` and reads its directory.
  ///
  /// - Throws: ``DataError``: missing if the file is not there or cannot be opened, malformed if
  ///   it is no ordinary file, no zip archive, is truncated, or says that it holds more than `limits`.
  public init(path: String, limits: Limits = Limits()) throws {
    location = path
    guard FileManager.default.fileExists(atPath: path) else {
      throw DataError.missing(path, "the file does not exist")
    }
    let ownSize = try OrdinaryFile.size(path, location: path)
    var code: Int32 = 0
    guard let handle = zip_open(path, ZIP_RDONLY, &code) else {
      throw Archive.openError(path: path, code: code)
    }
    self.handle = handle
    let count = zip_get_num_entries(handle, 0)
    guard count <= limits.members else {
      throw DataError.malformed(
        path, "the archive has \(count) members; at most \(limits.members) are accepted")
    }
    var total = 0
    for index in 0..<UInt64(max(0, count)) {
      var status = zip_stat_t()
      guard zip_stat_index(handle, index, 0, &status) == 0, let name = status.name,
        status.valid & UInt64(ZIP_STAT_SIZE) != 0
      else {
        throw DataError.malformed(path, "member \(index) of the archive has no name or no size")
      }
      let memberPath = String(cString: name)
      if memberPath.hasSuffix("/") { continue }
      guard status.size <= UInt64(limits.memberBytes) else {
        throw DataError.malformed(
          path,
          "the member \(memberPath) says that it holds \(status.size) bytes; at most "
            + "\(limits.memberBytes) are accepted")
      }
      members.append(Member(path: memberPath, size: Int(status.size), index: index))
      // At most 65,536 members of 2^31 bytes.
      total += Int(status.size)
    }
    guard total <= limits.freeBytes || total / limits.ratio <= ownSize else {
      throw DataError.malformed(
        path,
        "the archive of \(ownSize) bytes says that its members hold \(total), more than "
          + "\(limits.ratio) times as many; it is damaged, or made to fill the memory")
    }
  }

  deinit { zip_discard(handle) }

  /// Whether the archive has a member of this name, at its top or in a folder.
  ///
  /// - Throws: ``DataError`` (malformed) if several folders have one.
  public func contains(_ name: String) throws -> Bool { try member(named: name) != nil }

  /// The inflated bytes of the member of this name, at the archive's top or in a folder.
  ///
  /// - Throws: ``DataError``: missing if there is none, malformed if several folders have one, if
  ///   its data are damaged, or if it is compressed or encrypted in a way that cannot be read.
  public func read(_ name: String) throws -> [UInt8] {
    guard let member = try member(named: name) else {
      throw DataError.missing(location, "the archive has no member \(name)")
    }
    return try read(member)
  }

  /// The first inflated bytes of the member of this name, and its size.
  ///
  /// - Throws: ``DataError`` as ``read(_:)-(String)``.
  public func head(of name: String, count: Int) throws -> (bytes: [UInt8], size: Int) {
    guard let member = try member(named: name) else {
      throw DataError.missing(location, "the archive has no member \(name)")
    }
    // The CRC is that of the whole: small members are read to their end, so that damage is called so.
    let bytes =
      member.size <= 1 << 20
      ? Array(try read(member).prefix(count))
      : try withOpened(member) { try inflate(member, from: $0, min(count, member.size)) }
    return (bytes, member.size)
  }

  /// The inflated bytes of one member.
  ///
  /// - Throws: ``DataError`` (malformed) as ``read(_:)-(String)``.
  public func read(_ member: Member) throws -> [UInt8] {
    try withOpened(member) { file in
      let bytes = try inflate(member, from: file, member.size)
      // libzip compares the CRC when it is asked to read at the end.
      var extra: UInt8 = 0
      let rest = zip_fread(file, &extra, 1)
      guard rest >= 0 else { throw damaged(member, String(cString: zip_file_strerror(file))) }
      guard rest == 0 else {
        throw damaged(member, "it holds more than the \(member.size) bytes that it says")
      }
      return bytes
    }
  }

  private func withOpened<R>(_ member: Member, _ body: (OpaquePointer) throws -> R) throws -> R {
    guard let file = zip_fopen_index(handle, member.index, 0) else {
      throw damaged(member, String(cString: zip_strerror(handle)))
    }
    defer { zip_fclose(file) }
    return try body(file)
  }

  private func inflate(
    _ member: Member, from file: OpaquePointer, _ count: Int
  ) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let read = zip_fread(file, buffer.baseAddress! + filled, UInt64(count - filled))
        guard read >= 0 else { throw damaged(member, String(cString: zip_file_strerror(file))) }
        guard read > 0 else {
          throw damaged(member, "it ends after \(filled) of \(member.size) bytes")
        }
        filled += Int(read)
      }
    }
  }

  private func member(named name: String) throws -> Member? {
    let found = members.filter { $0.path == name || $0.name == name }
    guard found.count <= 1 else {
      throw DataError.malformed(
        location,
        "the archive has several members \(name): "
          + found.map(\.path).joined(separator: ", "))
    }
    return found.first
  }

  private func damaged(_ member: Member, _ reason: String) -> DataError {
    DataError.malformed(
      location,
      "the archive is damaged: its member \(member.path) cannot be read (\(reason)); get the "
        + "archive again")
  }

  private static func openError(path: String, code: Int32) -> DataError {
    var error = zip_error_t()
    zip_error_init_with_code(&error, code)
    defer { zip_error_fini(&error) }
    let reason = String(cString: zip_error_strerror(&error))
    switch code {
    case ZIP_ER_OPEN, ZIP_ER_READ, ZIP_ER_SEEK, ZIP_ER_NOENT:
      return .missing(path, "the archive cannot be opened (\(reason))")
    default:
      return .malformed(
        path, "this is no zip archive, or a truncated or damaged one (\(reason)); get it again")
    }
  }
}
