import Foundation
import Testing

@testable import Tensor

/// Digests, and files that know theirs.
@Suite struct DigestTests {
  /// The examples of FIPS 180-4, and in pieces the same as at once.
  @Test func theExamplesOfTheStandard() {
    #expect(
      SHA256().finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.digest(of: Data("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = SHA256()
    for _ in 0..<1_000 { million.update([UInt8](repeating: UInt8(ascii: "a"), count: 1_000)) }
    #expect(
      million.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    let pieces = SHA256()
    pieces.update("a")
    pieces.update(Data("xbcx".utf8).dropFirst().dropLast())
    #expect(pieces.finish() == SHA256.digest(of: Data("abc".utf8)))
    let numbers = SHA256()
    numbers.update([Float(1)])
    #expect(numbers.finish() == SHA256.digest(of: Data([0, 0, 0x80, 0x3f])))
  }

  private static func sample() -> SafetensorsFile {
    var file = SafetensorsFile(metadata: ["note": "a \"graph_distill.sha256\":\"x\" in a text"])
    file.set(Matrix<Float>(2, 2, [1, -2, 3.5, 4]), named: "weight")
    file.set([1, 2, 3], named: "list")
    return file
  }

  @Test func sealedFilesComeBackAndEveryFlippedBitIsSeen() throws {
    let data = Self.sample().sealed()
    let file = try SafetensorsFile(data: data, path: "f", sealed: true)
    #expect(file.tensors == Self.sample().tensors && file.metadata == Self.sample().metadata)
    for byte in data.indices {
      for bit in 0..<8 {
        var damaged = data
        damaged[byte] ^= 1 << bit
        #expect(throws: SafetensorsError.self, "byte \(byte), bit \(bit)") {
          try SafetensorsFile(data: damaged, path: "f", sealed: true)
        }
      }
    }
    for count in 0..<data.count {
      #expect(throws: SafetensorsError.self) {
        try SafetensorsFile(data: data.prefix(count), path: "f", sealed: true)
      }
    }
  }

  @Test func aFileWithoutADigestIsReadWhereNoneIsAskedFor() throws {
    let data = Self.sample().serialized()
    #expect(try SafetensorsFile(data: data, path: "f").tensors == Self.sample().tensors)
    let error = try #require(throws: SafetensorsError.self) {
      try SafetensorsFile(data: data, path: "f", sealed: true)
    }
    #expect(error.kind == .damaged && error.description.contains("f has no digest of itself"))
  }

  @Test func writingTellsTheDigestOfTheFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "w.safetensors")
    // What an earlier process left half written is in nobody's way.
    try Data("half".utf8).write(to: folder.appending(path: ".w.safetensors.new"))
    let digest = try Self.sample().write(to: url)
    #expect(digest == SHA256.digest(of: try Data(contentsOf: url)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w.safetensors"])
    _ = try SafetensorsFile(contentsOf: url, sealed: true)
  }
}
