import Graph

/// The dictionary at the start of a .npy file, a Python literal such as
/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
package struct NPYHeader {
  package var descriptor: String
  package var fortranOrder: Bool
  package var shape: [Int]

  /// - Throws: ``DataError`` (malformed) for a header that says none of the three things or
  ///   anything else.
  package init(parsing bytes: ArraySlice<UInt8>, location: String) throws {
    var parser = Parser(text: String(decoding: bytes, as: UTF8.self)[...], location: location)
    var descriptor: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    var keys: Set<String> = []
    try parser.expect("{")
    while !parser.accept("}") {
      let key = try parser.string()
      guard keys.insert(key).inserted else { throw parser.fail("has the key '\(key)' twice") }
      try parser.expect(":")
      switch key {
      case "descr": descriptor = try parser.descriptor()
      case "fortran_order": fortranOrder = try parser.boolean()
      case "shape": shape = try parser.tuple()
      default: throw parser.fail("has the unknown key '\(key.prefix(40))'")
      }
      if !parser.accept(",") {
        try parser.expect("}")
        break
      }
    }
    guard parser.isAtEnd else { throw parser.fail("has text after its closing brace") }
    guard let descriptor, let fortranOrder, let shape else {
      throw parser.fail("lacks one of 'descr', 'fortran_order' and 'shape'")
    }
    self.descriptor = descriptor
    self.fortranOrder = fortranOrder
    self.shape = shape
  }

  private struct Parser {
    var text: Substring
    let location: String

    func fail(_ what: String) -> DataError { .malformed(location, "the .npy header \(what)") }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return text.isEmpty
      }
    }

    mutating func skipSpace() { text = text.drop(while: \.isWhitespace) }

    mutating func accept(_ token: String) -> Bool {
      skipSpace()
      guard text.hasPrefix(token) else { return false }
      text = text.dropFirst(token.count)
      return true
    }

    mutating func expect(_ token: String) throws {
      guard accept(token) else {
        throw fail("is damaged: '\(token)' was expected before '\(text.prefix(20))'")
      }
    }

    mutating func string() throws -> String {
      let quote = accept("'") ? "'" : "\""
      if quote == "\"" { try expect(quote) }
      let content = text.prefix { String($0) != quote }
      text = text.dropFirst(content.count)
      guard text.hasPrefix(quote) else { throw fail("is damaged: a string does not end") }
      text = text.dropFirst()
      return String(content)
    }

    mutating func descriptor() throws -> String {
      if accept("[") {
        throw DataError.malformed(
          location, "this is a structured array (with named fields); plain arrays can be read")
      }
      return try string()
    }

    mutating func boolean() throws -> Bool {
      if accept("True") { return true }
      try expect("False")
      return false
    }

    mutating func tuple() throws -> [Int] {
      var numbers: [Int] = []
      try expect("(")
      while !accept(")") {
        skipSpace()
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), digits.count == 1 || digits.first != "0" else {
          throw fail("is damaged: a shape of whole numbers was expected at '\(text.prefix(20))'")
        }
        text = text.dropFirst(digits.count)
        _ = accept("L")  // Python 2 wrote long integers so.
        numbers.append(number)
        if !accept(",") {
          // Python takes `(3)` for a number.
          try expect(numbers.count == 1 ? "," : ")")
          break
        }
      }
      return numbers
    }
  }
}
