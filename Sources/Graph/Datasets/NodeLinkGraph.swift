/// A graph as NetworkX's node-link JSON describes it:
/// `{"directed": true, "multigraph": false, "nodes": [{"id": 0}, ...],
/// "links": [{"source": 0, "target": 5}, ...]}`.
///
/// Keys may come in any order, other keys and attributes are passed over whatever they hold, and
/// the list of links may be called "edges", as NetworkX 3.4 does. Node ids must be the numbers
/// 0 to n - 1, each once. Without "directed", a graph is undirected, as in NetworkX.
struct NodeLinkGraph {
  /// The number of nodes.
  var nodeCount: Int
  /// Whether links are edges from source to target only.
  var isDirected: Bool
  /// The source of each link.
  var sources: [Int32]
  /// The target of each link.
  var targets: [Int32]

  /// Scans the JSON text.
  ///
  /// - Throws: ``DataError`` (malformed), with line and byte, for text that is no JSON or not of
  ///   this form, and for node ids and link ends outside 0 ..< n.
  init(parsing json: [UInt8], location: String) throws {
    var isDirected = false
    var ids: [Int32]?
    var links: (sources: [Int32], targets: [Int32])?
    try json.withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes: bytes, location: location)
      try scanner.object { scanner, key in
        switch key {
        case "directed":
          isDirected = try scanner.boolean()
        case "multigraph":
          _ = try scanner.boolean()
        case "nodes":
          guard ids == nil else { throw scanner.fail("the key \"nodes\" occurs twice") }
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
    self.isDirected = isDirected
    (sources, targets) = links
  }

  private static func nodes(_ scanner: inout JSONScanner) throws -> [Int32] {
    var ids: [Int32] = []
    try scanner.array { scanner in
      var id: Int32?
      try scanner.object { scanner, key in
        if key == "id" { id = try scanner.integer() } else { try scanner.skipValue() }
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
          source = try scanner.integer()
        } else if key == "target" {
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
  /// A key as its bytes in the text. An escaped spelling of a key is another key.
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
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    position = bytes.count
    throw unexpected("the end of a string")
  }

  @inline(__always)
  mutating func integer() throws -> Int32 {
    let negative = accept(UInt8(ascii: "-"))
    _ = peek()
    let start = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10
    {
      value = value * 10 + Int(digit)
      guard value <= Int(Int32.max) else {
        position = start
        throw unexpected("a number below 2,147,483,648")
      }
      position += 1
    }
    let next = position < bytes.count ? bytes[position] : 0
    let isFraction = next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e")
    guard position > start, !isFraction else {
      position = start
      throw unexpected("a whole number")
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
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        position += 1
        continue
      default: break
      }
      break
    }
    guard position > start else { throw unexpected("a value") }
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
