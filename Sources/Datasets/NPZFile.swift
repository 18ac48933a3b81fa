import CZip
import Foundation
import Records
import Tensor

/// Named arrays in one file, as numpy's `savez` writes them and `load` reads them.
///
///     var file = NPZFile()
///     file.set("logits", logits)
///     try file.write(to: url)
///     # Python: numpy.load("preds.npz")["logits"]
public struct NPZFile {
  private var members: [(name: String, bytes: [UInt8])] = []

  /// No arrays.
  public init() {}

  /// The names of the arrays, in the order in which they were set.
  public var names: [String] { members.map(\.name) }

  /// A matrix, as float32 or float64 of rows x columns.
  public mutating func set<S: Scalar>(_ name: String, _ matrix: Matrix<S>) {
    let descriptor = S.self == Float.self ? "<f4" : "<f8"
    withExtendedLifetime(matrix) {
      let numbers = UnsafeRawBufferPointer(
        start: matrix.pointer, count: matrix.count * MemoryLayout<S>.stride)
      add(name, descriptor, [matrix.rows, matrix.columns], numbers)
    }
  }

  /// A list of integers, as int64.
  public mutating func set(_ name: String, _ integers: [Int]) {
    integers.map(Int64.init).withUnsafeBytes { add(name, "<i8", [integers.count], $0) }
  }

  /// A list of booleans.
  public mutating func set(_ name: String, _ flags: [Bool]) {
    flags.map { UInt8($0 ? 1 : 0) }.withUnsafeBytes { add(name, "|b1", [flags.count], $0) }
  }

  private mutating func add(
    _ name: String, _ descriptor: String, _ shape: [Int], _ data: UnsafeRawBufferPointer
  ) {
    precondition(!names.contains(name), "the array \(name) is in the file already")
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array(
      "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(extents)), }".utf8)
    // Ten bytes stand before the header; numbers begin at a multiple of 64.
    while (10 + header.count + 1) % 64 != 0 { header.append(UInt8(ascii: " ")) }
    header.append(UInt8(ascii: "\n"))
    let length = UInt16(header.count)
    let mark: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    members.append((name, mark + [UInt8(length & 0xff), UInt8(length >> 8)] + header + data))
  }

  /// Writes the file, so that a reader finds the old one or the new one, never half of it.
  ///
  /// - Throws: ``DataError`` (missing) where it cannot be written, with the system's reason.
  public func write(to url: URL) throws {
    let new = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).new")
    func fail(_ reason: String) -> DataError {
      unlink(new.path)  // It may not be there.
      return .missing(url.path, "the file cannot be written (\(reason))")
    }
    var code: Int32 = 0
    guard let archive = zip_open(new.path, ZIP_CREATE | ZIP_TRUNCATE, &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      throw fail(String(cString: zip_error_strerror(&error)))
    }
    // libzip reads the bytes when it closes the archive.
    let buffers = members.map { member in
      let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: member.bytes.count, alignment: 1)
      buffer.copyBytes(from: member.bytes)
      return buffer
    }
    defer { buffers.forEach { $0.deallocate() } }
    for (member, buffer) in zip(members, buffers) {
      let source = zip_source_buffer(archive, buffer.baseAddress, UInt64(buffer.count), 0)
      let index = zip_file_add(archive, "\(member.name).npy", source, UInt32(ZIP_FL_ENC_UTF_8))
      guard index >= 0 else {
        let reason = String(cString: zip_strerror(archive))
        zip_source_free(source)
        zip_discard(archive)
        throw fail(reason)
      }
    }
    guard zip_close(archive) == 0 else {
      let reason = String(cString: zip_strerror(archive))
      zip_discard(archive)
      throw fail(reason)
    }
    do {
      try DurableFile.rename(new, to: url)
    } catch {
      throw fail(error.localizedDescription)
    }
  }
}
