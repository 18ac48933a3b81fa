import Datasets

/// Several files in one input: after each line "=== NAME" stand the bytes of a file, up to the
/// next such line.
struct FuzzedFiles: FileBundle {
  let location = "fuzz"
  private var files: [String: [UInt8]] = [:]
  /// Their names, in the order of the input; one twice where it is there twice.
  private(set) var names: [String] = []

  init(_ bytes: [UInt8]) {
    let mark = Array("=== ".utf8)
    var rest = bytes[...]
    while rest.starts(with: mark), let end = rest.firstIndex(of: 0x0a) {
      let name = String(decoding: rest[(rest.startIndex + mark.count)..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      let next = rest.indices.first {
        rest[$0] == 0x0a && rest[($0 + 1)...].starts(with: mark)
      }
      names.append(name)
      files[name] = Array(rest[..<(next ?? rest.endIndex)])
      rest = next.map { rest[($0 + 1)...] } ?? []
    }
  }

  func contains(_ name: String) -> Bool { files[name] != nil }

  func read(_ name: String) throws -> [UInt8] {
    guard let file = files[name] else {
      throw DataError(.missing, at: location, "there is no file \(name)")
    }
    return file
  }
}
