import Graph
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
  public var location: String { layout.location }
  /// The extent of each dimension: one or two numbers.
  public var shape: [Int] { layout.shape }
  /// What the elements are.
  public var element: Element { layout.element }
  /// The number of elements.
  public var count: Int { layout.count }

  private let layout: NPYLayout
  private let bytes: [UInt8]
  private var columnMajor: Bool { layout.isColumnMajor }
  private var start: Int { layout.start }

  /// Parses the bytes of a .npy file; `location` says in messages where they come from.
  ///
  /// - Throws: ``DataError`` (malformed) for bytes that are no .npy file, a truncated file or one
  ///   with bytes left over, object, string and structured arrays, arrays that have not one or two
  ///   dimensions, and those that have rows but no column.
  public init(parsing bytes: [UInt8], location: String) throws {
    layout = try NPYLayout(head: bytes, fileSize: bytes.count, location: location)
    self.bytes = bytes
  }

  /// An array from what a pickle of it says: its type as in .npy headers ("<f4"), and its bytes.
  ///
  /// - Throws: ``DataError`` (malformed) as ``init(parsing:location:)``.
  package init(
    descriptor: String, shape: [Int], fortranOrder: Bool, data: [UInt8], location: String
  ) throws {
    layout = try NPYLayout(
      descriptor: descriptor, shape: shape, fortranOrder: fortranOrder, fileSize: data.count,
      location: location)
    bytes = data
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
    guard count > 0 else { return Matrix(uninitialized: shape[0], shape[1]) }
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
    try layout.requireList(of: "numbers")
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
    try layout.requireList(of: "integers")
    return try allIntegers()
  }

  /// The elements of a one-dimensional array of integers that fit 32 bits.
  ///
  /// - Throws: ``DataError`` (malformed) as ``integers()``, or for a number that is too large.
  public func indices() throws -> [Int32] {
    try layout.requireList(of: "integers")
    return try narrowed(allIntegers())
  }

  /// The two columns of an array of integers that fit 32 bits, one pair a row.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has not two columns, is not of integers, or
  ///   holds a number that is too large.
  public func pairs() throws -> (first: [Int32], second: [Int32]) {
    guard shape.count == 2, shape[1] == 2 else {
      throw DataError.malformed(
        location, "pairs were expected, but the array has the shape \(layout.shapeText)")
    }
    let all = try narrowed(allIntegers())
    if columnMajor { return (Array(all[..<shape[0]]), Array(all[shape[0]...])) }
    return (
      stride(from: 0, to: all.count, by: 2).map { all[$0] },
      stride(from: 1, to: all.count, by: 2).map { all[$0] }
    )
  }

  /// The rows of a two-dimensional array of integers.
  ///
  /// - Throws: ``DataError`` (malformed) if the array has one dimension or is not of integers.
  package func integerRows() throws -> [[Int]] {
    guard shape.count == 2 else {
      throw DataError.malformed(
        location, "rows of integers were expected, but the array has the shape \(layout.shapeText)")
    }
    let (all, rows, columns) = (try allIntegers(), shape[0], shape[1])
    return (0..<rows).map { row in
      columnMajor
        ? (0..<columns).map { all[$0 * rows + row] }
        : Array(all[row * columns..<(row + 1) * columns])
    }
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
    try layout.requireList(of: "booleans")
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

  @inline(__always)
  private func load<I: FixedWidthInteger>(_ data: UnsafeRawBufferPointer, _ i: Int, _: I.Type) -> I
  {
    let value = data.loadUnaligned(fromByteOffset: i * MemoryLayout<I>.size, as: I.self)
    return layout.isSwapped ? value.byteSwapped : value
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
