import Graph
import Tensor

/// One split (train, valid or test) of a data set of several graphs in DGL's layout: a node-link
/// graph of them all, and arrays of features, labels, graph ids and, perhaps, known labels.
package enum NodeLinkSplit {
  /// The split's graphs, and the id that the files give each.
  ///
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for one whose
  ///   contents are wrong or do not fit the others.
  package static func load(
    _ split: String, from files: FileBundle
  ) throws -> (samples: [GraphSample<Float>], ids: [Int]) {
    func array(_ name: String) throws -> NPYArray {
      try files.array("\(split)_\(name).npy")
    }
    // All counts are compared before the numbers are read: those that are all equal take a
    // thousandth of their size in an archive.
    let idLayout = try files.layout("\(split)_graph_id.npy")
    try idLayout.requireList(of: "integers")
    let n = idLayout.shape[0]
    let graphFile = "\(split)_graph.json"
    let graphLocation = files.location(of: graphFile)
    guard n > 0 else { throw DataError.malformed(graphLocation, "there are no nodes") }
    let hasKnown = try files.contains("\(split)_label_known_mask.npy")
    for part in ["feats", "labels"] + (hasKnown ? ["label_known_mask"] : []) {
      try files.layout("\(split)_\(part).npy").require(
        rows: n, as: "\(split)_graph_id.npy has \(n) nodes")
    }

    let graph = try NodeLinkGraph(parsing: files.read(graphFile), location: graphLocation)
    let idArray = try array("graph_id")
    guard graph.nodeCount == n else {
      throw DataError.malformed(
        idArray.location,
        "the array has \(n) rows, but \(graphFile) has \(graph.nodeCount) nodes")
    }
    let ids = try idArray.integers()
    let blocks = try self.blocks(ids: ids, location: idArray.location)

    let featureArray = try array("feats")
    let features = try featureArray.matrix(of: Float.self)
    if let (row, column) = features.firstIndex(where: { !$0.isFinite }) {
      throw DataError.malformed(
        featureArray.location,
        "the feature in row \(row), column \(column) (counted from 0) is "
          + "\(features[row, column]); finite numbers were expected")
    }

    let labelArray = try array("labels")
    let labels = try labelArray.matrix(of: Float.self)
    if let (row, column) = labels.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw DataError.malformed(
        labelArray.location,
        "the label in row \(row), column \(column) (counted from 0) is \(labels[row, column]); "
          + "0 or 1 was expected")
    }

    var known = [Bool](repeating: true, count: n)
    if hasKnown { known = try array("label_known_mask").booleans() }

    let graphs = try DataError.locating(graphLocation) {
      try graph.separated(into: blocks, location: graphLocation)
    }
    let samples = zip(graphs, blocks).map { graph, block in
      GraphSample(
        graph: graph, features: features.slice(rows: block.nodes),
        labels: labels.slice(rows: block.nodes),
        known: Array(known[block.nodes]))
    }
    return (samples, blocks.map(\.id))
  }

  /// The runs of equal graph ids.
  private static func blocks(ids: [Int], location: String) throws -> [NodeLinkGraph.Block] {
    var blocks: [NodeLinkGraph.Block] = []
    var seen: Set<Int> = []
    var start = 0
    while start < ids.count {
      let id = ids[start]
      guard seen.insert(id).inserted else {
        throw DataError.malformed(
          location,
          "graph \(id) comes back at node \(start); the nodes of a graph must follow each other")
      }
      let end = ids[start...].firstIndex { $0 != id } ?? ids.count
      blocks.append(.init(id: id, nodes: start..<end))
      start = end
    }
    return blocks
  }
}

extension NodeLinkGraph {
  /// One graph of several: its id and its nodes.
  package struct Block {
    package var id: Int
    package var nodes: Range<Int>
  }

  /// The graphs of the blocks, which cover all nodes in order. Each node is numbered from its
  /// block's start; a link that occurs twice becomes one edge.
  ///
  /// - Throws: ``DataError`` (malformed) for a link between two graphs.
  package func separated(into blocks: [Block], location: String) throws -> [CSRGraph] {
    var blockOfNode: [Int32] = []
    blockOfNode.reserveCapacity(nodeCount)
    for (b, block) in blocks.enumerated() {
      blockOfNode.append(contentsOf: repeatElement(Int32(b), count: block.nodes.count))
    }
    var lists = [(sources: [Int32], destinations: [Int32])](
      repeating: ([], []), count: blocks.count)
    for link in sources.indices {
      let (source, target) = (sources[link], targets[link])
      let b = Int(blockOfNode[Int(source)])
      guard blockOfNode[Int(target)] == b else {
        throw DataError.malformed(
          location,
          "link \(link) (counted from 0) goes from node \(source) of graph \(blocks[b].id) to node "
            + "\(target) of graph \(blocks[Int(blockOfNode[Int(target)])].id)")
      }
      let first = Int32(blocks[b].nodes.lowerBound)
      lists[b].sources.append(source - first)
      lists[b].destinations.append(target - first)
      if !isDirected, source != target {
        lists[b].sources.append(target - first)
        lists[b].destinations.append(source - first)
      }
    }
    return try zip(blocks, lists).map { block, edges in
      try CSRGraph(
        nodeCount: block.nodes.count, sources: edges.sources, destinations: edges.destinations
      ).withoutParallelEdges()
    }
  }
}

extension CSRGraph {
  /// The graph with one edge where there are several from one node to another.
  fileprivate func withoutParallelEdges() -> CSRGraph {
    var lastDestination = [Int32](repeating: -1, count: nodeCount)
    var start: [Int32] = [0]
    var kept: [Int32] = []
    start.reserveCapacity(nodeCount + 1)
    kept.reserveCapacity(edgeCount)
    for i in 0..<nodeCount {
      for e in Int(inStart[i])..<Int(inStart[i + 1]) {
        let j = Int(source[e])
        if lastDestination[j] == i { continue }
        lastDestination[j] = Int32(i)
        kept.append(source[e])
      }
      start.append(Int32(kept.count))
    }
    return kept.count == edgeCount ? self : CSRGraph(inStart: start, source: kept)
  }
}

extension Matrix<Float> {
  /// The first element, in row-major order, for which the condition holds.
  fileprivate func firstIndex(where condition: (Float) -> Bool) -> (row: Int, column: Int)? {
    guard let i = UnsafeBufferPointer(start: pointer, count: count).firstIndex(where: condition)
    else { return nil }
    return (i / columns, i % columns)
  }
}
