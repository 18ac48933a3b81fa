import Foundation
import Testing

@testable import Datasets
@testable import Graph

/// A provider whose every place is inside `folder`.
private func makeProvider(
  _ folder: URL, directory: String? = nil, environment: Bool = false, offline: Bool = true,
  url: URL? = nil, onMissing: PPIProvider.Fallback = .fail
) -> PPIProvider {
  var variables = ["XDG_CACHE_HOME": folder.appendingPathComponent("cache").path]
  if environment {
    variables[DatasetLocator.variable] = folder.appendingPathComponent("environment").path
  }
  var provider = PPIProvider(
    locator: DatasetLocator(directory: directory, environment: variables), offline: offline,
    onMissing: onMissing)
  provider.descriptor.counts = tinyCounts
  provider.descriptor.urls = url.map { [$0] } ?? []
  // Patient, so that a busy machine fails no test.
  provider.patience = DatasetDownload.Patience(connect: 60, stall: 60)
  return provider
}

/// Puts the tiny data set into a folder, as an archive or unpacked.
private func put(_ place: String, in folder: URL, files: [String: [UInt8]] = tinyPPI()) throws {
  let url = folder.appendingPathComponent(place)
  let parent = place.hasSuffix(".zip") ? url.deletingLastPathComponent() : url
  try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
  if place.hasSuffix(".zip") { return try writeZip(files, to: url) }
  for (name, bytes) in files { try Data(bytes).write(to: url.appendingPathComponent(name)) }
}

private func zipBytes(_ files: [String: [UInt8]]) throws -> [UInt8] {
  try withTemporaryFolder { folder throws in
    let url = folder.appendingPathComponent("x.zip")
    try writeZip(files, to: url)
    return [UInt8](try Data(contentsOf: url))
  }
}

/// A small stand-in to fall back to.
private var smallFallback: PPIProvider.Fallback {
  var shape = SyntheticPPIShape()
  shape.trainGraphs = 1
  shape.validGraphs = 1
  shape.testGraphs = 1
  shape.nodesPerGraph = 50
  shape.meanDegree = 5
  shape.features = 4
  shape.labels = 3
  return .synthetic(shape: shape, seed: 5)
}

