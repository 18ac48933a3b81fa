import Foundation
import Records

// MARK: Writing

extension SafetensorsFile {
  /// The bytes of the file.
  public func serialized() -> Data {
    let ordered = tensors.sorted {
      ($1.value.type.size, $0.key) < ($0.value.type.size, $1.key)
    }
    var entries: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(json($0.key)):\(json($0.value))" }
      entries.append("\"\(Self.metadataKey)\":{\(texts.joined(separator: ","))}")
    }
    var end = 0
    for (name, tensor) in ordered {
      let start = end
      end += tensor.bytes.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        """
        \(json(name)):{"dtype":"\(tensor.type.rawValue)","shape":[\(shape)],\
        "data_offsets":[\(start),\(end)]}
        """)
    }
    var header = Data("{\(entries.joined(separator: ","))}".utf8)
    header.append(Data(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))

    var result = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    result.reserveCapacity(8 + header.count + end)
    result.append(header)
    for (_, tensor) in ordered { result.append(tensor.bytes) }
    return result
  }

  /// Writes the file, with a digest of itself, so that it is on disk when this returns: at every moment
  /// `url` holds the old file or the whole new one.
  ///
  /// - Returns: The SHA-256 of the file, as `sha256sum` prints it.
  /// - Throws: ``SafetensorsError`` if it cannot be written.
  @discardableResult
  public func write(to url: URL) throws -> String {
    let data = sealed()
    do {
      try DurableFile.write(data, to: url)
    } catch {
      throw SafetensorsError(
        url.path, .unwritable, "cannot be written: \(error.localizedDescription)")
    }
    return SHA256.digest(of: data)
  }

  private func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\0"..<" ":
        result += "\\u00" + (scalar.value < 16 ? "0" : "")
        result += String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

// MARK: Reading

extension SafetensorsFile {
  /// Reads and checks a file.
  ///
  /// - Parameter sealed: Whether it must have a digest of itself, as files have that ``write(to:)``
  ///   wrote. One that is there is checked in any case.
  /// - Throws: ``SafetensorsError`` if it is missing, cannot be read, is not what its digest says, or
  ///   breaks the format: every byte after the header must belong to exactly one tensor, and every
  ///   tensor must have as many bytes as its shape and type say.
  public init(contentsOf url: URL, sealed: Bool = false) throws {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw SafetensorsError(url.path, .missing, "does not exist")
    }
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw SafetensorsError(
        url.path, .unreadable, "cannot be read: \(error.localizedDescription)")
    }
    try self.init(data: data, path: url.path, sealed: sealed)
  }

  /// Checks and takes apart the bytes of a file; `path` is what error messages call it.
  ///
  /// - Throws: ``SafetensorsError`` as `init(contentsOf:)`.
  public init(data: Data, path: String, sealed: Bool = false) throws {
    self.path = path
    try Self.checkSeal(of: data, path, required: sealed)
    let (header, body) = try Self.split(data, path)
    metadata = header.metadata
    metadata[Self.sealKey] = nil
    var covered = 0
    for entry in header.entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      func fail(_ problem: String) -> SafetensorsError {
        SafetensorsError(path, tensor: entry.name, .malformed, problem)
      }
      guard let type = StoredType(rawValue: entry.dtype) else {
        let known = StoredType.allCases.map(\.rawValue).joined(separator: ", ")
        throw fail("has the unknown type \"\(entry.dtype)\"; known are \(known)")
      }
      guard entry.start >= 0, entry.start <= entry.end, entry.end <= body.count else {
        throw fail(
          "lies at bytes \(entry.start) to \(entry.end), but the file has \(body.count) bytes "
            + "of data: it is truncated or corrupted")
      }
      guard entry.start == covered else {
        throw fail(
          "starts at byte \(entry.start) of the data, but the tensors before it end at \(covered)")
      }
      guard let size = Self.byteCount(shape: entry.shape, type: type) else {
        throw fail("has the impossible shape \(entry.shape)")
      }
      guard size == entry.end - entry.start else {
        throw fail(
          "has \(entry.end - entry.start) bytes, but \(entry.dtype) values of the shape "
            + "\(entry.shape) take \(size)")
      }
      let bytes = body.dropFirst(entry.start).prefix(size)
      if type == .bool, let bad = bytes.first(where: { $0 > 1 }) {
        throw fail("is BOOL but holds the byte \(bad), which is neither 0 nor 1")
      }
      tensors[entry.name] = StoredTensor(type: type, shape: entry.shape, bytes: bytes)
      covered = entry.end
    }
    guard covered == body.count else {
      throw SafetensorsError(
        path, .malformed,
        "has \(body.count) bytes of data, but its tensors end at byte \(covered)")
    }
  }

  private static func split(_ data: Data, _ path: String) throws -> (Header, Data) {
    func fail(_ problem: String) -> SafetensorsError {
      SafetensorsError(path, .malformed, problem)
    }
    guard data.count >= 8 else {
      throw fail("has \(data.count) bytes, but a safetensors file starts with 8 bytes of length")
    }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(data.count - 8) else {
      throw fail(
        "declares a header of \(length) bytes, but only \(data.count - 8) follow: "
          + "it is truncated or no safetensors file")
    }
    let text = data.dropFirst(8).prefix(Int(length))
    do {
      let header = try Header(JSONParser.parse(text))
      return (header, data.dropFirst(8 + Int(length)))
    } catch let error as JSONSyntaxError {
      throw fail("has a header that cannot be read: \(error.description)")
    } catch let error as JSONProblem {
      throw fail("has a header that cannot be read: \(error.description)")
    }
  }

  /// The bytes that a shape takes, or nil where it is negative or beyond all memory.
  private static func byteCount(shape: [Int], type: StoredType) -> Int? {
    var result = type.size
    for size in shape {
      let (product, overflow) = result.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      result = product
    }
    return result
  }
}

/// What the header of a file says.
private struct Header {
  struct Entry {
    let name: String
    let dtype: String
    let shape: [Int]
    let start: Int
    let end: Int
  }

  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  init(_ document: JSONValue) throws(JSONProblem) {
    let integer = FieldRule<Int>.integer(.min ... .max)
    var sizes = FieldRule<[Int]>.list(of: integer, count: 0...1_000)
    sizes.expected = "a list of integers"
    var bounds = FieldRule<[Int]>.list(of: integer, count: 2...2)
    bounds.expected = "two integers, the first byte and the end"
    let members = try JSONMembers(document)
    for key in members.keys {
      let fields = try members.object(key)
      if key == SafetensorsFile.metadataKey {
        for name in fields.keys { metadata[name] = try fields.value(name, .text) }
        continue
      }
      let ends = try fields.value("data_offsets", bounds)
      entries.append(
        Entry(
          name: key, dtype: try fields.value("dtype", .text),
          shape: try fields.value("shape", sizes), start: ends[0], end: ends[1]))
    }
  }
}
