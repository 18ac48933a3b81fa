import Foundation
import Graph
import Tensor

/// Graphs in the text layout of Pei et al., "Geom-GCN: Geometric graph convolutional networks", ICLR
/// 2020: Cornell, Texas, Wisconsin, and Actor (there called film); and its ten splits, which are
/// used with other data sets too.
///
/// - `out1_graph_edges.txt`: after a line of headings a line for each edge, `node TAB node`. Edges
///   are taken both ways.
/// - `out1_node_feature_label.txt`: after a line of headings a line for each node, `node TAB
///   features TAB class`. Features are numbers separated by commas, one a column; or, where the
///   heading says `feature_amount:N`, the columns (0 to N) that are 1.
/// - `NAME_split_0.6_0.2_K.npz`, K from 0 to 9: `train_mask`, `val_mask` and `test_mask`.
public enum GeomGCN {
  package static let edgeFile = "out1_graph_edges.txt"
  package static let nodeFile = "out1_node_feature_label.txt"

  /// Reads a data set without splits; `files` is its folder.
  ///
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for one with a line
  ///   that is not as described above; the message names the line.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let nodes = try NodeTable<S>(
      TextLines(files.read(nodeFile), location: files.location(of: nodeFile)))
    let lines = try TextLines(files.read(edgeFile), location: files.location(of: edgeFile))
    var ends: (first: [Int32], second: [Int32]) = ([], [])
    _ = try lines.heading()
    for line in lines.dropFirst() {
      let fields = line.fields
      guard fields.count == 2 else {
        throw lines.fail(line, "two nodes separated by a tab were expected")
      }
      ends.first.append(try lines.node(fields[0], below: nodes.classes.count, line))
      ends.second.append(try lines.node(fields[1], below: nodes.classes.count, line))
    }
    let graph = try DataError.locating(lines.location) {
      try CSRGraph(undirected: nodes.classes.count, first: ends.first, second: ends.second)
    }
    return try NodeDataset(
      name: name, source: files.location, graph: graph, features: nodes.features,
      classes: nodes.classes)
  }

  /// Reads the published splits of a data set from the folder `splits`.
  ///
  /// - Parameters:
  ///   - name: The data set's name in the files' names: "film", "cora", ...
  ///   - known: Which of its nodes have a class; others are left out of the splits.
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for masks that overlap,
  ///   are empty, or have not one entry a node.
  public static func splits(
    of name: String, known: [Bool], folder: String, count: Int = 10
  ) throws -> [NodeSplit] {
    try (0..<count).map { k in
      let path = URL(fileURLWithPath: folder)
        .appendingPathComponent(splitFile(name, k)).path
      let archive = try Archive(path: path)
      for part in ["train", "val", "test"] {
        try archive.layout("\(part)_mask.npy").require(
          rows: known.count, as: "the graph has \(known.count) nodes")
      }
      return try NodeSplit(
        name: "geom-gcn \(k)", trainingMask: archive.array("train_mask.npy").booleans(),
        validationMask: archive.array("val_mask.npy").booleans(),
        testMask: archive.array("test_mask.npy").booleans(), known: known, location: path)
    }
  }
}

extension GeomGCN {
  /// The file of the split number `k` of a data set.
  package static func splitFile(_ name: String, _ k: Int) -> String {
    "\(name)_split_0.6_0.2_\(k).npz"
  }
}

/// The features and classes of a node file.
private struct NodeTable<S: Scalar> {
  let features: CSRMatrix<S>
  let classes: [Int]

  init(_ lines: TextLines) throws {
    let heading = try lines.heading()
    let count = lines.reduce(-1) { count, _ in count + 1 }
    var rows = [[(column: Int32, value: S)]?](repeating: nil, count: count)
    var classes = [Int](repeating: 0, count: count)
    let columnLimit = try NodeTable.columnLimit(heading, location: lines.location)
    var width = columnLimit
    for line in lines.dropFirst() {
      let fields = line.fields
      guard fields.count == 3 else {
        throw lines.fail(line, "a node, its features and its class separated by tabs were expected")
      }
      let node = Int(try lines.node(fields[0], below: count, line))
      guard rows[node] == nil else { throw lines.fail(line, "node \(node) is there twice") }
      guard let label = Int(fields[2]), label >= 0 else {
        throw lines.fail(line, "the class is '\(fields[2])'; a whole number was expected")
      }
      classes[node] = label
      let items = fields[1].split(separator: ",", omittingEmptySubsequences: false)
      if let columnLimit {
        var columns: Set<Int32> = []
        for item in items where !(items.count == 1 && item.isEmpty) {
          guard let column = Int32(item), (0..<columnLimit).contains(Int(column)) else {
            throw lines.fail(
              line, "the feature '\(item)' is not a whole number from 0 to \(columnLimit - 1)")
          }
          columns.insert(column)
        }
        rows[node] = columns.sorted().map { ($0, 1) }
      } else {
        guard width == nil || width == items.count else {
          throw lines.fail(line, "\(items.count) features, \(width!) in the lines before it")
        }
        width = items.count
        var row: [(column: Int32, value: S)] = []
        for (column, item) in items.enumerated() {
          guard let value = Double(item), value.isFinite else {
            throw lines.fail(line, "the feature '\(item)' is not a finite number")
          }
          if value != 0 { row.append((Int32(column), S(value))) }
        }
        rows[node] = row
      }
    }
    // As many lines as nodes, all different: so every row is there.
    let all = rows.map { $0 ?? [] }
    self.classes = classes
    let entries = all.reduce(0) { $0 + $1.count }
    features = try DataError.locating(lines.location) {
      guard entries <= Int(Int32.max) else {
        throw CSRMatrixError.sizeOutOfRange(rows: count, columns: width ?? 0, entries: entries)
      }
      var start: [Int32] = [0]
      for row in all { start.append(start.last! + Int32(row.count)) }
      let matrix = try CSRMatrix(
        rows: count, columns: width ?? 0, rowStart: start,
        column: all.flatMap { $0.map(\.column) }, value: all.flatMap { $0.map(\.value) })
      // Columns that are written out are there, used or not.
      return columnLimit == nil ? matrix : try matrix.requiringUsedColumns()
    }
  }

  /// N + 1 for the heading `feature_amount:N`; nil where the heading says nothing.
  private static func columnLimit(_ heading: Substring, location: String) throws -> Int? {
    let mark = "feature_amount:"
    guard let place = heading.range(of: mark) else { return nil }
    let digits = heading[place.upperBound...].prefix { $0.isASCII && $0.isNumber }
    guard let amount = Int(digits), amount < Int(Int32.max) else {
      throw DataError.malformed(location, "line 1: a whole number was expected after '\(mark)'")
    }
    return amount + 1
  }
}

extension TextLines {
  /// The first line, which says what stands in the others.
  fileprivate func heading() throws -> Substring {
    guard let first = first(where: { _ in true }), first.number == 1,
      first.text.hasPrefix("node_id")
    else {
      throw DataError.malformed(
        location, "line 1: a line of headings that begins with 'node_id' was expected")
    }
    return first.text
  }
}
