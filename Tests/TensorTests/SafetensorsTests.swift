import Foundation
import Testing

@testable import Tensor

@Suite struct SafetensorsTests {
  static let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// A small file with every type that can be written.
  static let sample: SafetensorsFile = {
    var file = SafetensorsFile(metadata: ["epoch": "3", "quoted \"text\"\n": "back\\slash é 🙂"])
    file.set(
      Matrix<Double>(2, 3, [1, -2.5, .pi, 1e300, -0.0, .leastNonzeroMagnitude]),
      named: "layer.weight")
    file.set(Matrix<Float>(1, 2, [0.1, -3]), named: "a \"float\"")
    file.set([Int.min, 0, Int.max], named: "long")
    file.set([Int32.min, 7], named: "int")
    file.set([true, false, true], named: "flags")
    file.set(Matrix<Float>(zeros: 0, 4), named: "empty")
    return file
  }()

  /// A file from a header and data, with a right header length.
  static func file(_ header: String, _ body: [UInt8] = []) -> Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
      + Data(body)
  }

  static func read(_ data: Data) throws -> SafetensorsFile {
    try SafetensorsFile(data: data, path: "some/file.safetensors")
  }

  /// The error that reading `data` throws.
  static func failure(_ data: Data) throws -> SafetensorsError {
    try #require(throws: SafetensorsError.self) { _ = try read(data) }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let file = try Self.read(Self.sample.serialized())
    #expect(file.tensors == Self.sample.tensors)
    #expect(file.metadata == Self.sample.metadata)
    let weight: Matrix<Double> = try file.matrix(named: "layer.weight")
    #expect(weight.rows == 2 && weight.columns == 3)
    #expect(weight.elements == [1, -2.5, .pi, 1e300, -0.0, .leastNonzeroMagnitude])
    #expect(weight[1, 1].sign == .minus)
    #expect(try file.matrix(named: "a \"float\"", as: Float.self).elements == [0.1, -3])
    #expect(try file.matrix(named: "a \"float\"", as: Double.self)[0, 0] == Double(Float(0.1)))
    #expect(try file.matrix(named: "layer.weight", as: Float.self)[0, 2] == Float(Double.pi))
    #expect(try file.integers(named: "long") == [.min, 0, .max])
    #expect(try file.integers(named: "int") == [Int(Int32.min), 7])
    #expect(try file.integers(named: "flags") == [1, 0, 1])
    #expect(try file.flags(named: "flags") == [true, false, true])
    let empty: Matrix<Float> = try file.matrix(named: "empty")
    #expect(empty.rows == 0 && empty.columns == 4)
  }

  @Test func notANumberAndInfinitySurvive() throws {
    var file = SafetensorsFile()
    file.set(Matrix<Float>(1, 3, [.nan, .infinity, -.infinity]), named: "x")
    let values = try Self.read(file.serialized()).matrix(named: "x", as: Float.self).elements
    #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity)
  }

  @Test func theBytesDoNotDependOnTheOrderOfInsertion() {
    let names = (0..<20).map { "tensor\($0)" }
    func bytes(_ order: [String]) -> Data {
      var file = SafetensorsFile()
      for name in order { file.set([name.count, 1], named: name) }
      for name in order { file.metadata[name] = name }
      return file.serialized()
    }
    #expect(bytes(names) == bytes(names.reversed()))
  }

  @Test func theHeaderIsPaddedAndTensorsAreAligned() throws {
    for length in 1...9 {
      var file = SafetensorsFile()
      file.set([true], named: "a")
      file.set(Matrix<Double>(1, 1, [2]), named: String(repeating: "b", count: length))
      let bytes = file.serialized()
      let header = bytes[0]
      #expect(header % 8 == 0 && bytes[1..<8].allSatisfy { $0 == 0 })
      #expect(bytes.suffix(9) == Data([0, 0, 0, 0, 0, 0, 0, 0x40, 1]))
      #expect(bytes.count == 8 + Int(header) + 9)
    }
  }

  @Test func anEmptyFileHasNoTensors() throws {
    let file = try Self.read(SafetensorsFile().serialized())
    #expect(file.tensors.isEmpty && file.metadata.isEmpty)
  }

  @Test func narrowTypesAreWidened() throws {
    let file = try Self.read(
      Self.file(
        """
        {"half":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},\
        "brain":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]},\
        "byte":{"dtype":"U8","shape":[2],"data_offsets":[10,12]},\
        "one":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}
        """, [0, 0x3c, 0, 0xc1, 1, 0, 0x80, 0x3f, 0x20, 0xc1, 255, 3, 0, 0, 0, 0xbf]))
    #expect(try file.matrix(named: "half", as: Float.self).elements == [1, -2.5, 5.9604645e-08])
    #expect(try file.matrix(named: "brain", as: Double.self).elements == [1, -10])
    #expect(try file.integers(named: "byte") == [255, 3])
    let one = try file.matrix(named: "one", as: Float.self)
    #expect(one.rows == 1 && one.columns == 1 && one[0, 0] == -0.5)
  }

  @Test func aFileOfThePythonLibraryIsRead() throws {
    let file = try SafetensorsFile(
      contentsOf: Self.fixtures.appendingPathComponent("activations.safetensors"))
    let input: Matrix<Double> = try file.matrix(named: "relu.input")
    let output: Matrix<Double> = try file.matrix(named: "relu.output")
    #expect(input.elements == [-40, -7.5, -1, -0.3, -1e-3, 1e-3, 0.4, 1, 2.5, 40])
    #expect(output.elements == input.elements.map { max($0, 0) })

    let losses = try SafetensorsFile(
      contentsOf: Self.fixtures.appendingPathComponent("bce.safetensors"))
    let known = [true, true, false, true, true, false, true, true, false]
    #expect(try losses.flags(named: "known") == known)
    #expect(try losses.matrix(named: "logits", as: Float.self).rows == known.count)
  }

  @Test func everyFixtureIsReadAndComesBackUnchanged() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.fixtures, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "safetensors" }
    #expect(files.count >= 19)
    for url in files {
      let file = try SafetensorsFile(contentsOf: url)
      #expect(!file.tensors.isEmpty)
      #expect(try Self.read(file.serialized()).tensors == file.tensors)
    }
  }

  // MARK: Files on disk

  @Test func writingReplacesTheOldFileAndLeavesNothingElse() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("weights.safetensors")
    try Data("something else".utf8).write(to: url)
    try Self.sample.write(to: url)
    #expect(try SafetensorsFile(contentsOf: url).tensors == Self.sample.tensors)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)

    let nowhere = folder.appendingPathComponent("no/such/folder/x.safetensors")
    let unwritable = try #require(throws: SafetensorsError.self) {
      try Self.sample.write(to: nowhere)
    }
    #expect(unwritable.kind == .unwritable && unwritable.path == nowhere.path)
    let missing = try #require(throws: SafetensorsError.self) {
      _ = try SafetensorsFile(contentsOf: nowhere)
    }
    #expect(missing.kind == .missing && missing.description.contains(nowhere.path))
    let unreadable = try #require(throws: SafetensorsError.self) {
      _ = try SafetensorsFile(contentsOf: folder)
    }
    #expect(unreadable.kind == .unreadable)
  }

  // MARK: Wrong questions

  @Test func askingForAnotherTypeIsAnError() throws {
    func failure(_ body: () throws -> Void) throws -> SafetensorsError {
      try #require(throws: SafetensorsError.self) { try body() }
    }
    let file = Self.sample
    let absent = try failure { _ = try file.integers(named: "lonf") }
    #expect(absent.kind == .noSuchTensor && absent.tensor == "lonf")
    #expect(absent.description.contains("flags, int, layer.weight, long"))
    let integers = try failure { _ = try file.matrix(named: "long", as: Float.self) }
    #expect(integers.kind == .wrongType && integers.description.contains("I64"))
    let floats = try failure { _ = try file.integers(named: "layer.weight") }
    #expect(floats.kind == .wrongType && floats.description.contains("F64"))
    let flags = try failure { _ = try file.flags(named: "int") }
    #expect(flags.kind == .wrongType && flags.description.contains("I32"))
    let cube = try Self.read(
      Self.file("{\"cube\":{\"dtype\":\"F32\",\"shape\":[1,0,2],\"data_offsets\":[0,0]}}"))
    let deep = try failure { _ = try cube.matrix(named: "cube", as: Float.self) }
    #expect(deep.kind == .wrongType && deep.description.contains("[1, 0, 2]"))
  }

  // MARK: Broken files

  @Test func everyTruncationIsAnError() throws {
    let bytes = Self.sample.serialized()
    for count in 0..<bytes.count {
      let error = try Self.failure(bytes.prefix(count))
      #expect(error.kind == .malformed && error.path == "some/file.safetensors")
    }
    #expect(try Self.failure(bytes + [0]).description.contains("tensors end at byte"))
  }

  @Test func noChangedByteIsFatal() {
    let bytes = Self.sample.serialized()
    let dataStart = bytes.count - Self.sample.tensors.values.reduce(0) { $0 + $1.bytes.count }
    var refused = 0
    for position in 0..<dataStart {
      for value in [0, 9, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x5b, 0x7b, 0x80, 0xff] as [UInt8] {
        var changed = bytes
        changed[position] = value
        do {
          let file = try Self.read(changed)
          for name in file.tensors.keys {
            _ = try? file.matrix(named: name, as: Float.self)  // Must return or throw.
          }
        } catch { refused += 1 }
      }
    }
    #expect(refused > dataStart)
  }

  @Test(arguments: [
    ("[]", "header that cannot be read: found [], expected an object"),
    ("{", "read: line 1, column 2: found the end of the text, expected a key"),
    ("{\"x\":3}", "read: x: found 3, expected an object"),
    (
      "{\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\n\"x\":{}}",
      "read: line 2, column 1: the key \"x\" occurs twice"
    ),
    ("{\"x\":{\"dtype\":\"U8\",\"dtype\":\"F32\"}}", "the key \"dtype\" occurs twice"),
    ("{\"x\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,1]}}", "x.dtype: found 7"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", "x.data_offsets: missing"),
    (
      "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
      "found [0], expected two integers"
    ),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "x.shape: found [1.5]"),
    (
      "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,99999999999999999999]}}",
      "x.data_offsets: found"
    ),
    ("{\"x\":{\"dtype\":\"Q7\",\"shape\":[1],\"data_offsets\":[0,4]}}", "unknown type \"Q7\""),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", "file has 4 bytes"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", "bytes -4 to 0"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "bytes 4 to 0"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "take 8"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[-1,-1],\"data_offsets\":[0,4]}}", "impossible shape"),
    (
      "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
      "impossible shape"
    ),
    ("{\"x\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]}}", "the byte 7"),
    ("{\"x\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", "end at 0"),
    ("{\"x\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", "end at byte 2"),
    (
      """
      {"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},\
      "x":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}
      """, "\"x\" starts at byte 2"
    ),
    ("{\"__metadata__\":{\"k\":1}}", "__metadata__.k: found 1, expected a string"),
  ])
  func aBrokenHeaderIsExplained(header: String, expected: String) throws {
    let error = try Self.failure(Self.file(header, [1, 0, 7, 0]))
    #expect(error.kind == .malformed)
    #expect(error.description.contains("some/file.safetensors"))
    #expect(error.description.contains(expected), "\(error)")
  }

  /// Spaces, lines, escapes and the order of keys are the writer's affair.
  @Test func headersOfOtherWritersAreRead() throws {
    let header = """
      { "a\\/b\\u00e9" : { "shape": [ 2, 1 ], "more": null,
        "data_offsets" : [0, 2], "dtype" : "U8" } ,
        "__metadata__": {"k\\n": "\\"v\\""} }\t
      """
    let file = try Self.read(Self.file(header, [4, 7]))
    #expect(try file.integers(named: "a/b\u{e9}") == [4, 7])
    #expect(file.metadata == ["k\n": "\"v\""])
    #expect(try Self.read(file.serialized()).tensors == file.tensors)
  }

  @Test func anImpossibleHeaderLengthIsExplained() throws {
    let error = try Self.failure(Data(repeating: 0xff, count: 12))
    #expect(error.description.contains("header of 18446744073709551615 bytes, but only 4 follow"))
  }
}
