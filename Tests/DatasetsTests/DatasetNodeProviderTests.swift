import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// A data set in Planetoid's layout: 510 nodes whose classes take turns, 4 to train on, and 10 to
/// test on, in a ring.
private let ring: [String: [UInt8]] = {
  let (first, last) = (510, 10)
  func features(_ rows: Int) -> [UInt8] {
    pickle(
      pickledSparse(
        rows, 3, start: (0...rows).map(Int32.init), column: (0..<rows).map { Int32($0 % 3) },
        value: [Float](repeating: 1, count: rows)))
  }
  func classes(_ count: Int) -> [UInt8] { pickle(pickledClasses((0..<count).map { $0 % 2 }, 2)) }
  let neighbours = (0..<first + last).map { ($0, [($0 + 1) % (first + last)]) }
  return [
    "ind.ring.allx": features(first), "ind.ring.tx": features(last),
    "ind.ring.ally": classes(first), "ind.ring.ty": classes(last), "ind.ring.y": classes(4),
    "ind.ring.test.index": Array((first..<first + last).map { "\($0)\n" }.joined().utf8),
    "ind.ring.graph": pickle(pickledGraph(Dictionary(uniqueKeysWithValues: neighbours))),
  ]
}()

/// A folder has its files by their own name, whatever the data are called; the name tells between
/// several.
@Suite struct PlanetoidPathTests {
  @Test func namesOfFiles() throws {
    try withTemporaryFolder { folder in
      func load(_ name: String) throws -> NodeDataset<Float> {
        try PlanetoidLayout().load(name, at: folder.path)
      }
      expectDataError(.malformed, "no file ind.NAME.graph; there is nothing; the layout planetoid")
      {
        _ = try load("mine")
      }
      try put(ring, in: folder)
      let data = try load("mine")
      #expect(NodeCounts(of: data) == NodeCounts(520, 520, 3, 2))
      #expect(data.name == "mine" && data.splits.map(\.name) == ["public"])
      try Data().write(to: folder.appendingPathComponent("ind.other.graph"))
      #expect(try load("ring").name == "ring")
      expectDataError(.malformed, "there are the data sets other, ring, but not mine") {
        _ = try load("mine")
      }
    }
  }
}

private func benchmark(url: String?) -> NodeBenchmark {
  NodeBenchmark(
    name: "ring", layout: PlanetoidLayout(), folder: "planetoid", files: ring.keys.sorted(),
    url: url,
    counts: NodeCounts(520, 520, 3, 2), standIn: small)
}

private var small: SyntheticNodeShape {
  var shape = SyntheticNodeShape()
  shape.nodes = 300
  return shape
}

/// A provider whose every place is inside `folder`.
private func makeProvider(
  _ folder: URL, directory: URL? = nil, offline: Bool = true, url: String? = nil,
  standIn: Bool = false
) -> NodeDataProvider {
  var provider = NodeDataProvider(
    benchmark(url: url),
    locator: DatasetLocator(
      directory: directory?.path,
      environment: ["XDG_CACHE_HOME": folder.appendingPathComponent("cache").path]),
    offline: offline, onMissing: standIn ? .synthetic(shape: small, seed: 5) : .fail)
  // Patient, so that a busy machine fails no test.
  provider.patience = DatasetDownload.Patience(connect: 60, stall: 60)
  return provider
}

private func put(_ files: [String: [UInt8]], in folder: URL) throws {
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
}

@Suite(.serialized) struct DatasetNodeProviderTests {
  /// Runs `body` with a provider whose only address is a server that behaves so, and the folder that
  /// downloads go to.
  private func withServer(
    _ behaviour: DatasetServer.Behaviour, standIn: Bool = false,
    _ body: (inout NodeDataProvider, URL) throws -> Void
  ) throws {
    let server = try DatasetServer(behaviour)
    defer { server.stop() }
    try withTemporaryFolder { folder throws in
      var provider = makeProvider(
        folder, offline: false, url: "http://127.0.0.1:\(server.port)/data/", standIn: standIn)
      try body(&provider, folder.appendingPathComponent("cache/graph-distill/planetoid"))
    }
  }

