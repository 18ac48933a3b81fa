import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// Files that say more than they hold: each is refused by name, before memory or time is spent on
/// what it says.
@Suite struct DatasetHostileTests {
  @Test(arguments: [
    ("|b1", "(1152921504606846976, 0)", "is impossible"),
    ("<f4", "(0, 1152921504606846976)", "is impossible"),
    ("|b1", "(1000000000, 0)", "1000000000 rows and no column"),
    ("<f8", "(2147483648, 0)", "is impossible"),
    ("<f8", "(3, 0)", "3 rows and no column"), ("<f8", "(2147483647, 2147483647)", "more than"),
    ("|b1", "(2147483647, 2147483647)", "takes 4611686014132420609 bytes of data, there are 0"),
    ("<f四", "(0,)", "type is '<f四'"), ("<f8", "(03,)", "shape of whole numbers"),
    ("<f8", "(0)", "',' was expected"), ("<f8", "(٣,)", "shape of whole numbers"),
  ])
  func shapesWithoutElements(descriptor: String, shape: String, fragment: String) {
    for fortran in [false, true] {
      expectDataError(.malformed, "a.npy", fragment) {
        let file = npy(descriptor, shape, fortran: fortran, data: [])
        _ = try NPYArray(parsing: file, location: "a.npy").booleanRows()
      }
    }
  }

  @Test(arguments: [
    [1 << 60, 0], [1_000_000_000, 0], [0, 1 << 60], [-1, -8], Array(repeating: 1, count: 200),
  ])
  func pickledShapes(shape: [Int]) {
    expectDataError(.malformed, "a.pkl") {
      _ = try NPYArray(
        descriptor: "|b1", shape: shape, fortranOrder: false,
        data: [UInt8](repeating: 0, count: shape == [-1, -8] ? 8 : 0), location: "a.pkl")
    }
  }

  @Test func aLargeExtentBesideAnEmptyOneTakesNoTime() throws {
    for fortran in [false, true] {
      let array = try NPYArray(
        parsing: npy("<f4", "(0, 2147483647)", fortran: fortran, data: []), location: "a.npy")
      #expect(try array.matrix(of: Float.self).columns == 2_147_483_647)
      #expect(try array.booleanRows().isEmpty)
    }
  }

  @Test func headersOfAnyKind() {
    let fields = "'descr': '<f8', 'fortran_order': False, 'shape': (0,)"
    for (header, fragment) in [
      ("{\(fields), 'shape': (1,)}", "'shape' twice"),
      ("{\(fields)," + String(repeating: " ", count: 20_000) + "}", "at most 10000"),
    ] {
      expectDataError(.malformed, "a.npy", fragment) {
        _ = try NPYArray(parsing: npy(header: header, version: 2), location: "a.npy")
      }
    }
  }

  // MARK: Archives

