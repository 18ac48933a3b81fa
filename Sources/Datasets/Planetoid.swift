import Graph
import Tensor

/// The citation networks Cora, CiteSeer and PubMed in the files of Yang et al., "Revisiting
/// semi-supervised learning with graph embeddings", ICML 2016, with their public split.
///
/// `ind.NAME.` followed by
///
/// - `allx`, `ally`: features (sparse) and classes (one-hot) of the nodes that come first, of which
///   those in `y` are the ones to train on and the 500 after them those to validate on;
/// - `tx`, `ty`: the same of the test nodes, in the order in which `test.index` (text) lists them;
/// - `graph`: a dictionary from each node to the list of its neighbours, taken both ways.
///
/// All but `test.index` are Python pickles, read by a reader that can build data and nothing else.
/// Numbers between the least and the largest test node that `test.index` does not list are nodes
/// without features and of unknown class (CiteSeer has 15): they are in the graph and in no part of
/// the split.
public enum Planetoid {
  /// Reads a data set with its public split, the only one in ``NodeDataset/splits``.
  ///
  /// - Parameters:
  ///   - name: The name in the files' names: "cora", "citeseer" or "pubmed".
  ///   - files: The folder with the files.
  ///   - validation: The number of nodes to validate on.
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for one that is
  ///   truncated, asks for anything but data, or does not fit the others.
  public static func load<S: Scalar>(
    _ name: String, from files: FileBundle, validation: Int = 500, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let reader = Reader(name: name, files: files)
    let (first, last): (CSRMatrix<S>, CSRMatrix<S>) = try (
      reader.sparse("allx"), reader.sparse("tx")
    )
    guard first.columns == last.columns else {
      throw DataError.malformed(
        reader.location("tx"),
        "nodes have \(last.columns) features, those in allx have \(first.columns)")
    }
    let (firstClasses, lastClasses) = try (
      reader.classes("ally", count: first.rows), reader.classes("ty", count: last.rows)
    )
    let trainClasses = try reader.classes("y", count: nil)
    guard validation >= 0, trainClasses.count <= first.rows - validation,
      trainClasses[...] == firstClasses[..<trainClasses.count]
    else {
      throw DataError.malformed(
        reader.location("y"),
        "the \(trainClasses.count) classes are not the first of those in ally, with \(validation) "
          + "nodes to validate on after them")
    }
    let test = try reader.testNodes(count: last.rows, after: first.rows)
    let nodeCount = (test.max() ?? first.rows - 1) + 1
    var row = [Int?](repeating: nil, count: nodeCount)
    for (k, node) in test.enumerated() { row[node] = k }
    let unknown = NodeDataset<S>.unknown
    let classes = firstClasses + row[first.rows...].map { $0.map { lastClasses[$0] } ?? unknown }
    let source = files.location
    return try NodeDataset(
      name: name, source: source,
      graph: DataError.locating(reader.location("graph")) { try reader.graph(nodeCount) },
      features: DataError.locating(source) {
        try joined(first, last, rows: Array(row[first.rows...])).requiringUsedColumns()
      }, classes: classes,
      splits: [
        NodeSplit(
          name: "public", nodeCount: nodeCount, training: Array(0..<trainClasses.count),
          validation: Array(trainClasses.count..<(trainClasses.count + validation)),
          test: test.filter { classes[$0] != unknown }, location: source)
      ])
  }

  /// The rows of `first`, then those rows of `last` that `rows` names, empty ones for nil.
  private static func joined<S: Scalar>(
    _ first: CSRMatrix<S>, _ last: CSRMatrix<S>, rows: [Int?]
  ) throws -> CSRMatrix<S> {
    guard first.count + last.count <= Int(Int32.max) else {
      throw CSRMatrixError.sizeOutOfRange(
        rows: first.rows + rows.count, columns: first.columns, entries: first.count + last.count)
    }
    var (start, column, value) = (first.rowStart, first.column, first.value)
    for row in rows {
      if let row {
        let entries = Int(last.rowStart[row])..<Int(last.rowStart[row + 1])
        column += last.column[entries]
        value += last.value[entries]
      }
      start.append(Int32(column.count))
    }
    return try CSRMatrix(
      rows: first.rows + rows.count, columns: first.columns, rowStart: start, column: column,
      value: value)
  }

