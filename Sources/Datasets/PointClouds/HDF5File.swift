import CHDF5
import Foundation

/// Arrays of numbers in an HDF5 file, read by libhdf5, which refuses a file that asks for memory that
/// there is not: the calls that read let it see that (see `shim.h`).
final class HDF5File {
  /// The file's path.
  let location: String
  private let handle: hid_t

  /// libhdf5 as distributions build it may be called by one thread at a time.
  private static let lock = NSRecursiveLock()

  /// Opens a file, does something with it and closes it.
  ///
  /// - Throws: ``DataError``: missing if the file is not there, malformed if it is no HDF5 file or a
  ///   truncated or damaged one; what `body` throws.
  static func reading<R>(_ path: String, _ body: (HDF5File) throws -> R) throws -> R {
    lock.lock()
    defer { lock.unlock() }
    return try body(try HDF5File(path))
  }

  private init(_ path: String) throws {
    location = path
    guard FileManager.default.fileExists(atPath: path) else {
      throw DataError.missing(path, "the file does not exist")
    }
    _ = try OrdinaryFile.size(path, location: path)
    hdf5_be_silent()
    handle = hdf5_open(path)
    guard handle >= 0 else {
      throw DataError.malformed(
        path, "this is no HDF5 file, or a truncated or damaged one; get it again")
    }
  }

  deinit { H5Fclose(handle) }

  /// What an array holds.
  enum Kind: String {
    case float = "floating-point numbers"
    case integer = "integers"
  }

  /// An array of the file.
  final class Numbers {
    /// Its extents.
    let shape: [Int]
    /// "FILE: name", for messages.
    let location: String
    private let handle: hid_t

    fileprivate init(_ name: String, of file: HDF5File, _ kind: Kind) throws {
      location = "\(file.location): \(name)"
      guard hdf5_has(file.handle, name) != 0 else {
        throw DataError.malformed(
          file.location,
          "the file has no array \"\(name)\"; \"data\" (clouds x points x 3) and \"label\" were "
            + "expected")
      }
      handle = hdf5_dataset(file.handle, name)
      guard handle >= 0 else {
        throw DataError.malformed(location, "the array cannot be opened; the file is damaged")
      }
      let type = H5Dget_type(handle)
      defer { H5Tclose(type) }
      guard H5Tget_class(type) == (kind == .float ? H5T_FLOAT : H5T_INTEGER) else {
        H5Dclose(handle)
        throw DataError.malformed(location, "the array is not of \(kind.rawValue)")
      }
      let space = H5Dget_space(handle)
      defer { H5Sclose(space) }
      let rank = H5Sget_simple_extent_ndims(space)
      guard (1...8).contains(rank) else {
        H5Dclose(handle)
        throw DataError.malformed(location, "the array has \(rank) dimensions")
      }
      var extents = [hsize_t](repeating: 0, count: Int(rank))
      H5Sget_simple_extent_dims(space, &extents, nil)
      shape = extents.map { Int(clamping: $0) }
    }

    deinit { H5Dclose(handle) }

    /// The first numbers of the array, so many along each extent.
    ///
    /// - Throws: ``DataError`` (malformed) where they cannot be read.
    func floats(_ count: [Int]) throws -> [Float] {
      try read(count, zero: 0) { hdf5_read_floats(handle, Int32(count.count), $0, $1) }
    }

    /// The same of an array of integers.
    func integers(_ count: [Int]) throws -> [Int64] {
      try read(count, zero: 0) { hdf5_read_integers(handle, Int32(count.count), $0, $1) }
    }

    private func read<Number>(
      _ count: [Int], zero: Number,
      _ body: (UnsafePointer<hsize_t>, UnsafeMutablePointer<Number>) -> herr_t
    ) throws -> [Number] {
      precondition(count.count == shape.count && zip(count, shape).allSatisfy(<=))
      let total = count.reduce(1, *)
      var numbers = [Number](repeating: zero, count: total)
      guard total > 0 else { return [] }
      let status = numbers.withUnsafeMutableBufferPointer {
        body(count.map { hsize_t($0) }, $0.baseAddress!)
      }
      guard status >= 0 else {
        throw DataError.malformed(location, "the array cannot be read; the file is damaged")
      }
      return numbers
    }
  }

  /// An array by its name.
  ///
  /// - Throws: ``DataError`` (malformed) where there is none, or one of another kind.
  func array(_ name: String, _ kind: Kind) throws -> Numbers { try Numbers(name, of: self, kind) }
}
