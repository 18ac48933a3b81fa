import Graph
import Tensor

/// Reads data out of Python pickles of protocols 0 to 5, as Python 2 and 3 write them, without
/// Python's power: nothing is imported, nothing is called.
///
/// Built are numbers, text, bytes, lists, tuples, dictionaries, NumPy arrays of numbers and SciPy
/// matrices in compressed sparse rows, which are known by the names under which they are pickled.
/// Every other name and every other opcode is refused. The format: Python's `pickletools`.
///
/// What was made once can be taken from the memo again and again, at two bytes each. Time and memory
/// stay proportional to the pickle all the same: copies share their memory, and what is made of a
/// value anew (bytes of a text) may not be more than the pickle has bytes.
package struct PickleReader {
  private let bytes: [UInt8]
  private let location: String
  private var position = 0
  /// Where the opcode at hand begins, for messages.
  private var opcodeStart = 0
  private var opcode = ""
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  /// How many bytes were made of texts.
  private var encoded = 0

  /// Reads one whole pickle; `location` says in messages where the bytes come from.
  ///
  /// - Throws: ``DataError`` (malformed) for a truncated pickle, one with bytes left over, a
  ///   forbidden name or opcode, and opcodes that make no sense.
  package static func read(_ bytes: [UInt8], location: String) throws -> PickleValue {
    var reader = PickleReader(bytes: bytes, location: location)
    return try reader.run()
  }

  private init(bytes: [UInt8], location: String) {
    self.bytes = bytes
    self.location = location
  }

  private func fail(_ message: String) -> DataError {
    let place = opcode.isEmpty ? "byte \(opcodeStart)" : "byte \(opcodeStart) (\(opcode))"
    return .malformed(location, "the pickle, at \(place): \(message)")
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw fail(
        "it is truncated: \(count) bytes were expected, \(bytes.count - position) are left")
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  private mutating func byte() throws -> UInt8 { try take(1).first! }

  /// A little-endian number without sign, of up to 4 bytes.
  private mutating func unsigned(_ count: Int) throws -> Int {
    try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A length of 4 bytes, which Python 2 wrote with a sign.
  private mutating func length() throws -> Int {
    let length = Int(Int32(truncatingIfNeeded: try unsigned(4)))
    guard length >= 0 else { throw fail("a length is \(length)") }
    return length
  }

  /// A length of 8 bytes; one that no pickle has is told as truncated.
  private mutating func length8() throws -> Int {
    let length = try take(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(clamping: length)
  }

  /// The text up to the end of the line. Protocol 0 writes characters below 256 as single bytes.
  private mutating func line() throws -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else {
      throw fail("it is truncated: a line does not end")
    }
    defer { position = end + 1 }
    var text = String.UnicodeScalarView()
    for byte in bytes[position..<end] { text.append(Unicode.Scalar(byte)) }
    return String(text)
  }

  // MARK: Stack

  private mutating func pop() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0) else { throw fail("nothing is there to take") }
    return stack.removeLast()
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw fail("no mark is there") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pushText(_ count: Int) throws {
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw fail("a text is not in UTF-8")
    }
    push(.text(text))
  }

  private mutating func pushTuple(_ items: [PickleValue]) throws {
    for item in items {
      if case .dictionary = item { throw fail("a tuple that holds a dictionary is refused") }
    }
    let depth = 1 + (items.map(\.depth).max() ?? 0)
    guard depth <= 8 else { throw fail("tuples are nested more than 8 deep") }
    push(.tuple(items, depth: depth))
  }

  private mutating func memorize(_ key: Int) throws {
    guard stack.count > (marks.last ?? 0), let top = stack.last else {
      throw fail("nothing is there to remember")
    }
    memo[key] = top
  }

  private mutating func recall(_ key: Int) throws {
    guard let value = memo[key] else { throw fail("nothing was remembered as \(key)") }
    push(value)
  }

  private func append(_ items: [PickleValue], to list: PickleValue?) throws {
    guard case .list(let list)? = list else { throw fail("there is no list to append to") }
    if let item = items.first(where: { !$0.isPlain }) {
      throw fail("a list that holds \(item.kind) is refused; numbers and text are accepted")
    }
    list.items += items
  }

  private func set(_ items: [PickleValue], in dictionary: PickleValue?) throws {
    guard case .dictionary(let dictionary)? = dictionary else {
      throw fail("there is no dictionary to fill")
    }
    guard items.count % 2 == 0 else { throw fail("a key has no value") }
    for i in stride(from: 0, to: items.count, by: 2) {
      guard items[i].isPlain else { throw fail("a key is \(items[i].kind)") }
      if case .dictionary = items[i + 1] {
        throw fail("a dictionary that holds a dictionary is refused")
      }
      dictionary.items.append((items[i], items[i + 1]))
    }
  }

  // MARK: Opcodes

  private mutating func run() throws -> PickleValue {
    while true {
      opcodeStart = position
      opcode = ""
      let code = try byte()
      guard let name = PickleReader.names[code] else {
        let hexadecimal = "0x" + String(code, radix: 16)
        let refused = PickleReader.refused[code].map { "\($0) (\(hexadecimal))" } ?? hexadecimal
        throw fail(
          "the opcode \(refused) is forbidden; a pickle of protocol 0 to 5 with arrays, "
            + "dictionaries and lists only was expected")
      }
      opcode = name
      if name == "STOP" { break }
      try execute(name)
    }
    guard stack.count == 1, marks.isEmpty else { throw fail("\(stack.count) values are left") }
    guard position == bytes.count else {
      throw fail("\(bytes.count - position) bytes follow after its end")
    }
    return stack[0]
  }

  private mutating func execute(_ name: String) throws {
    switch name {
    case "PROTO":
      let version = try byte()
      guard version <= 5 else { throw fail("protocol \(version); 0 to 5 can be read") }
    case "FRAME": _ = try length8()
    case "MARK": marks.append(stack.count)
    case "POP": _ = try pop()
    case "NONE": push(.none)
    case "NEWTRUE": push(.boolean(true))
    case "NEWFALSE": push(.boolean(false))
    case "BININT1": push(.integer(try unsigned(1)))
    case "BININT2": push(.integer(try unsigned(2)))
    case "BININT": push(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
    case "INT", "LONG": push(try decimal(line()))
    case "LONG1": push(try long(Int(byte())))
    case "LONG4": push(try long(length()))
    case "FLOAT":
      let text = try line()
      guard let value = Double(text) else { throw fail("'\(text)' is no number") }
      push(.float(value))
    case "BINFLOAT":
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      push(.float(Double(bitPattern: bits)))
    case "SHORT_BINSTRING", "SHORT_BINBYTES": push(.bytes(Array(try take(Int(byte())))))
    case "BINSTRING": push(.bytes(Array(try take(length()))))
    case "BINBYTES": push(.bytes(Array(try take(unsigned(4)))))
    case "BINBYTES8", "BYTEARRAY8": push(.bytes(Array(try take(length8()))))
    case "SHORT_BINUNICODE": try pushText(Int(byte()))
    case "BINUNICODE": try pushText(unsigned(4))
    case "BINUNICODE8": try pushText(length8())
    case "STRING": push(.bytes(try unquoted(line())))
    case "UNICODE": push(.text(try unescaped(line())))
    case "EMPTY_LIST": push(.list(.init()))
    case "LIST":
      let items = try popToMark()
      let list = PickleValue.list(.init())
      try append(items, to: list)
      push(list)
    case "APPEND":
      let item = try pop()
      try append([item], to: stack.last)
    case "APPENDS":
      let items = try popToMark()
      try append(items, to: stack.last)
    case "EMPTY_DICT": push(.dictionary(.init()))
    case "DICT":
      let items = try popToMark()
      let dictionary = PickleValue.dictionary(.init())
      try set(items, in: dictionary)
      push(dictionary)
    case "SETITEM":
      let value = try pop()
      let key = try pop()
      try set([key, value], in: stack.last)
    case "SETITEMS":
      let items = try popToMark()
      try set(items, in: stack.last)
    case "EMPTY_TUPLE": try pushTuple([])
    case "TUPLE": try pushTuple(popToMark())
    case "TUPLE1": try pushTuple([pop()])
    case "TUPLE2":
      let last = try pop()
      try pushTuple([pop(), last])
    case "TUPLE3":
      let (last, middle) = try (pop(), pop())
      try pushTuple([pop(), middle, last])
    case "PUT": try memorize(key(line()))
    case "BINPUT": try memorize(unsigned(1))
    case "LONG_BINPUT": try memorize(unsigned(4))
    case "GET": try recall(key(line()))
    case "BINGET": try recall(unsigned(1))
    case "LONG_BINGET": try recall(unsigned(4))
    case "GLOBAL":
      let (module, name) = try (line(), line())
      guard let global = PickleGlobal(module: module, name: name) else {
        throw fail("it asks for \(module).\(name), which is forbidden: it may not build that")
      }
      push(.global(global))
    case "MEMOIZE": try memorize(memo.count)
    case "STACK_GLOBAL":
      let (last, first) = try (pop(), pop())
      guard case .text(let name) = last, case .text(let module) = first else {
        throw fail("it asks for \(last.kind) of \(first.kind); two texts were expected")
      }
      guard let global = PickleGlobal(module: module, name: name) else {
        throw fail("it asks for \(module).\(name), which is forbidden: it may not build that")
      }
      push(.global(global))
    case "REDUCE", "NEWOBJ":
      let arguments = try pop()
      let callable = try pop()
      push(try made(by: callable, arguments))
    case "BUILD":
      let state = try pop()
      try build(stack.last, state)
    default: throw fail("the opcode is forbidden")
    }
  }

  /// What calling a known name with these arguments stands for.
  private mutating func made(by callable: PickleValue, _ arguments: PickleValue) throws
    -> PickleValue
  {
    guard case .global(let global) = callable, let items = arguments.tuple else {
      throw fail("\(callable.kind) cannot make anything of \(arguments.kind)")
    }
    switch global {
    case .reconstruct:
      if case .global(.ndarray)? = items.first { return .array(.init()) }
    case .elementType:
      if let code = items.first?.name { return .elementType(.init(code: code)) }
    case .sparse: if items.isEmpty { return .sparse(.init()) }
    case .reconstructor:
      if items.count == 3, case .global(.sparse) = items[0] { return .sparse(.init()) }
    case .defaultDictionary: return .dictionary(.init())
    case .fromBuffer:
      if items.count == 4, case .bytes = items[0], let order = items[3].name,
        ["C", "F"].contains(order)
      {
        let array = PickleValue.Array()
        let state: [PickleValue] = [
          .integer(1), items[2], items[1], .boolean(order == "F"), items[0],
        ]
        array.contents = try contents(.tuple(state, depth: 2))
        return .array(array)
      }
    case .encode:
      if items.count == 2, case .text(let text) = items[0], items[1].name == "latin1" {
        encoded += text.unicodeScalars.count
        guard encoded <= bytes.count else {
          throw fail("its texts are made into more bytes than it has itself")
        }
        return .bytes(
          try text.unicodeScalars.map { scalar in
            guard let byte = UInt8(exactly: scalar.value) else {
              throw fail("the character \(scalar) is not in Latin-1")
            }
            return byte
          })
      }
    case .ndarray, .list, .object: break
    }
    throw fail("\(global.rawValue) is called with arguments that are not understood")
  }

  private func build(_ target: PickleValue?, _ state: PickleValue) throws {
    switch target {
    case .elementType(let type)?:
      // (version, order, subtype, names, fields, size, alignment, flags).
      guard let items = state.tuple, (5...16).contains(items.count),
        let order = items[1].name,
        items[2...4].allSatisfy({ if case .none = $0 { true } else { false } })
      else { throw fail("a structured or unknown element type is refused") }
      type.order = order
    case .array(let array)?: array.contents = try contents(state)
    case .sparse(let matrix)?: matrix.state = try sparseState(state)
    case let other: throw fail("\(other?.kind ?? "nothing") takes no state")
    }
  }

  /// An array from (version, shape, element type, whether in Fortran order, bytes).
  private func contents(_ state: PickleValue) throws -> NPYArray {
    guard let items = state.tuple, items.count == 5, let shape = items[1].tuple, shape.count <= 32,
      case .elementType(let type) = items[2]
    else { throw fail("the state of an array is not understood") }
    let fortranOrder: Bool
    switch items[3] {
    case .boolean(let value): fortranOrder = value
    case .integer(let value): fortranOrder = value != 0
    default: throw fail("the order of an array is \(items[3].kind)")
    }
    guard case .bytes(let data) = items[4] else {
      throw fail("the contents of an array are \(items[4].kind); an array of numbers was expected")
    }
    let extents = shape.compactMap(\.integer)
    guard extents.count == shape.count else { throw fail("the shape of an array has no numbers") }
    return try NPYArray(
      descriptor: (type.order == "=" ? "<" : type.order) + type.code, shape: extents,
      fortranOrder: fortranOrder, data: data,
      location: "\(location): the array that ends at byte \(opcodeStart) of the pickle")
  }

  private func sparseState(_ state: PickleValue) throws -> PickleValue.SparseState {
    guard case .dictionary(let dictionary) = state else {
      throw fail("the state of a sparse matrix is \(state.kind)")
    }
    guard dictionary.items.count <= 64 else {
      throw fail("the state of a sparse matrix has \(dictionary.items.count) attributes")
    }
    var fields: [String: PickleValue] = [:]
    for (key, value) in dictionary.items { if let name = key.name { fields[name] = value } }
    func array(_ name: String) throws -> NPYArray {
      guard case .array(let array)? = fields[name], let contents = array.contents else {
        throw fail("a sparse matrix has no array '\(name)'")
      }
      return contents
    }
    let shape = (fields["_shape"] ?? fields["shape"])?.tuple?.compactMap(\.integer) ?? []
    guard shape.count == 2 else { throw fail("a sparse matrix has no shape") }
    return try .init(
      shape: shape, data: array("data"), indices: array("indices"), indptr: array("indptr"))
  }

  // MARK: Numbers and text

  private func key(_ text: String) throws -> Int {
    guard let key = Int(text) else { throw fail("'\(text)' is no whole number") }
    return key
  }

  /// The INT and LONG of protocol 0, where 00 and 01 are booleans.
  private func decimal(_ text: String) throws -> PickleValue {
    if opcode == "INT", text == "00" || text == "01" { return .boolean(text == "01") }
    guard let value = Int(text.hasSuffix("L") ? text.dropLast() : text[...]) else {
      throw fail("'\(text)' is no whole number of 64 bits")
    }
    return .integer(value)
  }

  /// A number in two's complement of so many bytes, little-endian.
  private mutating func long(_ count: Int) throws -> PickleValue {
    guard count <= 8 else { throw fail("a whole number has more than 64 bits") }
    let digits = try take(count)
    let sign: UInt64 = (digits.last ?? 0) & 0x80 == 0 ? 0 : .max
    let pattern = digits.reversed().reduce(sign) { $0 << 8 | UInt64($1) }
    return .integer(Int(Int64(bitPattern: pattern)))
  }

  /// The bytes of a Python string literal.
  private func unquoted(_ text: String) throws -> [UInt8] {
    let literal = text.unicodeScalars.map { UInt8($0.value) }
    guard literal.count >= 2, literal.first == literal.last,
      literal[0] == UInt8(ascii: "'") || literal[0] == UInt8(ascii: "\"")
    else { throw fail("a string has no quotes") }
    var result: [UInt8] = []
    var rest = literal[1..<(literal.count - 1)]
    while let character = rest.popFirst() {
      guard character == UInt8(ascii: "\\") else {
        result.append(character)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "x"):
        guard
          let value = hexadecimal(rest.prefix(2).lazy.map { Unicode.Scalar($0) }, digits: 2)
            .flatMap(UInt8.init(exactly:))
        else { throw fail("a string has a damaged escape") }
        result.append(value)
        rest = rest.dropFirst(2)
      case let quoted? where #"\'""#.utf8.contains(quoted): result.append(quoted)
      default: throw fail("a string has an unknown escape")
      }
    }
    return result
  }

  /// Text in which \uXXXX stands for a character.
  private func unescaped(_ text: String) throws -> String {
    guard text.contains("\\") else { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      guard rest.popFirst() == "u", let value = hexadecimal(rest.prefix(4), digits: 4),
        let decoded = Unicode.Scalar(value)
      else { throw fail("a text has an unknown escape") }
      result.append(decoded)
      rest = rest.dropFirst(4)
    }
    return String(result)
  }

  /// The number that so many hexadecimal digits are; nil for anything else.
  private func hexadecimal(_ text: some Sequence<Unicode.Scalar>, digits: Int) -> UInt32? {
    var (value, count) = (UInt32(0), 0)
    for scalar in text {
      guard let digit = Character(scalar).hexDigitValue, scalar.isASCII else { return nil }
      value = value << 4 | UInt32(digit)
      count += 1
    }
    return count == digits ? value : nil
  }

  /// The opcodes that are understood.
  private static let names: [UInt8: String] = [
    0x80: "PROTO", 0x28: "MARK", 0x2e: "STOP", 0x30: "POP", 0x4e: "NONE", 0x88: "NEWTRUE",
    0x89: "NEWFALSE", 0x4b: "BININT1", 0x4d: "BININT2", 0x4a: "BININT", 0x49: "INT",
    0x4c: "LONG", 0x8a: "LONG1", 0x8b: "LONG4", 0x46: "FLOAT", 0x47: "BINFLOAT",
    0x55: "SHORT_BINSTRING", 0x54: "BINSTRING", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES",
    0x58: "BINUNICODE", 0x53: "STRING", 0x56: "UNICODE", 0x5d: "EMPTY_LIST", 0x6c: "LIST",
    0x61: "APPEND", 0x65: "APPENDS", 0x7d: "EMPTY_DICT", 0x64: "DICT", 0x73: "SETITEM",
    0x75: "SETITEMS", 0x29: "EMPTY_TUPLE", 0x74: "TUPLE", 0x85: "TUPLE1", 0x86: "TUPLE2",
    0x87: "TUPLE3", 0x70: "PUT", 0x71: "BINPUT", 0x72: "LONG_BINPUT", 0x67: "GET",
    0x68: "BINGET", 0x6a: "LONG_BINGET", 0x63: "GLOBAL", 0x52: "REDUCE", 0x81: "NEWOBJ",
    0x62: "BUILD", 0x93: "STACK_GLOBAL", 0x94: "MEMOIZE", 0x95: "FRAME", 0x8c: "SHORT_BINUNICODE",
    0x8d: "BINUNICODE8", 0x8e: "BINBYTES8", 0x96: "BYTEARRAY8",
  ]

  /// The names of opcodes that are refused, for messages.
  private static let refused: [UInt8: String] = [
    0x69: "INST", 0x6f: "OBJ", 0x50: "PERSID", 0x51: "BINPERSID", 0x82: "EXT1", 0x83: "EXT2",
    0x84: "EXT4", 0x92: "NEWOBJ_EX", 0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET",
    0x97: "NEXT_BUFFER",
    0x98: "READONLY_BUFFER", 0x31: "POP_MARK", 0x32: "DUP",
  ]
}