  /// Reads single files.
  private struct Reader {
    let name: String
    let files: FileBundle

    func file(_ part: String) -> String { "ind.\(name).\(part)" }
    func location(_ part: String) -> String { files.location(of: file(part)) }
    func fail(_ part: String, _ message: String) -> DataError {
      .malformed(location(part), message)
    }

    func pickle(_ part: String) throws -> PickleValue { try sizedPickle(part).value }

    func sizedPickle(_ part: String) throws -> (value: PickleValue, bytes: Int) {
      let bytes = try files.read(file(part))
      return (try PickleReader.read(bytes, location: location(part)), bytes.count)
    }

    func sparse<S: Scalar>(_ part: String) throws -> CSRMatrix<S> {
      let pickle = try pickle(part)
      guard case .sparse(let matrix) = pickle, let state = matrix.state else {
        throw fail(part, "the pickle is \(pickle.kind); a sparse matrix was expected")
      }
      return try DataError.locating(location(part)) {
        try CSRMatrix(
          rows: state.shape[0], columns: state.shape[1], rowStart: state.indptr.indices(),
          column: state.indices.indices(), value: state.data.numbers())
      }
    }

    /// The class of each one-hot row; unknown for a row of zeros.
    func classes(_ part: String, count: Int?) throws -> [Int] {
      let pickle = try pickle(part)
      guard case .array(let array) = pickle, let contents = array.contents else {
        throw fail(part, "the pickle is \(pickle.kind); an array was expected")
      }
      let rows = try contents.booleanRows()
      guard count == nil || rows.count == count else {
        throw fail(part, "there are classes of \(rows.count) nodes, but features of \(count!)")
      }
      return try rows.enumerated().map { node, row in
        guard row.lazy.filter({ $0 }).count <= 1 else {
          throw fail(part, "node \(node) is of several classes")
        }
        return row.firstIndex(of: true) ?? NodeDataset<Float>.unknown
      }
    }

    /// The test nodes, all different, none before `first`, in the order of the file.
    func testNodes(count: Int, after first: Int) throws -> [Int] {
      let lines = try TextLines(files.read(file("test.index")), location: location("test.index"))
      var nodes: [Int] = []
      var seen: Set<Int> = []
      for line in lines {
        guard let node = Int32(line.text).map(Int.init), node >= first, seen.insert(node).inserted
        else {
          throw lines.fail(
            line,
            "'\(line.text.prefix(40))' is not a node from \(first) on that occurs once")
        }
        nodes.append(node)
      }
      guard nodes.count == count else {
        throw fail("test.index", "\(nodes.count) nodes are listed, but tx has \(count) rows")
      }
      // A single damaged number must not ask for memory for a graph of two thousand million nodes.
      guard let last = nodes.max(), last - first < 2 * count + 1_000 else {
        throw fail("test.index", "the nodes leave too many numbers out after \(first)")
      }
      return nodes
    }

    func graph(_ nodeCount: Int) throws -> CSRGraph {
      let (pickle, size) = try sizedPickle("graph")
      guard case .dictionary(let neighbours) = pickle else {
        throw fail("graph", "the pickle is \(pickle.kind); a dictionary was expected")
      }
      var ends: (first: [Int32], second: [Int32]) = ([], [])
      var seen: Set<Int32> = []
      for (key, value) in neighbours.items {
        guard let node = key.integer.flatMap(Int32.init(exactly:)), case .list(let list) = value
        else {
          throw fail(
            "graph", "\(value.kind) at \(key.kind); a list of nodes at a node was expected")
        }
        guard node >= 0, node < nodeCount else {
          throw fail("graph", "node \(node) is named; nodes are 0 to \(nodeCount - 1)")
        }
        guard seen.insert(node).inserted else { throw fail("graph", "node \(node) is there twice") }
        // A list of one byte can stand at many nodes, but that is no graph that anyone wrote.
        guard ends.first.count + list.items.count <= size else {
          throw fail("graph", "the nodes have more neighbours than the file has bytes")
        }
        for item in list.items {
          guard let other = item.integer.flatMap(Int32.init(exactly:)) else {
            throw fail("graph", "a neighbour of node \(node) is \(item.kind); a node was expected")
          }
          ends.first.append(node)
          ends.second.append(other)
        }
      }
      return try CSRGraph(undirected: nodeCount, first: ends.first, second: ends.second)
    }
  }
}
