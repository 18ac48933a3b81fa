import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import Training

/// The pages of `docs/results` are what today's program renders from the data beside them.
@Suite("Pages of results")
struct ResultPagesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The tables that are rendered there.
  private static let names = ["alignahead", "basics", "frameless", "glnn", "lsp_ppi", "modelnet10"]

  @Test(arguments: names) func pagesAgreeWithTheProgram(name: String) throws {
    let file = try TableFile(
      path: "configs/tables/\(name).json", relativeTo: Self.root, quick: false, addedSeeds: [])
    let place = TablePlace(file, synthetic: false, out: nil, currentDirectory: Self.root)
    var runs: [String: [StoredSeed]] = [:]
    for experiment in file.experiments {
      // The config as it is put together today is the one that the results were made by.
      try place.store.checkConfig(of: experiment, quick: false)
      runs[experiment.name] = try place.store.seeds(of: experiment)
    }
    let report = TableReport(file: file, runs: runs)
    for (kind, text) in [
      ("md", MarkdownTable(report).text), ("tex", LaTeXTable(report).text),
      ("csv", CSVTable(report).text),
    ] {
      let page = place.results.appending(path: place.rendered(kind))
      #expect(
        try String(contentsOf: page, encoding: .utf8) == text,
        "\(place.rendered(kind)) is out of date: scripts/table_\(name) --render")
    }
  }

  @Test func everyTableWithDataIsLookedAt() throws {
    let folder = Self.root.appending(path: "docs/results/data")
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(found == Self.names)
  }
}
