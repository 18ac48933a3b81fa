import Graph

/// What a .npy file, or a pickle, says of an array, checked against the bytes that are there before
/// any memory is asked for.
package struct NPYLayout: Sendable {
  /// The file, for messages.
  package let location: String
  /// What the elements are.
  package let element: NPYArray.Element
  /// Whether the elements' bytes are in the other order than this machine's.
  package let isSwapped: Bool
  /// Whether the elements are in Fortran order, column by column.
  package let isColumnMajor: Bool
  /// One or two extents, each of 32 bits.
  package let shape: [Int]
  /// Where in the file the elements begin.
  package let start: Int

  /// The number of elements.
  package var count: Int { shape.reduce(1, *) }
  /// The shape as Python writes it.
  package var shapeText: String { NPYLayout.text(shape) }

  /// The longest header that is read; NumPy has the same limit.
  private static let longestHeader = 10_000
  /// So many bytes from the start of a file hold all that its layout is read from.
  package static let headBytes = 12 + longestHeader

  /// Reads the start of a .npy file of `fileSize` bytes, of which `head` are the first.
  ///
  /// - Throws: ``DataError`` (malformed) as ``NPYArray/init(parsing:location:)``.
  package init(
    head: some Collection<UInt8>, fileSize: Int, dimensions: ClosedRange<Int> = 1...2,
    location: String
  ) throws {
    func fail(_ message: String) -> DataError { .malformed(location, message) }
    let head = Array(head.prefix(NPYLayout.headBytes))
    guard head.count >= 10, Array(head[0..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw fail("this is no .npy file: it does not begin with NumPy's signature")
    }
    let (major, minor) = (head[6], head[7])
    guard (1...3).contains(major), minor == 0 else {
      throw fail("the .npy format \(major).\(minor) is unknown; 1.0, 2.0 and 3.0 can be read")
    }
    let headerStart = major == 1 ? 10 : 12
    guard head.count >= headerStart else { throw fail("the file is truncated in its header") }
    let length = head[8..<headerStart].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard fileSize - headerStart >= length else {
      throw fail("the file is truncated in its header")
    }
    guard length <= NPYLayout.longestHeader else {
      throw fail(
        "the .npy header is \(length) bytes long; at most \(NPYLayout.longestHeader) are read")
    }
    let header = try NPYHeader(
      parsing: head[headerStart..<(headerStart + length)], location: location)
    try self.init(
      descriptor: header.descriptor, shape: header.shape, fortranOrder: header.fortranOrder,
      start: headerStart + length, fileSize: fileSize, dimensions: dimensions, location: location)
  }

  /// A layout from a type as in .npy headers ("<f4") and a shape; the elements are the bytes from
  /// `start` to the end, `fileSize`.
  ///
  /// - Throws: ``DataError`` (malformed) for a type that cannot be read, a shape of other than one
  ///   or two dimensions, of extents beyond 32 bits, of rows without columns, or of another size
  ///   than the bytes that are there.
  package init(
    descriptor: String, shape: [Int], fortranOrder: Bool, start: Int = 0, fileSize: Int,
    dimensions: ClosedRange<Int> = 1...2, location: String
  ) throws {
    func fail(_ message: String) -> DataError { .malformed(location, message) }
    guard dimensions.contains(shape.count) else {
      let (least, most) = (dimensions.lowerBound, dimensions.upperBound)
      throw fail(
        "the array has \(shape.count) dimensions, shape \(NPYLayout.text(shape)); "
          + "\(least == most ? "\(most)" : "\(least) or \(most)") can be read")
    }
    (element, isSwapped) = try NPYLayout.element(descriptor: descriptor, location: location)
    // An array without elements could say anything of the other extents.
    guard shape.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
      throw fail(
        "the shape \(NPYLayout.text(shape)) is impossible: extents from 0 to \(Int32.max) were "
          + "expected")
    }
    if shape.count == 2, shape[0] > 0, shape[1] == 0 {
      throw fail("the array has \(shape[0]) rows and no column; at least one was expected")
    }
    var (size, overflow) = (element.size, false)
    for extent in shape where !overflow {
      (size, overflow) = size.multipliedReportingOverflow(by: extent)
    }
    let present = fileSize - start
    guard !overflow, present >= size else {
      throw fail(
        "the array is truncated: shape \(NPYLayout.text(shape)) of \(element.name) takes "
          + (overflow ? "more than \(Int.max)" : "\(size)")
          + " bytes of data, there are \(present)")
    }
    guard present == size else {
      throw fail(
        "there are \(present - size) bytes after the \(size) bytes of its array of shape "
          + NPYLayout.text(shape))
    }
    self.location = location
    self.shape = shape
    self.start = start
    isColumnMajor = fortranOrder
  }

  /// Sees to it that the array is a list of `count` numbers, or a matrix of `count` rows.
  ///
  /// - Parameter other: What has that many, for the message: "node_labels.npy has 5 nodes".
  /// - Throws: ``DataError`` (malformed) if it has another number.
  package func require(rows count: Int, as other: String) throws {
    guard shape[0] == count else {
      throw DataError.malformed(location, "the array has \(shape[0]) rows, but \(other)")
    }
  }

  /// Sees to it that the array is a list.
  ///
  /// - Throws: ``DataError`` (malformed) if it has two dimensions.
  package func requireList(of what: String) throws {
    guard shape.count == 1 else {
      throw DataError.malformed(
        location, "a list of \(what) was expected, but the array has the shape \(shapeText)")
    }
  }

  private static func text(_ shape: [Int]) -> String {
    let extents = shape.prefix(8).map(String.init).joined(separator: ", ")
    return "(" + extents + (shape.count > 8 ? ", ..." : shape.count == 1 ? "," : "") + ")"
  }

  private static func element(
    descriptor: String, location: String
  ) throws -> (element: NPYArray.Element, isSwapped: Bool) {
    let refused = DataError.malformed(
      location,
      "the array's type is '\(descriptor.prefix(40))'; booleans, integers of 1 to 8 bytes and "
        + "floats of 2 to 8 bytes can be read, but no objects, strings, complex numbers or dates")
    let parts = Array(descriptor.utf8)
    guard parts.count == 3, "<>|=".utf8.contains(parts[0]) else { throw refused }
    let element: NPYArray.Element
    switch (Character(UnicodeScalar(parts[1])), Int(parts[2]) - Int(UInt8(ascii: "0"))) {
    case ("b", 1): element = .boolean
    case ("i", let size) where [1, 2, 4, 8].contains(size): element = .signed(bytes: size)
    case ("u", let size) where [1, 2, 4, 8].contains(size): element = .unsigned(bytes: size)
    case ("f", let size) where [2, 4, 8].contains(size): element = .float(bytes: size)
    default: throw refused
    }
    return (element, parts[0] == UInt8(ascii: 1.littleEndian == 1 ? ">" : "<"))
  }
}
