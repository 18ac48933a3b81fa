import Foundation

@testable import Records
@testable import Reports
@testable import Training

/// The readers of configs and tables beyond their JSON, each with one way in for any bytes: what they
/// extend, their defaults, their quick blocks, and every rule of every key.
///
/// Whatever the bytes, a reader has to return or to throw an error for a person; what it returned must
/// be read again from its own text as the same.
enum FuzzedConfig: String, CaseIterable {
  case config = "config-file"
  case table = "table-file"

  /// Tries the bytes, several files as ``FuzzedFiles`` has them. The first is read; the others
  /// are beside it, and no file elsewhere is.
  func read(_ bytes: [UInt8]) {
    let files = FuzzedFiles(bytes)
    guard let first = files.names.first,
      files.names.allSatisfy(Self.canBeWritten),
      // Names of files elsewhere; a slash may also be written as an escape.
      !bytes.contains(UInt8(ascii: "/")), !bytes.contains(UInt8(ascii: "\\"))
    else { return }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "fuzzed-\(ProcessInfo.processInfo.processIdentifier)-\(rawValue)")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in files.names {
        try Data(try files.read(name)).write(to: folder.appending(path: name))
      }
    } catch {
      fatalError("the files cannot be written: \(error)")
    }
    defer { _ = try? FileManager.default.removeItem(at: folder) }  // It is overwritten as well.
    do {
      switch self {
      case .config: try readConfig(first, in: folder)
      case .table:
        let table = try TableFile(path: first, relativeTo: folder, quick: true, addedSeeds: [])
        expectSame(table.config)
      }
    } catch is any ReportableError {
    } catch {
      fatalError("\(rawValue): not an error for a person: \(error)")
    }
  }

  /// Whether a file may have the name on any system.
  private static func canBeWritten(_ name: String) -> Bool {
    name.hasSuffix(".json") && name.utf8.count < 100
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == 0x2e || $0 == 0x5f
      }
  }

  private func readConfig(_ name: String, in folder: URL) throws {
    let file = try ConfigFile(path: name, relativeTo: folder)
    for isQuick in [false, true] {
      let config = try file.resolve(quick: isQuick)
      expectSame(config)
      _ = config.allWarnings
      if let sizes = DataSizes.published(config.data) {
        precondition(
          config.memoryEstimates(on: sizes).allSatisfy { $0.total > 0 && $0.total.isFinite },
          "an estimate that is none")
      }
    }
  }

  private func expectSame<Content: Record>(_ content: Content) {
    let text = RecordEncoder.encode(content).prettyText
    do {
      let (again, problems) = RecordDecoder.decode(Content.self, from: try JSONParser.parse(text))
      precondition(problems.isEmpty, "what was read is refused: \(problems)")
      precondition(RecordEncoder.encode(again).prettyText == text, "the text is that of another")
    } catch {
      fatalError("the text of what was read cannot be: \(error)")
    }
  }
}
