import Foundation
import Graph
import Tensor

/// A graph as a folder of tables in text, columns apart by commas, each file with a line of headings:
///
/// - `nodes.csv`: `id`, `label`, and a column for each feature. An id is any text without a comma, and
///   no two are equal. Labels are whole numbers from 0; an empty one is not known.
/// - `edges.csv`: `source`, `target`, and optionally `weight`, which is 1, since edges are not weighted
///   yet. Edges are taken both ways.
/// - `split.csv` (optional): `id`, `part` with `train`, `valid` or `test`. Nodes that it does not name
///   are left out everywhere.
///
/// Nodes are numbered in the order of `nodes.csv`. Quotation marks have no meaning.
public enum CSVGraph {
  package static let nodeFile = "nodes.csv"
  package static let edgeFile = "edges.csv"
  package static let splitFile = "split.csv"

  /// Reads a data set with its split, if there is one; `files` is its folder.
  ///
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for one with a line that
  ///   is not as described above; the message names the line.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let nodes = try CSVNodes<S>(CSVTable(nodeFile, in: files))
    let edges = try CSVTable(edgeFile, in: files)
    let weight = try edges.optionalColumns(["source", "target"], then: "weight")
    var ends: (first: [Int32], second: [Int32]) = ([], [])
    try edges.forEachRow { line, fields in
      ends.first.append(try nodes.number(fields[0], line, of: edges))
      ends.second.append(try nodes.number(fields[1], line, of: edges))
      guard weight else { return }
      guard let number = Double(fields[2]), number.isFinite, number >= 0 else {
        throw edges.lines.fail(
          line,
          "the weight is '\(fields[2].prefix(40))'; a finite number of at least 0 was expected")
      }
      guard number != 1 else { return }
      throw edges.lines.fail(
        line,
        "the weight is '\(fields[2].prefix(40))', and edges cannot be weighted yet; take the column "
          + "out to go on with the bare graph")
    }
    let graph = try DataError.locating(edges.lines.location) {
      try CSRGraph(undirected: nodes.classes.count, first: ends.first, second: ends.second)
    }
    let data = try NodeDataset(
      name: name, source: files.location, graph: graph, features: nodes.features,
      classes: nodes.classes)
    guard try files.contains(splitFile) else { return data }
    return try data.with(splits: [split(CSVTable(splitFile, in: files), nodes, data.known)])
  }

  private static func split<S: Scalar>(
    _ table: CSVTable, _ nodes: CSVNodes<S>, _ known: [Bool]
  ) throws -> NodeSplit {
    _ = try table.optionalColumns(["id", "part"], then: nil)
    let names: [Substring] = ["train", "valid", "test"]
    var masks = names.map { _ in [Bool](repeating: false, count: known.count) }
    var seen = Set<Int32>()
    try table.forEachRow { line, fields in
      let node = try nodes.number(fields[0], line, of: table)
      guard seen.insert(node).inserted else {
        throw table.lines.fail(line, "the node '\(fields[0].prefix(40))' has a part already")
      }
      guard let part = names.firstIndex(of: fields[1]) else {
        throw table.lines.fail(
          line, "'\(fields[1].prefix(40))' is no part; train, valid or test was expected")
      }
      guard known[Int(node)] else {
        throw table.lines.fail(
          line, "the node '\(fields[0].prefix(40))' has no label in \(nodeFile)")
      }
      masks[part][Int(node)] = true
    }
    return try NodeSplit(
      name: splitFile, trainingMask: masks[0], validationMask: masks[1], testMask: masks[2],
      known: known, location: table.lines.location)
  }
}

/// A file of lines with as many fields as its line of headings.
private struct CSVTable {
  let lines: TextLines
  let headings: [String]

