import Foundation

// A file's digest of itself, among its metadata: the SHA-256 of all its bytes, with 64 zeros where
// the digest stands. Other readers of the format see one more text.

extension SafetensorsFile {
  static let sealKey = "graph_distill.sha256"
  private static let blank = String(repeating: "0", count: 64)

  /// The bytes of the file with a digest of themselves.
  public func sealed() -> Data {
    var file = self
    file.metadata[Self.sealKey] = Self.blank
    var data = file.serialized()
    guard let place = Self.seal(in: data) else {
      preconditionFailure("a file without the digest that it was given")
    }
    data.replaceSubrange(place, with: Data(SHA256.digest(of: data).utf8))
    return data
  }

  /// Makes sure that a file's digest, where it has one, is that of its bytes.
  ///
  /// - Parameter required: Whether a file without a digest is refused.
  static func checkSeal(of data: Data, _ path: String, required: Bool) throws {
    guard let place = seal(in: data) else {
      guard required else { return }
      throw SafetensorsError(
        path, .damaged, "has no digest of itself: it is damaged, or of an earlier version")
    }
    let digest = SHA256()
    digest.update(data[data.startIndex..<place.lowerBound])
    digest.update(blank)
    digest.update(data[place.upperBound...])
    guard digest.finish() == String(decoding: data[place], as: UTF8.self) else {
      throw SafetensorsError(
        path, .damaged, "is damaged: its bytes are not those that its digest was made of")
    }
  }

  /// Where the digest stands in the header. A quote within a JSON string has a backslash before it,
  /// so nothing else can be taken for the key.
  private static func seal(in data: Data) -> Range<Data.Index>? {
    guard data.count >= 8 else { return nil }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let header = data.dropFirst(8).prefix(Int(clamping: length))
    let key = Data("\"\(sealKey)\":\"".utf8)
    guard let found = header.range(of: key), header.endIndex - found.upperBound >= blank.utf8.count
    else { return nil }
    return found.upperBound..<found.upperBound + blank.utf8.count
  }
}