@Suite struct DatasetLocatorTests {
  @Test func cacheFolder() {
    #expect(
      DatasetLocator(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]).cacheDirectory
        == "/c/graph-distill")
    #expect(
      DatasetLocator(environment: ["HOME": "/h"]).cacheDirectory == "/h/.cache/graph-distill")
    #expect(
      DatasetLocator(environment: ["XDG_CACHE_HOME": "relative", "HOME": "/h"]).cacheDirectory
        == "/h/.cache/graph-distill")
    #expect(
      DatasetLocator(environment: ["GRAPH_DISTILL_DATA": ""]).environmentDirectory == nil)
    #expect(
      DatasetLocator(environment: ["HOME": "/h"]).cachedArchive(of: PPI.descriptor).path
        == "/h/.cache/graph-distill/ppi/ppi.zip")
  }

  @Test(arguments: ["data/ppi.zip", "data/ppi/ppi.zip", "data/ppi", "data"])
  func everyPlaceInTheUsersFolder(place: String) throws {
    try withTemporaryFolder { folder throws in
      try put(place, in: folder)
      let directory = folder.appendingPathComponent("data").path
      let data = try makeProvider(folder, directory: directory).dataset()
      #expect(data.nodeCount == 9)
      #expect(data.source == folder.appendingPathComponent(place).path)
    }
  }

  @Test func theArchiveItself() throws {
    try withTemporaryFolder { folder throws in
      try put("other.zip", in: folder)
      let archive = folder.appendingPathComponent("other.zip").path
      #expect(try makeProvider(folder, directory: archive).dataset().source == archive)
    }
  }

  @Test func anArchiveWithAFolderInside() throws {
    try withTemporaryFolder { folder throws in
      let inner = Dictionary(uniqueKeysWithValues: tinyPPI().map { ("ppi/" + $0, $1) })
      try put("ppi.zip", in: folder, files: inner)
      #expect(try makeProvider(folder, directory: folder.path).dataset().nodeCount == 9)
    }
  }

  @Test func theUsersFolderMustHoldTheData() throws {
    try withTemporaryFolder { folder throws in
      // Data elsewhere are no excuse, nor is a stand-in.
      try put("environment", in: folder)
      let missing = folder.appendingPathComponent("nothing").path
      expectDataError(.missing, missing, "does not exist") {
        _ = try makeProvider(
          folder, directory: missing, environment: true, onMissing: smallFallback
        ).dataset()
      }
      expectDataError(.missing, folder.path, "ppi/ppi.zip", "train_graph.json") {
        _ = try makeProvider(
          folder, directory: folder.path, environment: true, onMissing: smallFallback
        ).dataset()
      }
    }
  }

  @Test func environmentBeforeCache() throws {
    try withTemporaryFolder { folder throws in
      try put("cache/graph-distill/ppi/ppi.zip", in: folder)
      let cached = try makeProvider(folder, environment: true).dataset()
      #expect(cached.source.hasSuffix("cache/graph-distill/ppi/ppi.zip"))
      try put("environment/ppi", in: folder)
      let data = try makeProvider(folder, environment: true).dataset()
      #expect(data.source.hasSuffix("environment/ppi"))
    }
  }

  @Test func damagedDataAreNoReasonForAStandIn() throws {
    try withTemporaryFolder { folder throws in
      try put("cache/graph-distill/ppi/ppi.zip", in: folder)
      let archive = folder.appendingPathComponent("cache/graph-distill/ppi/ppi.zip")
      let bytes = try Data(contentsOf: archive)
      try bytes.prefix(bytes.count / 2).write(to: archive)
      expectDataError(.malformed, "truncated", "remove \(archive.path)") {
        _ = try makeProvider(folder, onMissing: smallFallback).dataset()
      }
    }
  }

  @Test func otherCountsThanThePublishedAreTold() throws {
    try withTemporaryFolder { folder throws in
      try put("ppi", in: folder)
      var provider = makeProvider(folder, directory: folder.path)
      var messages: [String] = []
      provider.log = { messages.append($0) }
      _ = try provider.dataset()
      #expect(messages == [])
      provider.descriptor.counts = PPI.descriptor.counts
      _ = try provider.dataset()
      #expect(messages.count == 1)
      #expect(messages[0].contains("not the published ppi"))
    }
  }

  @Test func nowhere() throws {
    try withTemporaryFolder { folder throws in
      expectDataError(
        .missing, folder.path + "/environment", folder.path + "/cache/graph-distill", "--offline",
        "https://data.dgl.ai/dataset/ppi.zip", "--data", "$GRAPH_DISTILL_DATA", "ppi/ppi.zip"
      ) {
        var provider = makeProvider(folder, environment: true)
        provider.descriptor.urls = PPI.descriptor.urls
        _ = try provider.dataset()
      }
      var provider = makeProvider(folder, onMissing: smallFallback)
      var messages: [String] = []
      provider.log = { messages.append($0) }
      let data = try provider.dataset()
      #expect(data.isSynthetic)
      #expect(data.source == "synthetic stand-in, seed 5")
      #expect(messages.last?.contains("synthetic") == true)
    }
  }
}

@Suite(.serialized) struct DatasetDownloadTests {
  /// Runs `body` with a provider whose only address is a server that behaves so.
  func withServer(
    _ behaviour: DatasetServer.Behaviour, _ body: (inout PPIProvider, URL) throws -> Void
  ) throws {
    let server = try DatasetServer(behaviour)
    defer { server.stop() }
    try withTemporaryFolder { folder throws in
      var provider = makeProvider(folder, offline: false, url: server.url)
      try body(&provider, folder.appendingPathComponent("cache/graph-distill/ppi"))
    }
  }

