import Foundation
import Graph
import Records

/// A graph as NetworkX's node-link JSON describes it:
/// `{"directed": true, "multigraph": false, "nodes": [{"id": 0}, ...],
/// "links": [{"source": 0, "target": 5}, ...]}`.
///
/// Keys may come in any order, none that is listed here twice; other keys and attributes are passed
/// over whatever they hold, and the list of links may be called "edges", as NetworkX 3.4 does. Node ids must be the numbers
/// 0 to n - 1, each once. Without "directed", a graph is undirected, as in NetworkX.
package struct NodeLinkGraph {
  /// The number of nodes.
  package var nodeCount: Int
  /// Whether links are edges from source to target only.
  package var isDirected: Bool
  /// The source of each link.
  package var sources: [Int32]
  /// The target of each link.
  package var targets: [Int32]

  /// Scans the JSON text.
  ///
  /// - Throws: ``DataError`` (malformed), with line and byte, for text that is no JSON or not of
  ///   this form, and for node ids and link ends outside 0 ..< n.
  package init(parsing json: [UInt8], location: String) throws {
    var isDirected: Bool?
    var isMultigraph: Bool?
    var ids: [Int32]?
    var links: (sources: [Int32], targets: [Int32])?
    try json.withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes: bytes, location: location)
      try scanner.object { scanner, key in
        switch key {
        case "directed":
          guard isDirected == nil else { throw scanner.repetition(of: key) }
          isDirected = try scanner.boolean()
        case "multigraph":
          guard isMultigraph == nil else { throw scanner.repetition(of: key) }
          isMultigraph = try scanner.boolean()
        case "nodes":
          guard ids == nil else { throw scanner.repetition(of: key) }
          ids = try NodeLinkGraph.nodes(&scanner)
        case "links", "edges":
          guard links == nil else { throw scanner.fail("there is a second list of links") }
          links = try NodeLinkGraph.links(&scanner)
        default:
          try scanner.skipValue()
        }
      }
      try scanner.end()
    }
    guard let ids else { throw DataError.malformed(location, "the JSON has no list \"nodes\"") }
    guard let links else { throw DataError.malformed(location, "the JSON has no list \"links\"") }
    var seen = [Bool](repeating: false, count: ids.count)
    for (position, id) in ids.enumerated() {
      guard id >= 0, id < ids.count, !seen[Int(id)] else {
        throw DataError.malformed(
          location,
          "node \(position) (counted from 0) has the id \(id); the ids must be 0 to "
            + "\(ids.count - 1), each once")
      }
      seen[Int(id)] = true
    }
    for (end, list) in [("source", links.sources), ("target", links.targets)] {
      if let link = list.firstIndex(where: { $0 < 0 || $0 >= ids.count }) {
        throw DataError.malformed(
          location,
          "link \(link) (counted from 0) has the \(end) \(list[link]), but the nodes are 0 to "
            + "\(ids.count - 1)")
      }
    }
    self.nodeCount = ids.count
    self.isDirected = isDirected ?? false
    (sources, targets) = links
  }

  private static func nodes(_ scanner: inout JSONScanner) throws -> [Int32] {
    var ids: [Int32] = []
    try scanner.array { scanner in
      var id: Int32?
      try scanner.object { scanner, key in
        if key == "id" {
          guard id == nil else { throw scanner.repetition(of: key) }
          id = try scanner.integer()
        } else {
          try scanner.skipValue()
        }
      }
      guard let id else { throw scanner.fail("node \(ids.count) has no \"id\"") }
      ids.append(id)
    }
    return ids
  }

  private static func links(
    _ scanner: inout JSONScanner
  ) throws -> (sources: [Int32], targets: [Int32]) {
    var sources: [Int32] = []
    var targets: [Int32] = []
    try scanner.array { scanner in
      var source: Int32?
      var target: Int32?
      try scanner.object { scanner, key in
        if key == "source" {
          guard source == nil else { throw scanner.repetition(of: key) }
          source = try scanner.integer()
        } else if key == "target" {
          guard target == nil else { throw scanner.repetition(of: key) }
          target = try scanner.integer()
        } else {
          try scanner.skipValue()
        }
      }
      guard let source, let target else {
        throw scanner.fail("link \(sources.count) lacks a \"source\" or a \"target\"")
      }
      sources.append(source)
      targets.append(target)
    }
    return (sources, targets)
  }
}

