import CZip
import Foundation
import Testing

@testable import Datasets
@testable import Graph

/// The bytes of a .npy file with this header and these data.
func npy(
  _ descriptor: String, _ shape: String, fortran: Bool = false, version: UInt8 = 1,
  data: [UInt8]
) -> [UInt8] {
  let dictionary =
    "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
  return npy(header: dictionary, version: version, data: data)
}

/// The bytes of a .npy file with this header text, padded as NumPy does, and these data.
func npy(header: String, version: UInt8 = 1, data: [UInt8] = []) -> [UInt8] {
  let lengthBytes = version == 1 ? 2 : 4
  var text = Array(header.utf8)
  while (8 + lengthBytes + text.count + 1) % 64 != 0 { text.append(0x20) }
  text.append(0x0a)
  let length = (0..<lengthBytes).map { UInt8(text.count >> (8 * $0) & 0xff) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + data
}

/// The little-endian bytes of the numbers.
func littleEndian<I: FixedWidthInteger>(_ numbers: [I]) -> [UInt8] {
  numbers.flatMap { n in withUnsafeBytes(of: n.littleEndian) { Array($0) } }
}

/// A float64 matrix file.
func npyDoubles(_ rows: Int, _ columns: Int, _ numbers: [Double]) -> [UInt8] {
  npy("<f8", "(\(rows), \(columns))", data: littleEndian(numbers.map(\.bitPattern)))
}

/// An int64 matrix file.
func npyIntegers(_ rows: Int, _ columns: Int, _ numbers: [Int64]) -> [UInt8] {
  npy("<i8", "(\(rows), \(columns))", data: littleEndian(numbers))
}

/// An int64 list file.
func npyIntegers(_ numbers: [Int64]) -> [UInt8] {
  npy("<i8", "(\(numbers.count),)", data: littleEndian(numbers))
}

/// Files in memory.
struct MemoryBundle: FileBundle {
  var files: [String: [UInt8]]
  var location: String { "memory" }

  func contains(_ name: String) -> Bool { files[name] != nil }

  func read(_ name: String) throws -> [UInt8] {
    guard let file = files[name] else {
      throw DataError(.missing, at: location, "there is no file \(name)")
    }
    return file
  }
}

/// A data set of PPI's layout: a training split of graphs 1 (nodes 0 to 2) and 2 (nodes 3, 4), a
/// validation split of graph 3 and a test split of graph 4 (2 nodes each); 2 features, 3 labels.
func tinyPPI() -> [String: [UInt8]] {
  func graph(_ n: Int, _ links: [(Int, Int)]) -> [UInt8] {
    let nodes = (0..<n).map { "{\"id\": \($0)}" }.joined(separator: ", ")
    let list = links.map { "{\"source\": \($0.0), \"target\": \($0.1)}" }.joined(separator: ", ")
    return Array(
      """
      {"directed": true, "multigraph": false, "graph": {}, "nodes": [\(nodes)],
      "links": [\(list)]}
      """.utf8)
  }
  let small = graph(2, [(0, 0), (0, 1), (1, 1)])
  return [
    "train_graph.json": graph(5, [(0, 0), (0, 1), (1, 0), (1, 2), (4, 3), (3, 3), (4, 4)]),
    "train_graph_id.npy": npyIntegers([1, 1, 1, 2, 2]),
    "train_feats.npy": npyDoubles(5, 2, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]),
    "train_labels.npy": npyIntegers(5, 3, [0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1]),
    "valid_graph.json": small,
    "valid_graph_id.npy": npyIntegers([3, 3]),
    "valid_feats.npy": npyDoubles(2, 2, [1, 2, 3, 4]),
    "valid_labels.npy": npyIntegers(2, 3, [1, 1, 1, 0, 0, 0]),
    "test_graph.json": small,
    "test_graph_id.npy": npyIntegers([4, 4]),
    "test_feats.npy": npyDoubles(2, 2, [1, 2, 3, 4]),
    "test_labels.npy": npyIntegers(2, 3, [1, 1, 1, 0, 0, 0]),
    "test_label_known_mask.npy": npy("|b1", "(2,)", data: [1, 0]),
  ]
}

/// The counts of ``tinyPPI()``.
let tinyCounts = DatasetDescriptor.Counts(nodes: [5, 2, 2], edges: [7, 3, 3])

/// Writes a zip archive; its members are deflated unless `stored`.
func writeZip(_ files: [String: [UInt8]], to url: URL, stored: Bool = false) throws {
  var code: Int32 = 0
  let archive = try #require(zip_open(url.path, ZIP_CREATE | ZIP_TRUNCATE, &code))
  for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
    // libzip frees the copy once it has written it.
    let copy = malloc(max(1, bytes.count))!
    bytes.withUnsafeBytes {
      copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
    }
    let source = zip_source_buffer(archive, copy, UInt64(bytes.count), 1)
    let index = zip_file_add(archive, name, source, 0)
    try #require(index >= 0)
    zip_set_file_compression(
      archive, UInt64(index), stored ? Int32(ZIP_CM_STORE) : Int32(ZIP_CM_DEFLATE), 0)
  }
  try #require(zip_close(archive) == 0)
}

/// Runs `body` with an empty folder that is removed afterwards.
func withTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("graph-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let result = Result { try body(folder) }
  try FileManager.default.removeItem(at: folder)
  return try result.get()
}

/// Runs `body`, which must throw a ``DataError`` of this kind whose text contains all fragments.
func expectDataError(
  _ kind: DataError.Kind, _ fragments: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
  } catch let error as DataError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    for fragment in fragments {
      #expect(
        error.description.contains(fragment), "\(error)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
}
