import Tensor

/// An array read from a NumPy .npy file: its shape, element type and bytes.
///
/// Read are the format's versions 1.0, 2.0 and 3.0, C and Fortran order, booleans, integers of 1
/// to 8 bytes, floats of 2, 4 and 8 bytes, of either endianness, in 1 or 2 dimensions. The format:
/// `numpy.lib.format` in NumPy's documentation.
public struct NPYArray: Sendable {
  /// What the elements are.
  public enum Element: Equatable, Sendable {
    /// One byte: 0 is false, anything else true.
    case boolean
    /// Two's complement, of so many bytes.
    case signed(bytes: Int)
    /// Unsigned, of so many bytes.
    case unsigned(bytes: Int)
    /// IEEE 754, of so many bytes.
    case float(bytes: Int)

    /// The size of one element in bytes.
    public var size: Int {
      switch self {
      case .boolean: 1
      case .signed(let bytes), .unsigned(let bytes), .float(let bytes): bytes
      }
    }

    /// NumPy's name of the type.
    public var name: String {
      switch self {
      case .boolean: "bool"
      case .signed(let bytes): "int\(8 * bytes)"
      case .unsigned(let bytes): "uint\(8 * bytes)"
      case .float(let bytes): "float\(8 * bytes)"
      }
    }
  }

  /// The file, for messages.
  public let location: String
  /// The extent of each dimension: one or two numbers.
  public let shape: [Int]
  /// What the elements are.
  public let element: Element
  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  private let columnMajor: Bool
  private let swapped: Bool
  private let bytes: [UInt8]
  private let start: Int

