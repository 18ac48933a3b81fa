import Foundation
import Testing

@testable import Records

@Suite struct JSONFindsTests {
  /// Samples, and all that the fuzzer found, are read (and read again from their own text) or refused.
  @Test func samplesAndFinds() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/fuzz/config-json")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    var read = 0
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: file))
      do throws(JSONSyntaxError) {
        let value = try JSONParser.parse(bytes)
        #expect(try JSONParser.parse(value.prettyText) == value)
        read += 1
      } catch {
        #expect(error.line > 0 && !error.message.isEmpty)
      }
    }
    #expect(read > 0)
  }
}
