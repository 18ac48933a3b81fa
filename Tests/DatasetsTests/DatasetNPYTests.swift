import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

@Suite struct DatasetNPYTests {
  func matrix(_ bytes: [UInt8]) throws -> Matrix<Double> {
    try NPYArray(parsing: bytes, location: "a.npy").matrix()
  }

  @Test(arguments: [UInt8(1), 2, 3])
  func everyVersionOfTheFormat(version: UInt8) throws {
    let bytes = npy(
      "<f8", "(2, 3)", version: version,
      data: littleEndian([1.5, -2, 3, 4, 5, 6e300].map(\.bitPattern)))
    #expect(try matrix(bytes) == Matrix(2, 3, [1.5, -2, 3, 4, 5, 6e300]))
  }

  @Test func fortranOrderIsByColumns() throws {
    let bytes = npy("|i1", "(2, 3)", fortran: true, data: [1, 2, 3, 4, 5, 6])
    #expect(try matrix(bytes) == Matrix(2, 3, [1, 3, 5, 2, 4, 6]))
  }

  @Test func everyIntegerWidthAndEndianness() throws {
    func check<I: FixedWidthInteger>(_ kind: String, _ numbers: [I]) throws {
      let size = MemoryLayout<I>.size
      let little = littleEndian(numbers)
      let big = littleEndian(numbers.map(\.byteSwapped))
      for (order, data) in [("<", little), (">", big)] {
        let list = try NPYArray(
          parsing: npy("\(order)\(kind)\(size)", "(\(numbers.count),)", data: data),
          location: "a.npy")
        #expect(try list.integers() == numbers.map { Int($0) })
        let table = npy("\(order)\(kind)\(size)", "(1, \(numbers.count))", data: data)
        #expect(try matrix(table).elements == numbers.map { Double($0) })
      }
    }
    try check("i", [Int8.min, -1, 0, 1, Int8.max])
    try check("i", [Int16.min, -1, 0, 258, Int16.max])
    try check("i", [Int32.min, -1, 0, 258, Int32.max])
    try check("i", [-1 << 52, -1, 0, 258, 1 << 52] as [Int64])
    try check("u", [0, 1, UInt8.max])
    try check("u", [0, 258, UInt16.max])
    try check("u", [0, 258, UInt32.max])
    try check("u", [0, 258, 1 << 52] as [UInt64])
  }