  /// Parses the bytes of a .npy file; `location` says in messages where they come from.
  ///
  /// - Throws: ``DataError`` (malformed) for bytes that are no .npy file, a truncated file or one
  ///   with bytes left over, object, string and structured arrays, and arrays that have not one or
  ///   two dimensions.
  public init(parsing bytes: [UInt8], location: String) throws {
    func fail(_ message: String) -> DataError { .malformed(location, message) }
    guard bytes.count >= 10, Array(bytes[0..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw fail("this is no .npy file: it does not begin with NumPy's signature")
    }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw fail("the .npy format \(major).\(minor) is unknown; 1.0, 2.0 and 3.0 can be read")
    }
    let lengthBytes = major == 1 ? 2 : 4
    let headerStart = 8 + lengthBytes
    guard bytes.count >= headerStart else { throw fail("the file is truncated in its header") }
    let length = bytes[8..<headerStart].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - headerStart >= length else {
      throw fail("the file is truncated in its header")
    }
    let header = try NPYHeader(
      parsing: bytes[headerStart..<(headerStart + length)], location: location)
    let shapeText = "(" + header.shape.map(String.init).joined(separator: ", ") + ")"
    guard (1...2).contains(header.shape.count) else {
      throw fail(
        "the array has \(header.shape.count) dimensions, shape \(shapeText); 1 or 2 can be read")
    }
    (element, swapped) = try NPYArray.element(descriptor: header.descriptor, location: location)
    var size = element.size
    for extent in header.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw fail("the shape \(shapeText) is impossibly large") }
      size = product
    }
    start = headerStart + length
    guard bytes.count - start >= size else {
      throw fail(
        "the file is truncated: shape \(shapeText) of \(element.name) takes \(size) bytes of data, "
          + "there are \(bytes.count - start)")
    }
    guard bytes.count - start == size else {
      throw fail(
        "the file has \(bytes.count - start - size) bytes after the \(size) bytes of its array of "
          + "shape \(shapeText)")
    }
    self.location = location
    self.shape = header.shape
    self.columnMajor = header.fortranOrder
    self.bytes = bytes
  }

  /// An array from what a pickle of it says: its type as in .npy headers ("<f4"), and its bytes.
  ///
  /// - Throws: ``DataError`` (malformed) as ``init(parsing:location:)``.
  init(
    descriptor: String, shape: [Int], fortranOrder: Bool, data: [UInt8], location: String
  ) throws {
    let shapeText = "(" + shape.map(String.init).joined(separator: ", ") + ")"
    (element, swapped) = try NPYArray.element(descriptor: descriptor, location: location)
    guard (1...2).contains(shape.count), shape.allSatisfy({ $0 >= 0 }) else {
      throw DataError.malformed(
        location, "the array has the shape \(shapeText); 1 or 2 dimensions can be read")
    }
    let size = shape.reduce((element.size, false)) { product, extent in
      let (value, overflow) = product.0.multipliedReportingOverflow(by: extent)
      return (value, product.1 || overflow)
    }
    guard !size.1, size.0 == data.count else {
      throw DataError.malformed(
        location,
        "the array's shape \(shapeText) of \(element.name) does not fit its \(data.count) bytes")
    }
    self.location = location
    self.shape = shape
    columnMajor = fortranOrder
    bytes = data
    start = 0
  }

  /// The elements as a matrix; the array must have two dimensions.
  ///
  /// Integers and wider floats are rounded to the nearest number of the matrix's type, true is 1.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has one dimension.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func matrix<S: Scalar>(of type: S.Type = S.self) throws -> Matrix<S> {
    guard shape.count == 2 else {
      throw DataError.malformed(
        location, "a matrix was expected, but the array has one dimension of \(shape[0])")
    }
    // Fortran order is the C order of the transpose.
    let (rows, columns) = columnMajor ? (shape[1], shape[0]) : (shape[0], shape[1])
    var matrix = Matrix<S>(uninitialized: rows, columns)
    fill(UnsafeMutableBufferPointer(start: matrix.mutablePointer, count: count))
    return columnMajor ? matrix.transposed() : matrix
  }

  /// The elements of a one-dimensional array as numbers, rounded as in ``matrix(of:)``.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has two dimensions.
  public func numbers<S: Scalar>(of type: S.Type = S.self) throws -> [S] {
    try requireVector("numbers")
    return [S](unsafeUninitializedCapacity: count) { target, filled in
      fill(UnsafeMutableBufferPointer(rebasing: target[..<count]))
      filled = count
    }
  }

  /// Converts all elements, in the order of the file.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func fill<S: Scalar>(_ target: UnsafeMutableBufferPointer<S>) {
    bytes.withUnsafeBytes { all in
      let data = UnsafeRawBufferPointer(rebasing: all[start...])
      func integers<I: FixedWidthInteger>(_: I.Type) {
        for i in 0..<target.count { target[i] = S(load(data, i, I.self)) }
      }
      switch element {
      case .boolean: for i in 0..<target.count { target[i] = data[i] == 0 ? 0 : 1 }
      case .signed(1): integers(Int8.self)
      case .signed(2): integers(Int16.self)
      case .signed(4): integers(Int32.self)
      case .signed: integers(Int64.self)
      case .unsigned(1): integers(UInt8.self)
      case .unsigned(2): integers(UInt16.self)
      case .unsigned(4): integers(UInt32.self)
      case .unsigned: integers(UInt64.self)
      case .float(2):
        for i in 0..<target.count { target[i] = S(halfAsFloat(load(data, i, UInt16.self))) }
      case .float(4):
        for i in 0..<target.count {
          target[i] = S(Float(bitPattern: load(data, i, UInt32.self)))
        }
      case .float:
        for i in 0..<target.count {
          target[i] = S(Double(bitPattern: load(data, i, UInt64.self)))
        }
      }
    }
  }

  /// The elements of a one-dimensional array of integers.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has two dimensions, is not of integers, or
  ///   holds a number above the largest `Int`.
  public func integers() throws -> [Int] {
    try requireVector("integers")
    return try allIntegers()
  }

  /// The elements of a one-dimensional array of integers that fit 32 bits.
  ///
  /// - Throws: ``DataError`` (malformed) as ``integers()``, or for a number that is too large.
  public func indices() throws -> [Int32] {
    try requireVector("integers")
    return try narrowed(allIntegers())
  }

  /// The two columns of an array of integers that fit 32 bits, one pair a row.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has not two columns, is not of integers, or
  ///   holds a number that is too large.
  public func pairs() throws -> (first: [Int32], second: [Int32]) {
    guard shape.count == 2, shape[1] == 2 else {
      throw DataError.malformed(
        location, "pairs were expected, but the array has the shape \(shape)")
    }
    let all = try narrowed(allIntegers())
    if columnMajor { return (Array(all[..<shape[0]]), Array(all[shape[0]...])) }
    return (
      stride(from: 0, to: all.count, by: 2).map { all[$0] },
      stride(from: 1, to: all.count, by: 2).map { all[$0] }
    )
  }

  private func narrowed(_ integers: [Int]) throws -> [Int32] {
    try integers.enumerated().map { i, value in
      guard let index = Int32(exactly: value) else {
        throw DataError.malformed(
          location, "element \(i) is \(value); a number that fits 32 bits was expected")
      }
      return index
    }
  }

  /// All elements, in the order of the file.
  private func allIntegers() throws -> [Int] {
    try bytes.withUnsafeBytes { all in
      let data = UnsafeRawBufferPointer(rebasing: all[start...])
      func convert<I: FixedWidthInteger>(_: I.Type) throws -> [Int] {
        try (0..<count).map { i in
          let value = load(data, i, I.self)
          guard let integer = Int(exactly: value) else {
            throw DataError.malformed(location, "element \(i) is \(value): too large")
          }
          return integer
        }
      }
      switch element {
      case .signed(1): return try convert(Int8.self)
      case .signed(2): return try convert(Int16.self)
      case .signed(4): return try convert(Int32.self)
      case .signed: return try convert(Int64.self)
      case .unsigned(1): return try convert(UInt8.self)
      case .unsigned(2): return try convert(UInt16.self)
      case .unsigned(4): return try convert(UInt32.self)
      case .unsigned: return try convert(UInt64.self)
      case .boolean, .float:
        throw DataError.malformed(
          location, "integers were expected, but the array's type is \(element.name)")
      }
    }
  }

  /// The elements of a one-dimensional array of booleans, or of integers that are 0 or 1.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has two dimensions, is of floats, or holds an
  ///   integer that is neither 0 nor 1.
  public func booleans() throws -> [Bool] {
    try requireVector("booleans")
    if element == .boolean { return bytes[start...].map { $0 != 0 } }
    return try integers().enumerated().map { i, value in
      guard value == 0 || value == 1 else {
        throw DataError.malformed(location, "element \(i) is \(value); 0 or 1 was expected")
      }
      return value == 1
    }
  }

  /// The rows of a two-dimensional array of booleans, or of numbers that are 0 or 1.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has one dimension or holds another number.
  public func booleanRows() throws -> [[Bool]] {
    let numbers = try matrix(of: Float.self)
    return try (0..<numbers.rows).map { row in
      try (0..<numbers.columns).map { column in
        let value = numbers[row, column]
        guard value == 0 || value == 1 else {
          throw DataError.malformed(
            location,
            "the element in row \(row), column \(column) (counted from 0) is \(value); 0 or 1 was "
              + "expected")
        }
        return value == 1
      }
    }
  }

  private func requireVector(_ what: String) throws {
    guard shape.count == 1 else {
      throw DataError.malformed(
        location,
        "a list of \(what) was expected, but the array has the shape (\(shape[0]), \(shape[1]))")
    }
  }

  @inline(__always)
  private func load<I: FixedWidthInteger>(_ data: UnsafeRawBufferPointer, _ i: Int, _: I.Type) -> I
  {
    let value = data.loadUnaligned(fromByteOffset: i * MemoryLayout<I>.size, as: I.self)
    return swapped ? value.byteSwapped : value
  }

  private static func element(
    descriptor: String, location: String
  ) throws -> (element: Element, swapped: Bool) {
    let refused = DataError.malformed(
      location,
      "the array's type is '\(descriptor)'; booleans, integers of 1 to 8 bytes and floats of 2 to "
        + "8 bytes can be read, but no objects, strings, complex numbers or dates")
    let parts = Array(descriptor)
    guard parts.count == 3, "<>|=".contains(parts[0]), let size = parts[2].wholeNumberValue else {
      throw refused
    }
    let element: Element
    switch (parts[1], size) {
    case ("b", 1): element = .boolean
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): element = .signed(bytes: size)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): element = .unsigned(bytes: size)
    case ("f", 2), ("f", 4), ("f", 8): element = .float(bytes: size)
    default: throw refused
    }
    return (element, parts[0] == (1.littleEndian == 1 ? ">" : "<"))
  }
}

/// The number that 16 bits are in IEEE 754's half precision. (Swift's Float16 is not there on every
/// processor.)
private func halfAsFloat(_ bits: UInt16) -> Float {
  let sign: Float = bits & 0x8000 == 0 ? 1 : -1
  let exponent = Int(bits >> 10 & 0x1f)
  let fraction = Float(bits & 0x3ff) / 1024
  switch exponent {
  case 0: return sign * fraction * 0x1p-14
  case 31: return bits & 0x3ff == 0 ? sign * .infinity : .nan
  default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
  }
}