  private func contents(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func severalFilesAreDownloadedAndKept() throws {
    try withServer(.files(ring)) { provider, cache throws in
      var reports = 0
      provider.progress = { _, _ in reports += 1 }
      let data = try provider.dataset(as: Double.self)
      #expect(NodeCounts(of: data) == NodeCounts(520, 520, 3, 2))
      #expect(!data.isSynthetic && data.splits.count == 1)
      #expect(reports >= ring.count)
      #expect(try contents(cache) == ring.keys.sorted())
      // The second time they come from the cache.
      provider.offline = true
      #expect(try provider.dataset(as: Double.self).features == data.features)
    }
  }

  @Test func allFilesOrNone() throws {
    var files = ring
    files["ind.ring.ty"] = nil
    try withServer(.files(files)) { provider, cache throws in
      expectDataError(.missing, "data/ind.ring.ty", "answered 404", "--data") {
        _ = try provider.dataset(as: Float.self)
      }
      #expect(try contents(cache) == [])
    }
  }

  @Test func anotherGraphThanThePublished() throws {
    try withServer(.files(ring)) { provider, cache throws in
      provider.benchmark.counts = NodeCounts(520, 521, 3, 2)
      expectDataError(.missing, "520 undirected edges", "521 undirected edges") {
        _ = try provider.dataset(as: Float.self)
      }
      #expect(try contents(cache) == [])
    }
  }

  @Test func damagedDownload() throws {
    var files = ring
    files["ind.ring.graph"]!.removeLast(40)
    try withServer(.files(files)) { provider, cache throws in
      expectDataError(.missing, "the download failed", "ind.ring.graph") {
        _ = try provider.dataset(as: Float.self)
      }
      #expect(try contents(cache) == [])
    }
  }

  @Test func stalledAndBrokenOff() throws {
    let body = ring["ind.ring.allx"]!
    for (behaviour, fragment) in [
      (DatasetServer.Behaviour.stall(body: body, after: 100), "nothing arrived for 0.5 s"),
      (.breakOff(body: body, after: 100), "the download failed"),
    ] {
      try withServer(behaviour) { provider, cache throws in
        provider.patience = DatasetDownload.Patience(connect: 60, stall: 0.5)
        expectDataError(.missing, fragment) { _ = try provider.dataset(as: Float.self) }
        #expect(try contents(cache) == [])
      }
    }
  }

  @Test func whatProgressThrowsEndsIt() throws {
    struct Stop: Error {}
    try withServer(.files(ring), standIn: true) { provider, cache throws in
      provider.progress = { _, _ in throw Stop() }
      #expect(throws: Stop.self) { _ = try provider.dataset(as: Float.self) }
      #expect(try contents(cache) == [])
    }
  }

  @Test func whatKilledRunsLeftIsRemoved() throws {
    try withServer(.files(ring)) { provider, cache throws in
      let old = cache.appendingPathComponent("\(ring.keys.sorted()[0]).part-old")
      let new = cache.appendingPathComponent("\(ring.keys.sorted()[0]).part-new")
      try put(["a": [1]], in: old)
      try put(["a": [1]], in: new)
      try FileManager.default.setAttributes(
        [.modificationDate: Date() - 7_200], ofItemAtPath: old.path)
      _ = try provider.dataset(as: Float.self)
      #expect(try contents(cache) == (ring.keys + [new.lastPathComponent]).sorted())
    }
  }

  @Test func aStandInWhereTheDataAreNowhere() throws {
    try withTemporaryFolder { folder throws in
      expectDataError(.missing, folder.path + "/cache", "--offline", "--data", "ind.ring.allx") {
        _ = try makeProvider(folder).dataset(as: Float.self)
      }
      var provider = makeProvider(folder, standIn: true)
      var messages: [String] = []
      provider.log = { messages.append($0) }
      let data = try provider.dataset(as: Float.self)
      #expect(data.isSynthetic && data.name == "ring-synthetic" && data.nodeCount == 300)
      #expect(messages.last?.contains("synthetic stand-in, seed 5") == true)
      // Nor is there an address to download from.
      provider.offline = false
      #expect(try provider.dataset(as: Float.self).isSynthetic)
      #expect(messages.last?.contains("cannot be downloaded") == true)
    }
  }

  @Test func theUsersFolderMustHoldTheData() throws {
    try withTemporaryFolder { folder throws in
      let directory = folder.appendingPathComponent("data")
      expectDataError(.missing, directory.path, "asked for does not exist") {
        _ = try makeProvider(folder, directory: directory, standIn: true).dataset(as: Float.self)
      }
      var files = ring
      files["ind.ring.y"] = nil
      try put(files, in: directory)
      try put(ring, in: folder.appendingPathComponent("cache/graph-distill/planetoid"))
      expectDataError(.missing, directory.path) {
        _ = try makeProvider(folder, directory: directory, standIn: true).dataset(as: Float.self)
      }
      try put(ring, in: directory)
      let data = try makeProvider(folder, directory: directory).dataset(as: Float.self)
      #expect(data.source == directory.path)
    }
  }

  @Test func damagedDataAreNoReasonForAStandIn() throws {
    try withTemporaryFolder { folder throws in
      let cache = folder.appendingPathComponent("cache/graph-distill/planetoid")
      var files = ring
      files["ind.ring.graph"]!.removeLast(40)
      try put(files, in: cache)
      expectDataError(.malformed, "ind.ring.graph", "; remove", cache.path) {
        _ = try makeProvider(folder, standIn: true).dataset(as: Float.self)
      }
    }
  }

  @Test func splitsOfTheirOwnFiles() throws {
    try withTemporaryFolder { folder throws in
      let directory = folder.appendingPathComponent("data")
      try put(ring, in: directory)
      let provider = makeProvider(folder, directory: directory)
      let data = try provider.dataset(as: Float.self)
      expectDataError(.missing, "splits of Geom-GCN", "ring_split_0.6_0.2_0.npz") {
        _ = try provider.providedSplits(of: data)
      }
      let splits = directory.appendingPathComponent("geom-gcn/splits")
      try put([:], in: splits)
      for k in 0..<10 {
        func mask(_ isIn: (Int) -> Bool) -> [UInt8] {
          npy("|u1", "(520,)", data: (0..<520).map { isIn(($0 + k) % 520) ? 1 : 0 })
        }
        try writeZip(
          [
            "train_mask.npy": mask { $0 < 300 }, "val_mask.npy": mask { (300..<400).contains($0) },
            "test_mask.npy": mask { $0 >= 400 },
          ], to: splits.appendingPathComponent(GeomGCN.splitFile("ring", k)))
      }
      let found = try provider.providedSplits(of: data)
      #expect(found.map(\.name) == (0..<10).map { "geom-gcn \($0)" })
      #expect(found[0].training == Array(0..<300) && found[1].training.last == 519)
    }
  }
}