/// A reader of JSON text that makes nothing but what it is asked for: a data set's 59 MB pass in a
/// fraction of a second. (In this file because only so are its small functions inlined in a build
/// for debugging.)
private struct JSONScanner {
  /// A key as its bytes in the text.
  struct Key {
    let bytes: UnsafeBufferPointer<UInt8>.SubSequence

    @inline(__always)
    static func == (key: Key, name: StaticString) -> Bool {
      guard key.bytes.count == name.utf8CodeUnitCount else { return false }
      var pointer = name.utf8Start
      for byte in key.bytes {
        guard byte == pointer.pointee else { return false }
        pointer += 1
      }
      return true
    }

    @inline(__always)
    static func ~= (name: StaticString, key: Key) -> Bool { key == name }
  }

  let bytes: UnsafeBufferPointer<UInt8>
  let location: String
  private var position = 0

  init(bytes: UnsafeBufferPointer<UInt8>, location: String) {
    self.bytes = bytes
    self.location = location
  }

  func fail(_ message: String) -> DataError {
    let passed = bytes[0..<min(position, bytes.count)]
    let line = 1 + passed.lazy.filter { $0 == UInt8(ascii: "\n") }.count
    return .malformed(location, "line \(line), byte \(position): \(message)")
  }

  func repetition(of key: Key) -> DataError {
    fail("the key \"\(String(decoding: key.bytes, as: UTF8.self))\" occurs twice in one object")
  }

  private func unexpected(_ expected: String) -> DataError {
    guard position < bytes.count else {
      return fail("\(expected) was expected, but the text ends here; the file is truncated")
    }
    let text = String(decoding: bytes[position..<min(position + 12, bytes.count)], as: UTF8.self)
    return fail("\(expected) was expected, but there is '\(text)'")
  }

  /// Goes past white space and returns the byte there; 0 at the end.
  @inline(__always)
  private mutating func peek() -> UInt8 {
    while position < bytes.count {
      let byte = bytes[position]
      if byte > 0x20 || !(byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) {
        return byte
      }
      position += 1
    }
    return 0
  }

  @inline(__always)
  private mutating func accept(_ byte: UInt8) -> Bool {
    guard peek() == byte, position < bytes.count else { return false }
    position += 1
    return true
  }

  @inline(__always)
  private mutating func expect(_ byte: UInt8) throws {
    guard accept(byte) else { throw unexpected("'\(Character(UnicodeScalar(byte)))'") }
  }

  /// Reads an object; `value` reads the value of each key.
  @inline(__always)
  mutating func object(_ value: (inout JSONScanner, Key) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    if accept(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      if bytes[key].contains(UInt8(ascii: "\\")) { try requireUnknown(key) }
      try expect(UInt8(ascii: ":"))
      try value(&self, Key(bytes: bytes[key]))
    } while accept(UInt8(ascii: ","))
    guard accept(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
  }

  /// Reads an array; `element` reads each element.
  @inline(__always)
  mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try expect(UInt8(ascii: "["))
    if accept(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while accept(UInt8(ascii: ","))
    guard accept(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
  }

  /// Sees to it that a key with escapes is none of those that are read, whose bytes are compared as
  /// they are.
  private func requireUnknown(_ key: Range<Int>) throws {
    let quoted = [UInt8(ascii: "\"")] + bytes[key] + [UInt8(ascii: "\"")]
    guard case .string(let letters)? = try? JSONParser.parse(quoted) else {
      throw fail("a key before this holds a damaged escape")
    }
    let read = ["directed", "multigraph", "nodes", "links", "edges", "id", "source", "target"]
    guard !read.contains(letters) else {
      throw fail("the key \"\(letters)\" is spelt with escapes; it was expected in plain letters")
    }
  }

  /// Where a string's bytes are between its quotes, escapes left as they are.
  @inline(__always)
  mutating func string() throws -> Range<Int> {
    guard accept(UInt8(ascii: "\"")) else { throw unexpected("a string") }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return start..<(position - 1)
      }
      if byte == UInt8(ascii: "\\") {
        try skipEscape()
      } else {
        guard byte >= 0x20 else { throw unexpected("the end of a string") }
        position += 1
      }
    }
    throw unexpected("the end of a string")
  }

