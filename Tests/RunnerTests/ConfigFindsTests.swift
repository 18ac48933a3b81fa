import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

@Suite struct ConfigFindsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/fuzz")

  /// Samples, and all that the fuzzer ever found, are read or refused, and nothing else.
  @Test(arguments: FuzzedConfig.allCases)
  func samplesAndFinds(reader: FuzzedConfig) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.root.appending(path: reader.rawValue), includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files { reader.read([UInt8](try Data(contentsOf: file))) }
  }

  /// The samples are good ones: what the fuzzer starts from reaches the end.
  @Test func samplesAreRead() throws {
    let folder = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ path: String) throws {
      let files = FuzzedFiles(
        [UInt8](try Data(contentsOf: Self.root.appending(path: path))))
      for name in files.names {
        try Data(try files.read(name)).write(to: folder.appending(path: name))
      }
    }
    try write("config-file/extends")
    let config = try ConfigFile(path: "own.json", relativeTo: folder).resolve(quick: true)
    #expect(config.models.map(\.name) == ["teacher", "student", "peer_1", "peer_2"])
    #expect(config.models.allSatisfy { $0.training.epochs == 1 })
    try write("config-file/nodes")
    #expect(
      try ConfigFile(path: "nodes.json", relativeTo: folder).resolve(quick: false).models.count == 2
    )
    try write("table-file/small")
    let table = try TableFile(path: "table.json", relativeTo: folder, quick: true, addedSeeds: [])
    #expect(table.experiments.map(\.name) == ["one", "two"])
  }
}