  @Test func everyFloatWidthAndEndianness() throws {
    let halves: [UInt16] = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x8000, 0x7c00, 0xfc00, 0x3555]
    let expected: [Double] = [
      1, -2, 65504, 0x1p-24, 0x1p-14, -0.0, .infinity, -.infinity, 0.333251953125,
    ]
    for (order, data) in [
      ("<", littleEndian(halves)), (">", littleEndian(halves.map(\.byteSwapped))),
    ] {
      #expect(try matrix(npy("\(order)f2", "(1, 9)", data: data)).elements == expected)
    }
    let nan = try matrix(npy("<f2", "(1, 1)", data: littleEndian([0x7e00 as UInt16])))
    #expect(nan[0, 0].isNaN)
    let singles: [Float] = [1.5, -0.1, .greatestFiniteMagnitude]
    let doubles: [Double] = [1.5, -0.1, .greatestFiniteMagnitude]
    #expect(
      try matrix(
        npy(">f4", "(1, 3)", data: littleEndian(singles.map(\.bitPattern.byteSwapped)))
      ).elements == singles.map { Double($0) })
    #expect(
      try matrix(
        npy(">f8", "(1, 3)", data: littleEndian(doubles.map(\.bitPattern.byteSwapped)))
      ).elements == doubles)
  }

  @Test func booleans() throws {
    let mask = try NPYArray(parsing: npy("|b1", "(3,)", data: [1, 0, 1]), location: "a.npy")
    #expect(try mask.booleans() == [true, false, true])
    let integers = try NPYArray(parsing: npyIntegers([0, 1]), location: "a.npy")
    #expect(try integers.booleans() == [false, true])
    #expect(try matrix(npy("|b1", "(1, 2)", data: [1, 0])) == Matrix(1, 2, [1, 0]))
    expectDataError(.malformed, "a.npy", "element 1 is 2") {
      _ = try NPYArray(parsing: npyIntegers([0, 2]), location: "a.npy").booleans()
    }
    expectDataError(.malformed, "float64") {
      let floats = npy("<f8", "(1,)", data: [UInt8](repeating: 0, count: 8))
      _ = try NPYArray(parsing: floats, location: "a.npy").booleans()
    }
  }

  @Test func emptyArrays() throws {
    #expect(try NPYArray(parsing: npyIntegers([]), location: "a.npy").integers() == [])
    let none = try matrix(npyDoubles(0, 5, []))
    #expect((none.rows, none.columns) == (0, 5))
  }

  @Test func pairsIndicesAndNumbers() throws {
    for fortran in [false, true] {
      let table = try NPYArray(
        parsing: npy(
          "<i2", "(3, 2)", fortran: fortran,
          data: littleEndian(fortran ? [1, 2, 3, 4, 5, 6] : [1, 4, 2, 5, 3, 6] as [Int16])),
        location: "a.npy")
      let (first, second) = try table.pairs()
      #expect((first, second) == ([1, 2, 3], [4, 5, 6]))
      expectDataError(.malformed, "row 0, column 1", "is 4") { _ = try table.booleanRows() }
    }
    let list = try NPYArray(parsing: npyIntegers([3, -1]), location: "a.npy")
    #expect(try list.indices() == [3, -1])
    #expect(try list.numbers(of: Float.self) == [3, -1])
    expectDataError(.malformed, "pairs were expected") { _ = try list.pairs() }
    let large = try NPYArray(parsing: npyIntegers([0, 1 << 31]), location: "a.npy")
    expectDataError(.malformed, "element 1 is 2147483648") { _ = try large.indices() }
    let mask = try NPYArray(parsing: npy("|b1", "(1, 2)", data: [1, 0]), location: "a.npy")
    #expect(try mask.booleanRows() == [[true, false]])
    expectDataError(.malformed, "shape (1, 2)", "numbers") { _ = try mask.numbers(of: Float.self) }
  }

  @Test func headersAsOtherWritersSpellThem() throws {
    let header = "{\"shape\": (2L,), \"descr\": \"<i2\", \"fortran_order\": False}"
    let list = try NPYArray(parsing: npy(header: header, data: [1, 0, 2, 0]), location: "a.npy")
    #expect(try list.integers() == [1, 2])
  }

  @Test(arguments: [
    ("<f8", "()", "0 dimensions"), ("<f8", "(1, 1, 1)", "3 dimensions"), ("|O", "(1,)", "|O"),
    ("<U5", "(1,)", "<U5"), ("<c16", "(1,)", "<c16"), ("<i3", "(1,)", "<i3"), ("<f", "(1,)", "<f"),
    ("<f8", "(-1,)", "shape of whole numbers"), ("<f8", "(x,)", "shape of whole numbers"),
    ("<f8", "(9223372036854775807, 4)", "is impossible"),
    ("<f8", "(99999999999999999999,)", "shape of whole numbers"),
  ])
  func arraysThatCannotBeRead(descriptor: String, shape: String, fragment: String) {
    expectDataError(.malformed, "a.npy", fragment) {
      _ = try NPYArray(
        parsing: npy(descriptor, shape, data: [UInt8](repeating: 0, count: 8)), location: "a.npy")
    }
  }

  @Test(arguments: [
    ("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,)}", "structured"),
    ("{'descr': '<f8', 'shape': (1,)}", "lacks"),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unknown key 'x'"),
    ("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "'False' was expected"),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", "after its closing brace"),
    ("{'descr': '<f8", "does not end"),
    ("", "'{' was expected"),
  ])
  func damagedHeaders(header: String, fragment: String) {
    expectDataError(.malformed, "a.npy", fragment) {
      _ = try NPYArray(
        parsing: npy(header: header, data: [UInt8](repeating: 0, count: 8)), location: "a.npy")
    }
  }

  @Test func everyTruncationIsNoticed() {
    let whole = npyIntegers([1, 2, 3])
    for length in 0..<whole.count {
      expectDataError(.malformed, "a.npy") {
        _ = try NPYArray(parsing: Array(whole[..<length]), location: "a.npy")
      }
    }
    expectDataError(.malformed, "takes 24 bytes of data, there are 23") {
      _ = try NPYArray(parsing: whole.dropLast(), location: "a.npy")
    }
  }

  @Test func bytesLeftOver() {
    expectDataError(.malformed, "1 bytes after") {
      _ = try NPYArray(parsing: npyIntegers([1, 2, 3]) + [0], location: "a.npy")
    }
  }

  @Test func foreignFiles() {
    expectDataError(.malformed, "signature") {
      _ = try NPYArray(parsing: Array("PK\u{3}\u{4} not NumPy at all".utf8), location: "a.npy")
    }
    var future = npyIntegers([1])
    future[6] = 4
    expectDataError(.malformed, "4.0 is unknown") {
      _ = try NPYArray(parsing: future, location: "a.npy")
    }
  }

  @Test func wrongShapeOrTypeForTheUse() throws {
    let list = try NPYArray(parsing: npyIntegers([1, 2]), location: "a.npy")
    expectDataError(.malformed, "one dimension of 2") { _ = try list.matrix(of: Float.self) }
    let table = try NPYArray(parsing: npyIntegers(1, 2, [1, 2]), location: "a.npy")
    expectDataError(.malformed, "shape (1, 2)") { _ = try table.integers() }
    let mask = try NPYArray(parsing: npy("|b1", "(1,)", data: [1]), location: "a.npy")
    expectDataError(.malformed, "bool") { _ = try mask.integers() }
    let large = try NPYArray(
      parsing: npy("<u8", "(1,)", data: littleEndian([UInt64.max])), location: "a.npy")
    expectDataError(.malformed, "18446744073709551615") { _ = try large.integers() }
  }
}
