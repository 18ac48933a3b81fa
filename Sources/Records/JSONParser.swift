/// A place where a text is not JSON.
package struct JSONSyntaxError: Error, Equatable {
  /// Line and column, from 1; the column counts bytes.
  package var line: Int
  package var column: Int
  /// What is wrong and what was expected.
  package var message: String
}

/// A strict JSON parser (RFC 8259) that says where a text goes wrong.
///
/// Foundation's parsers report no position, keep one of two equal keys without a word and take
/// numbers such as `01`; a config needs better.
package struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  /// Deeper nesting than any config has; keeps recursion from overflowing the stack.
  package static let maximumDepth = 200

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that `text` (UTF-8, a leading byte order mark allowed) holds.
  package static func parse(_ text: some Sequence<UInt8>) throws(JSONSyntaxError) -> JSONValue {
    var parser = JSONParser(Array(text))
    if parser.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == parser.bytes.count else {
      throw parser.failure("found \(parser.found) after the end of the value")
    }
    return value
  }

  /// The value that a string holds.
  package static func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
    try parse(text.utf8)
  }

  // MARK: Values

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    guard depth < Self.maximumDepth else {
      throw failure("nested more than \(Self.maximumDepth) deep")
    }
    depth += 1
    defer { depth -= 1 }
    if take("{") { return try object() }
    if take("[") { return try array() }
    if current == UInt8(ascii: "\"") { return .string(try string()) }
    if current == UInt8(ascii: "-") || isDigit { return try number() }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    throw failure("found \(found), expected a value")
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else {
        throw failure("found \(found), expected a key in double quotes")
      }
      let start = position
      let key = try string()
      guard members[key] == nil else {
        throw failure("the key \"\(key)\" occurs twice in one object", at: start)
      }
      skipSpace()
      guard take(":") else { throw failure("found \(found), expected \":\" after the key") }
      members[key] = try value()
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("found \(found), expected \",\" or \"}\"") }
    }
  }

  private mutating func array() throws(JSONSyntaxError) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value())
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw failure("found \(found), expected \",\" or \"]\"") }
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    _ = take("-")
    if take("0") {
      if isDigit { throw failure("a number must not begin with 0", at: start) }
    } else {
      try digits()
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      try digits()
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("-") { _ = take("+") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let real = Double(text), real.isFinite else {
      throw failure("the number \(text) is too large", at: start)
    }
    return .real(real)
  }

  private mutating func digits() throws(JSONSyntaxError) {
    guard isDigit else { throw failure("found \(found), expected a digit") }
    while isDigit { position += 1 }
  }

  // MARK: Strings

  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("the string is not valid UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"):
        try escape(into: &content)
      case 0..<0x20:
        throw failure("found \(found) inside a string, expected its closing quote")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw failure("a string that begins here is not closed", at: start)
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONSyntaxError) {
    let start = position
    position += 1
    let escapes: [UInt8: UInt8] = [
      UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
      UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
      UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]
    if let byte = current, let escaped = escapes[byte] {
      content.append(escaped)
      position += 1
      return
    }
    guard take("u") else { throw failure("unknown escape in a string", at: start) }
    var code = try hexadecimal(from: start)
    if (0xD800..<0xDC00).contains(code), take("\\u") {
      let low = try hexadecimal(from: start)
      guard (0xDC00..<0xE000).contains(low) else {
        throw failure("half of a surrogate pair in a string", at: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure("half of a surrogate pair in a string", at: start)
    }
    content.append(contentsOf: Array(String(Character(scalar)).utf8))
  }

  private mutating func hexadecimal(from start: Int) throws(JSONSyntaxError) -> UInt32 {
    let text = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let code = UInt32(text, radix: 16)
    else { throw failure("expected four hexadecimal digits after \\u", at: start) }
    position += 4
    return code
  }

  // MARK: Bytes

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private var isDigit: Bool {
    current.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
  }

  private var found: String {
    guard let byte = current else { return "the end of the text" }
    switch byte {
    case 0x0A, 0x0D: return "the end of the line"
    case 0x21..<0x7F: return "\"\(Character(Unicode.Scalar(byte)))\""
    default: return "byte \(byte)"
    }
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
      position += 1
    }
  }

  private mutating func take(_ literal: StaticString) -> Bool {
    let end = position + literal.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    for offset in 0..<literal.utf8CodeUnitCount
    where bytes[position + offset] != literal.utf8Start[offset] {
      return false
    }
    position = end
    return true
  }

  private func failure(_ message: String, at place: Int? = nil) -> JSONSyntaxError {
    let before = bytes[..<(place ?? position)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JSONSyntaxError(line: line, column: column, message: message)
  }
}