  /// Goes past a backslash and what belongs to it.
  private mutating func skipEscape() throws {
    let length = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "u") ? 6 : 2
    let escape = bytes[position..<min(position + length, bytes.count)]
    let isWhole =
      length == 2
      ? escape.last.map { #""\/bfnrt"#.utf8.contains($0) } ?? false
      : escape.dropFirst(2).allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    guard escape.count == length, isWhole else { throw unexpected("an escape of JSON") }
    position += length
  }

  @inline(__always)
  private var isDigit: Bool {
    position < bytes.count && bytes[position] &- UInt8(ascii: "0") < 10
  }

  @inline(__always)
  mutating func integer() throws -> Int32 {
    let negative = accept(UInt8(ascii: "-"))
    // White space may come before the sign, not after it.
    if !negative { _ = peek() }
    let start = position
    var value = 0
    while isDigit {
      value = value * 10 + Int(bytes[position] &- UInt8(ascii: "0"))
      guard value <= Int(Int32.max) else {
        position = start
        throw unexpected("a number below 2,147,483,648")
      }
      position += 1
    }
    let next = position < bytes.count ? bytes[position] : 0
    let isFraction = next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e")
    let hasLeadingZero = position > start + 1 && bytes[start] == UInt8(ascii: "0")
    guard position > start, !isFraction, !hasLeadingZero else {
      position = start
      throw unexpected("a whole number" + (hasLeadingZero ? " without a leading zero" : ""))
    }
    return Int32(negative ? -value : value)
  }

  mutating func boolean() throws -> Bool {
    if word("true") { return true }
    if word("false") { return false }
    throw unexpected("true or false")
  }

  /// Goes past one value of any kind. Without recursion, so that no depth of nesting can exhaust
  /// the stack.
  mutating func skipValue() throws {
    var closers: [UInt8] = []
    repeat {
      // Here a value begins.
      switch peek() {
      case UInt8(ascii: "{"):
        position += 1
        if !accept(UInt8(ascii: "}")) {
          closers.append(UInt8(ascii: "}"))
          try skipKey()
          continue
        }
      case UInt8(ascii: "["):
        position += 1
        if !accept(UInt8(ascii: "]")) {
          closers.append(UInt8(ascii: "]"))
          continue
        }
      case UInt8(ascii: "\""): _ = try string()
      default: try skipWord()
      }
      // Here a value has ended: what it was in ends too, or goes on with the next.
      while let closer = closers.last {
        if accept(closer) {
          closers.removeLast()
        } else if accept(UInt8(ascii: ",")) {
          if closer == UInt8(ascii: "}") { try skipKey() }
          break
        } else {
          throw unexpected("',' or '\(Character(UnicodeScalar(closer)))'")
        }
      }
    } while !closers.isEmpty
  }

  private mutating func skipKey() throws {
    _ = try string()
    try expect(UInt8(ascii: ":"))
  }

  /// Goes past a number or a name; Python also writes NaN, Infinity and -Infinity.
  private mutating func skipWord() throws {
    for name in ["true", "false", "null", "NaN", "Infinity", "-Infinity"] as [StaticString]
    where word(name) { return }
    if bytes[position...].first == UInt8(ascii: "-") { position += 1 }
    if bytes[position...].first == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits("a value")
    }
    if bytes[position...].first == UInt8(ascii: ".") {
      position += 1
      try skipDigits("a digit")
    }
    if let mark = bytes[position...].first, mark | 0x20 == UInt8(ascii: "e") {
      position += 1
      if let sign = bytes[position...].first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
      {
        position += 1
      }
      try skipDigits("a digit")
    }
  }

  private mutating func skipDigits(_ expected: String) throws {
    guard isDigit else { throw unexpected(expected) }
    while isDigit { position += 1 }
  }

  private mutating func word(_ name: StaticString) -> Bool {
    _ = peek()
    let end = position + name.utf8CodeUnitCount
    guard end <= bytes.count, Key(bytes: bytes[position..<end]) == name else { return false }
    position = end
    return true
  }

  /// Sees to it that nothing follows.
  mutating func end() throws {
    _ = peek()
    guard position == bytes.count else { throw unexpected("the end of the text") }
  }
}