  /// Expects that the download fails for these reasons, and that nothing of it stays behind.
  func expectFailure(
    _ behaviour: DatasetServer.Behaviour, _ fragment: String,
    patience: DatasetDownload.Patience = .init(connect: 60, stall: 60)
  ) throws {
    try withServer(behaviour) { provider, cache throws in
      provider.patience = patience
      expectDataError(.missing, "127.0.0.1", fragment) { _ = try provider.dataset() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path) == [])
    }
  }

  @Test func success() throws {
    let body = try zipBytes(tinyPPI())
    try withServer(.answer(status: 200, body: body)) { provider, cache throws in
      var reports: [(Int, Int?)] = []
      provider.progress = { reports.append(($0, $1)) }
      let data = try provider.dataset()
      #expect(data.nodeCount == 9)
      #expect(data.source == cache.appendingPathComponent("ppi.zip").path)
      #expect(reports.last?.0 == body.count)
      #expect(reports.last?.1 == body.count)
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path) == ["ppi.zip"])
      // The second time it comes from the cache.
      provider.offline = true
      #expect(try provider.dataset().nodeCount == 9)
    }
  }

  @Test func offlineForbidsIt() throws {
    try withServer(.answer(status: 200, body: try zipBytes(tinyPPI()))) { provider, cache throws in
      provider.offline = true
      expectDataError(.missing, "--offline") { _ = try provider.dataset() }
      #expect(!FileManager.default.fileExists(atPath: cache.path))
    }
  }

  @Test func nextAddressAfterAFailure() throws {
    try withServer(.answer(status: 200, body: try zipBytes(tinyPPI()))) { provider, _ throws in
      let closed = try DatasetServer(.refusal)
      defer { closed.stop() }
      provider.descriptor.urls.insert(closed.url, at: 0)
      #expect(try provider.dataset().nodeCount == 9)
    }
  }

  @Test func errorPage() throws {
    try expectFailure(.answer(status: 404, body: Array("no".utf8)), "answered 404")
  }

  @Test func noArchive() throws {
    try expectFailure(.answer(status: 200, body: Array("<html>".utf8)), "no zip archive")
  }

  @Test func damagedArchive() throws {
    var body = try zipBytes(tinyPPI())
    body[60] ^= 1
    try expectFailure(.answer(status: 200, body: body), "damaged")
  }

  @Test func otherCounts() throws {
    var files = tinyPPI()
    files["test_graph.json"] = Array(#"{"nodes": [{"id": 0}, {"id": 1}], "links": []}"#.utf8)
    try expectFailure(.answer(status: 200, body: try zipBytes(files)), "not the published")
  }

  @Test func brokenOff() throws {
    let body = try zipBytes(tinyPPI())
    try expectFailure(.breakOff(body: body, after: body.count / 2), "download failed")
  }

  @Test func stalled() throws {
    let body = try zipBytes(tinyPPI())
    try expectFailure(
      .stall(body: body, after: 100), "nothing arrived for 0.5 s",
      patience: .init(connect: 60, stall: 0.5))
  }

  @Test func noAnswer() throws {
    try expectFailure(.silence, "no answer within 0.5 s", patience: .init(connect: 0.5, stall: 60))
  }

  @Test func tooLarge() throws {
    let body = try zipBytes(tinyPPI())
    try withServer(.answer(status: 200, body: body)) { provider, cache throws in
      provider.descriptor.downloadLimit = 100
      expectDataError(.missing, "larger than 100 bytes") { _ = try provider.dataset() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path) == [])
    }
  }

  @Test func noNetworkLeadsToTheStandIn() throws {
    try withTemporaryFolder { folder throws in
      var provider = makeProvider(
        folder, offline: false, url: URL(string: "http://nowhere.invalid/ppi.zip"),
        onMissing: smallFallback)
      provider.patience = DatasetDownload.Patience()
      #expect(try provider.dataset().isSynthetic)
    }
  }

  @Test func cacheThatCannotBeWritten() throws {
    let closed = try DatasetServer(.refusal)
    defer { closed.stop() }
    try withTemporaryFolder { folder throws in
      try Data().write(to: folder.appendingPathComponent("cache"))
      expectDataError(.missing, "cache folder cannot be made") {
        _ = try makeProvider(folder, offline: false, url: closed.url).dataset()
      }
    }
  }

  @Test func whatKilledRunsLeftIsRemoved() throws {
    try withServer(.answer(status: 404, body: [])) { provider, cache throws in
      try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
      let old = cache.appendingPathComponent("ppi.zip.part-old")
      let new = cache.appendingPathComponent("ppi.zip.part-new")
      try Data().write(to: old)
      try Data().write(to: new)
      try FileManager.default.setAttributes(
        [.modificationDate: Date() - 7200], ofItemAtPath: old.path)
      expectDataError(.missing, "404") { _ = try provider.dataset() }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: cache.path) == ["ppi.zip.part-new"])
    }
  }
}
