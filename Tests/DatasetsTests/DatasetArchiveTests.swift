import Foundation
import Testing

@testable import Datasets
@testable import Graph

@Suite struct DatasetArchiveTests {
  let files: [String: [UInt8]] = [
    "a.txt": Array("alpha".utf8), "folder/b.bin": (0..<100_000).map { UInt8($0 * $0 % 251) },
    "empty": [],
  ]

  @Test(arguments: [true, false])
  func membersAreReadBack(stored: Bool) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(files, to: url, stored: stored)
      let archive = try Archive(path: url.path)
      #expect(archive.members.map(\.path) == ["a.txt", "empty", "folder/b.bin"])
      #expect(archive.members.map(\.size) == [5, 0, 100_000])
      #expect(try archive.read("a.txt") == files["a.txt"])
      #expect(try archive.read("b.bin") == files["folder/b.bin"])
      #expect(try archive.read("folder/b.bin") == files["folder/b.bin"])
      #expect(try archive.read("empty") == [])
      #expect(try archive.contains("b.bin"))
      #expect(try !archive.contains("b"))
      expectDataError(.missing, url.path, "no member c.txt") { _ = try archive.read("c.txt") }
    }
  }

  @Test func oneNameInTwoFolders() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(["p/a": [1], "q/a": [2]], to: url)
      expectDataError(.malformed, url.path, "p/a, q/a") {
        _ = try Archive(path: url.path).read("a")
      }
    }
  }

  @Test func missingFile() {
    expectDataError(.missing, "/nowhere/x.zip", "does not exist") {
      _ = try Archive(path: "/nowhere/x.zip")
    }
  }

  @Test func everyTruncationIsNoticed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(files, to: url)
      let whole = try Data(contentsOf: url)
      for length in [0, 1, 4, 30, 100, whole.count / 2, whole.count - 22, whole.count - 1] {
        try whole.prefix(length).write(to: url)
        expectDataError(.malformed, url.path, "no zip archive, or a truncated") {
          _ = try Archive(path: url.path)
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func flippedBitsAreNoticed(stored: Bool) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(["b.bin": files["folder/b.bin"]!], to: url, stored: stored)
      var bytes = try Data(contentsOf: url)
      // Well inside the member's data, past the local header.
      bytes[bytes.count / 3] ^= 0x10
      try bytes.write(to: url)
      let archive = try Archive(path: url.path)
      expectDataError(.malformed, url.path, "damaged", "b.bin") { _ = try archive.read("b.bin") }
    }
  }

  @Test func limits() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(files, to: url)
      var limits = Archive.Limits()
      limits.members = 2
      expectDataError(.malformed, "3 members; at most 2") {
        _ = try Archive(path: url.path, limits: limits)
      }
      limits = Archive.Limits()
      limits.memberBytes = 99_999
      expectDataError(.malformed, "folder/b.bin", "100000 bytes; at most 99999") {
        _ = try Archive(path: url.path, limits: limits)
      }
    }
  }
}