  init(_ name: String, in files: FileBundle) throws {
    lines = try TextLines(files.read(name), location: files.location(of: name))
    guard let first = lines.first(where: { _ in true }) else {
      throw DataError.malformed(
        lines.location, "the file is empty; a line of headings was expected")
    }
    headings = Self.fields(first).map(String.init)
  }

  private static func fields(_ line: TextLines.Line) -> [Substring] {
    line.text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.drop { $0 == " " }.trimmingSuffix(" ")
    }
  }

  /// Requires headings, and tells whether the one that may follow is there.
  func optionalColumns(_ required: [String], then optional: String?) throws -> Bool {
    if headings == required { return false }
    if let optional, headings == required + [optional] { return true }
    let wanted = (required + (optional.map { ["(optional) \($0)"] } ?? [])).joined(separator: ",")
    throw DataError.malformed(
      lines.location,
      "line 1: the headings are '\(headings.joined(separator: ",").prefix(80))'; \(wanted) was expected"
    )
  }

  func forEachRow(_ body: (TextLines.Line, [Substring]) throws -> Void) throws {
    for line in lines.dropFirst() {
      let fields = Self.fields(line)
      guard fields.count == headings.count else {
        throw lines.fail(
          line, "there are \(fields.count) fields, but \(headings.count) headings")
      }
      try body(line, fields)
    }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(_ character: Character) -> Substring {
    var rest = self
    while rest.last == character { rest.removeLast() }
    return rest
  }
}

/// The nodes of ``CSVGraph``.
private struct CSVNodes<S: Scalar> {
  let classes: [Int]
  let features: CSRMatrix<S>
  private let numbers: [Substring: Int32]

  init(_ table: CSVTable) throws {
    guard table.headings.count > 2, table.headings[0] == "id", table.headings[1] == "label" else {
      throw DataError.malformed(
        table.lines.location,
        "line 1: the headings are '\(table.headings.joined(separator: ",").prefix(80))'; id,label and "
          + "a heading for each feature, of which there is at least one, were expected")
    }
    var (classes, numbers): ([Int], [Substring: Int32]) = ([], [:])
    var (rowStart, column, value): ([Int32], [Int32], [S]) = ([0], [], [])
    try table.forEachRow { line, fields in
      func fail(_ message: String) -> DataError { table.lines.fail(line, message) }
      guard !fields[0].isEmpty else { throw fail("the id is empty") }
      guard numbers.updateValue(Int32(clamping: classes.count), forKey: fields[0]) == nil else {
        throw fail("the id '\(fields[0].prefix(40))' stands in an earlier line too")
      }
      if fields[1].isEmpty {
        classes.append(NodeDataset<S>.unknown)
      } else {
        guard let label = Int(fields[1]), label >= 0 else {
          throw fail(
            "the label '\(fields[1].prefix(40))' is not a class; whole numbers from 0 are, and "
              + "nothing where it is not known")
        }
        classes.append(label)
      }
      for feature in 2..<fields.count {
        guard let number = Double(fields[feature]), S(number).isFinite else {
          throw fail(
            "the feature \(table.headings[feature].prefix(40)) is '\(fields[feature].prefix(40))'; a "
              + "finite number was expected")
        }
        guard number != 0 else { continue }
        guard column.count < Int(Int32.max) else { throw fail("there are too many features") }
        column.append(Int32(feature - 2))
        value.append(S(number))
      }
      rowStart.append(Int32(column.count))
    }
    self.classes = classes
    self.numbers = numbers
    features = try DataError.locating(table.lines.location) {
      try CSRMatrix(
        rows: classes.count, columns: table.headings.count - 2, rowStart: rowStart, column: column,
        value: value)
    }
  }

  /// The number of the node of an id.
  func number(_ id: Substring, _ line: TextLines.Line, of table: CSVTable) throws -> Int32 {
    guard let number = numbers[id] else {
      throw table.lines.fail(
        line, "there is no node '\(id.prefix(40))' in \(CSVGraph.nodeFile)")
    }
    return number
  }
}