  @Test func anArchiveThatFillsTheMemory() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(["zeros": [UInt8](repeating: 0, count: 80 << 20)], to: url)
      expectDataError(.malformed, url.path, "members hold 83886080", "512 times") {
        _ = try Archive(path: url.path)
      }
      var limits = Archive.Limits()
      limits.ratio = 1_100
      #expect(try Archive(path: url.path, limits: limits).members.map(\.size) == [80 << 20])
    }
  }

  @Test func onlyTheHeadIsInflated() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.zip")
      try writeZip(["a.npy": npyDoubles(100, 100, [Double](repeating: 1, count: 10_000))], to: url)
      let archive = try Archive(path: url.path)
      let (bytes, size) = try archive.head(of: "a.npy", count: 8)
      #expect(bytes == [0x93] + Array("NUMPY".utf8) + [1, 0])
      #expect(size == 80_128)
      #expect(try archive.layout("a.npy").shape == [100, 100])
      try FolderBundle(folder: folder).read("x.zip").withUnsafeBytes { _ in }
      #expect(
        try FolderBundle(folder: folder).head(of: "x.zip", count: 2).bytes == Array("PK".utf8))
      expectDataError(.missing, "no member b") { _ = try archive.head(of: "b", count: 8) }
    }
  }

  @Test func devicesPipesAndSparseFiles() throws {
    try withTemporaryFolder { folder in
      let files = FolderBundle(folder: folder)
      let device = folder.appendingPathComponent("device")
      try FileManager.default.createSymbolicLink(
        at: device, withDestinationURL: URL(fileURLWithPath: "/dev/zero"))
      #expect(mkfifo(folder.appendingPathComponent("pipe").path, 0o600) == 0)
      for name in ["device", "pipe"] {
        expectDataError(.malformed, name, "no ordinary file") { _ = try files.read(name) }
        expectDataError(.malformed, name, "no ordinary file") {
          _ = try files.head(of: name, count: 1)
        }
        expectDataError(.malformed, name, "no ordinary file") {
          _ = try Archive(path: folder.appendingPathComponent(name).path)
        }
      }
      let sparse = folder.appendingPathComponent("sparse")
      #expect(FileManager.default.createFile(atPath: sparse.path, contents: nil))
      try #require(truncate(sparse.path, 1 << 43) == 0)
      expectDataError(.malformed, "sparse", "more than this machine's memory") {
        _ = try files.read("sparse")
      }
    }
  }

  /// Counts are compared before arrays are read: a bundle whose large arrays must not be asked for.
  private struct Heads: FileBundle {
    var files: MemoryBundle
    let forbidden: Set<String>
    let location = "memory"
    func contains(_ name: String) -> Bool { files.contains(name) }
    func head(of name: String, count: Int) throws -> (bytes: [UInt8], size: Int) {
      try files.head(of: name, count: count)
    }
    func read(_ name: String) throws -> [UInt8] {
      #expect(!forbidden.contains(name), "\(name) is read before its counts are compared")
      return try files.read(name)
    }
  }

  @Test func countsComeBeforeNumbers() {
    let bomb = npy("|b1", "(100, 7)", data: [UInt8](repeating: 0, count: 700))
    for file in ["train_feats.npy", "train_labels.npy", "train_label_known_mask.npy"] {
      var files = MemoryBundle(files: tinyPPI())
      files.files[file] = bomb
      expectDataError(.malformed, file, "100 rows") {
        _ = try PPI.load(from: Heads(files: files, forbidden: Set(files.files.keys)))
      }
    }
    for (file, fragment) in [
      ("node_features.npy", "100 rows"), ("train_masks.npy", "(100, 7)"),
    ] {
      var files = MemoryBundle(files: hostileHeterophilous())
      files.files[file] = bomb
      expectDataError(.malformed, file, fragment) {
        _ = try Heterophilous.load(
          "x", from: Heads(files: files, forbidden: Set(files.files.keys)), as: Float.self)
      }
    }
  }

  private func hostileHeterophilous() -> [String: [UInt8]] {
    [
      "node_features.npy": npyDoubles(3, 1, [1, 2, 3]), "node_labels.npy": npyIntegers([0, 1, 0]),
      "edges.npy": npyIntegers(1, 2, [0, 1]),
      "train_masks.npy": npy("|b1", "(1, 3)", data: [1, 0, 0]),
      "val_masks.npy": npy("|b1", "(1, 3)", data: [0, 1, 0]),
      "test_masks.npy": npy("|b1", "(1, 3)", data: [0, 0, 1]),
    ]
  }

  @Test func masksWithoutASplit() {
    var files = hostileHeterophilous()
    for part in ["train", "val", "test"] {
      files["\(part)_masks.npy"] = npy("|b1", "(0, 3)", data: [])
    }
    expectDataError(.malformed, "train_masks.npy", "(0, 3)", "at least one mask") {
      _ = try Heterophilous.load("x", from: MemoryBundle(files: files), as: Float.self)
    }
  }

  // MARK: Columns and classes

  @Test func columnsThatNobodyUses() throws {
    func matrix(_ columns: Int, used: Int32) throws -> CSRMatrix<Float> {
      try CSRMatrix(
        rows: 1, columns: columns, rowStart: [0, used], column: Array(0..<used),
        value: [Float](repeating: 1, count: Int(used)))
    }
    #expect(try matrix(23_928, used: 1_433).requiringUsedColumns().columns == 23_928)
    for columns in [23_929, 50_000_000, Int(Int32.max) - 1] {
      #expect(
        throws: CSRMatrixError.unusedColumns(columns: columns, used: 1_433, limit: 23_928)
      ) { _ = try matrix(columns, used: 1_433).requiringUsedColumns() }
    }
    let text = "node_id\tfeature(feature_amount:2147483646)\tlabel\n0\t1,5\t0\n"
    expectDataError(.malformed, GeomGCN.nodeFile, "2147483647 columns, but only 2 of them") {
      _ = try GeomGCN.load(
        "x",
        from: MemoryBundle(files: [
          GeomGCN.nodeFile: Array(text.utf8), GeomGCN.edgeFile: Array("node_id\tnode_id\n".utf8),
        ]), as: Float.self)
    }
  }

  @Test func nodesWithoutFeaturesAndTooManyClasses() throws {
    let graph = try CSRGraph(undirected: 6_000, first: [], second: [])
    func load(columns: Int, largestClass: Int) throws {
      _ = try NodeDataset<Float>(
        name: "x", source: "x.npz", graph: graph,
        features: CSRMatrix(
          rows: 6_000, columns: columns, rowStart: [Int32](repeating: 0, count: 6_001), column: [],
          value: []), classes: [largestClass] + [Int](repeating: 0, count: 5_999))
    }
    try load(columns: 1, largestClass: 2_000)
    expectDataError(.malformed, "x.npz", "no features") { try load(columns: 0, largestClass: 1) }
    expectDataError(.malformed, "x.npz", "class 5999", "cannot be meant") {
      try load(columns: 1, largestClass: 5_999)
    }
  }

  @Test func moreEdgesThanCanBeNumbered() throws {
    let limit = Int(Int32.max)
    try CSRGraph.requireSize(nodes: 1, edges: limit - 1)
    for (nodes, edges) in [(1, limit), (limit, 1), (0, 1 << 32), (1 << 40, 0), (-1, 0)] {
      #expect(throws: GraphError.sizeOutOfRange(nodes: nodes, edges: edges)) {
        try CSRGraph.requireSize(nodes: nodes, edges: edges)
      }
    }
    expectDataError(.malformed, "g", "at most 2147483647") {
      try DataError.locating("g") { try CSRGraph.requireSize(nodes: 1, edges: limit) }
    }
  }

  // MARK: Pickles

  @Test func oneTextMadeIntoBytesAgainAndAgain() {
    // A text of 40 kB, remembered; then encoded 7,000 times at six bytes each.
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: 40_000)
    let encode = pickledName("_codecs", "encode") + [0x71, 0]
    let remembered = Array("X".utf8) + littleEndian([UInt32(40_000)]) + text + [0x71, 1]
    let latin = Array("X".utf8) + littleEndian([UInt32(6)]) + Array("latin1".utf8) + [0x71, 2]
    let call: [UInt8] = [0x68, 0, 0x68, 1, 0x68, 2, 0x86, 0x52, 0x30]
    let calls = [[UInt8]](repeating: call, count: 7_000).flatMap { $0 }
    expectDataError(.malformed, "a.pkl", "more bytes than it has itself") {
      _ = try PickleReader.read(
        pickle(encode + remembered + latin + calls + Array("N".utf8)), location: "a.pkl")
    }
  }

  @Test func oneListAtManyNodes() {
    // 82 kB: a list of 20,000 neighbours that stands at 10,000 nodes.
    let items = [[UInt8]](repeating: [0x4b, 1], count: 20_000).flatMap { $0 }
    let list = Array("](".utf8) + items + Array("e".utf8) + [0x71, 0]
    let nodes = (0..<10_000).flatMap { node -> [UInt8] in
      [0x4d, UInt8(node & 0xff), UInt8(node >> 8), 0x68, 0]
    }
    var files: [String: [UInt8]] = [
      "ind.x.allx": pickle(
        pickledSparse(
          10_000, 1, start: [Int32](repeating: 0, count: 10_001), column: [], value: [])),
      "ind.x.tx": pickle(pickledSparse(1, 1, start: [0, 0], column: [], value: [])),
      "ind.x.ally": pickle(pickledClasses([Int](repeating: 0, count: 10_000), 1)),
      "ind.x.ty": pickle(pickledClasses([0], 1)), "ind.x.y": pickle(pickledClasses([0], 1)),
      "ind.x.test.index": Array("10000\n".utf8),
      "ind.x.graph": pickle(list + Array("0".utf8) + Array("}(".utf8) + nodes + Array("u".utf8)),
    ]
    func load() throws {
      _ = try Planetoid.load("x", from: MemoryBundle(files: files), validation: 1, as: Float.self)
    }
    expectDataError(.malformed, "ind.x.graph", "more neighbours than the file has bytes") {
      try load()
    }
    files["ind.x.graph"] = pickle(
      pickledDictionary([(pickled(0), Array("]".utf8)), (pickled(0), Array("]".utf8))]))
    expectDataError(.malformed, "ind.x.graph", "node 0 is there twice") { try load() }
  }

  @Test func escapesInOldPickles() throws {
    // Half a million escapes, each a character, in time that grows as their number.
    let many = String(repeating: "\\u0001", count: 500_000)
    let value = try PickleReader.read(Array("V\(many)\n.".utf8), location: "a.pkl")
    guard case .text(let text) = value else {
      Issue.record("text was expected")
      return
    }
    #expect(text.unicodeScalars.count == 500_000)
    for bad in ["V\\u+123\n.", "V\\u12\n.", "S'\\x+1'\n.", "S'\\x1'\n."] {
      expectDataError(.malformed, "escape") {
        _ = try PickleReader.read(Array(bad.utf8), location: "a.pkl")
      }
    }
  }

  // MARK: Text

  @Test(arguments: [
    (#"{"nodes": [{"id": 00}], "links": []}"#, "without a leading zero"),
    (#"{"nodes": [{"id": 0}, {"id": 01}], "links": []}"#, "without a leading zero"),
    (#"{"nodes": [{"id": - 0}], "links": []}"#, "a whole number was expected"),
    (#"{"nodes": [{"id": 0, "id": 0}], "links": []}"#, #""id" occurs twice"#),
    (#"{"nodes": [{"id": 0, "\u0069d": 1}], "links": []}"#, #""id" is spelt with escapes"#),
    (
      #"{"directed": true, "directed": true, "nodes": [], "links": []}"#,
      #""directed" occurs twice"#
    ),
    (#"{"multigraph": true, "multigraph": true}"#, #""multigraph" occurs twice"#),
    (#"{"links": [{"source": 0, "source": 0, "target": 0}]}"#, #""source" occurs twice"#),
    (#"{"links": [{"source": 0, "target": 0, "target": 0}]}"#, #""target" occurs twice"#),
    (#"{"x": 01, "nodes": [], "links": []}"#, "',' or '}'"),
    (#"{"x": - 1, "nodes": [], "links": []}"#, "a value was expected"),
    (#"{"x": 1.e5, "nodes": [], "links": []}"#, "a digit was expected"),
    (#"{"x": 1e, "nodes": [], "links": []}"#, "a digit was expected"),
    (#"{"x": +1, "nodes": [], "links": []}"#, "a value was expected"),
    (#"{"x": .5, "nodes": [], "links": []}"#, "a value was expected"),
    (#"{"x": "\q", "nodes": [], "links": []}"#, "an escape of JSON"),
    (#"{"x": "\u00g0", "nodes": [], "links": []}"#, "an escape of JSON"),
    ("{\"x\": \"\n\", \"nodes\": [], \"links\": []}", "the end of a string"),
  ])
  func nodeLinkTextThatIsNoJSON(json: String, fragment: String) {
    expectDataError(.malformed, "g.json", fragment) {
      _ = try NodeLinkGraph(parsing: Array(json.utf8), location: "g.json")
    }
  }

  @Test func numbersThatAreJSON() throws {
    let graph = try NodeLinkGraph(
      parsing: Array(
        #"{"x": [-0, 0.5, 10, -1.5E+3, 0e-0], "nodes": [{"\u00e9": 1, "id": -0}], "links": []}"#
          .utf8),
      location: "g.json")
    #expect(graph.nodeCount == 1)
  }

  @Test func linesOfEveryKind() throws {
    let lines = try TextLines(Array("a\n\n\r\nb\rc\r\n\n\nd".utf8), location: "t")
    #expect(lines.map { "\($0.number) \($0.text)" } == ["1 a", "4 b", "5 c", "8 d"])
    #expect(
      try TextLines([UInt8](repeating: 0x0a, count: 1 << 20), location: "t").map(\.number) == [])
  }

  // MARK: Finds

  /// Samples, and all that the fuzzer ever found, are read or refused, and nothing else.
  @Test(arguments: FuzzedReader.allCases)
  func samplesAndFinds(reader: FuzzedReader) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/fuzz/\(reader.rawValue)")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files { reader.read([UInt8](try Data(contentsOf: file))) }
  }

  /// The samples of whole data sets are good ones: what the fuzzer starts from reaches the end.
  @Test func samplesAreRead() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/fuzz")
    func files(_ path: String) throws -> FuzzedReader.Files {
      FuzzedReader.Files([UInt8](try Data(contentsOf: root.appendingPathComponent(path))))
    }
    #expect(try PPI.load(from: files("ppi/tiny")).nodeCount == 9)
    #expect(
      try Heterophilous.load("x", from: files("heterophilous/tiny"), as: Float.self).nodeCount == 4)
    #expect(
      try GNNBenchmark.load("x", from: files("gnn-benchmark/tiny"), as: Float.self).nodeCount == 3)
    #expect(try GeomGCN.load("x", from: files("geom-gcn/dense"), as: Float.self).nodeCount == 3)
    #expect(try GeomGCN.load("x", from: files("geom-gcn/columns"), as: Float.self).nodeCount == 2)
    for path in ["planetoid/protocol-0", "planetoid/protocol-2"] {
      let data = try Planetoid.load("tiny", from: files(path), validation: 1, as: Float.self)
      #expect(data.nodeCount == 5)
    }
    for name in ["plain", "packed", "latest", "latest-packed"] {
      let path = root.appendingPathComponent("hdf5/\(name)").path
      let clouds = try HDF5Clouds.load(
        "x", from: .init(train: [path], test: [], classNames: ["a", "b", "c"]), source: path,
        points: 3)
      #expect(clouds.train.map(\.label) == [1, 0, 2], "\(name)")
    }
    let voxels = try VoxelClouds.load(
      "x", from: files("voxels/bytes"), classNames: ["a", "b"], points: 3, seed: 1)
    #expect(voxels.train.map(\.label) == [0, 1] && voxels.test.map(\.label) == [1])
    for (name, triangles) in [("square", 2), ("colours", 3)] {
      let bytes = [UInt8](try Data(contentsOf: root.appendingPathComponent("off/\(name)")))
      #expect(try OFFMesh(parsing: bytes, location: name).triangles.count == triangles)
    }
    for (name, rows) in [("points", 3), ("normals", 2)] {
      let bytes = [UInt8](try Data(contentsOf: root.appendingPathComponent("xyz/\(name)")))
      let cloud = try CloudFolder.points(parsing: bytes, of: URL(filePath: "/\(name).xyz"))
      #expect(cloud.rows == rows && cloud[1, 2] == [3: 0.25, 2: 6][rows])
    }
  }
}
