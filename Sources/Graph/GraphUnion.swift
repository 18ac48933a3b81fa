import Tensor

extension CSRGraph {
  /// The edges of two graphs between the same nodes, each edge once: what features that live on two
  /// graphs are compared over. Members are those of this graph.
  ///
  /// The edges into a node are sorted by their sources. Of parallel edges there are as many as in
  /// the graph that has more of them. The union of a graph with itself is that very object.
  ///
  /// Both graphs must have the same number of nodes.
  public func union(_ other: CSRGraph) -> CSRGraph {
    if self === other { return self }
    precondition(
      nodeCount == other.nodeCount,
      "a union of graphs of \(nodeCount) and \(other.nodeCount) nodes")
    // Each row is merged where it would begin if no two edges were equal, and then moves up.
    let most = edgeCount + other.edgeCount
    var start = [Int32](repeating: 0, count: nodeCount + 1)
    let merged = UnsafeMutableBufferPointer<Int32>.allocate(capacity: most)
    defer { merged.deallocate() }
    start.withUnsafeMutableBufferPointer { start in
      nonisolated(unsafe) let (start, merged) = (start, merged)
      forEachRun(width: 16) { nodes in
        for i in nodes { start[i + 1] = Int32(mergeSources(of: i, other, into: merged)) }
      }
    }
    for i in 0..<nodeCount { start[i + 1] += start[i] }
    let count = Int(start[nodeCount])
    let sources = [Int32](unsafeUninitializedCapacity: count) { memory, written in
      nonisolated(unsafe) let (memory, merged) = (memory, merged)
      forEachRun(width: 16) { nodes in
        for i in nodes {
          let from = Int(inStart[i]) + Int(other.inStart[i])
          for e in 0..<Int(start[i + 1] - start[i]) {
            memory[Int(start[i]) + e] = merged[from + e]
          }
        }
      }
      written = count
    }
    return CSRGraph(inStart: start, source: sources, memberStart: memberStart)
  }

  /// Writes the union's edges into a node to where both graphs' rows before it would end.
  ///
  /// - Returns: How many there are.
  private func mergeSources(
    of node: Int, _ other: CSRGraph, into merged: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    let (a, b) = (sortedSources(of: node), other.sortedSources(of: node))
    let first = Int(inStart[node]) + Int(other.inStart[node])
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var (p, q, end) = (0, 0, first)
        while p < a.count, q < b.count {
          let (x, y) = (a[p], b[q])
          merged[end] = min(x, y)
          p += x <= y ? 1 : 0
          q += y <= x ? 1 : 0
          end += 1
        }
        while p < a.count {
          merged[end] = a[p]
          (p, end) = (p + 1, end + 1)
        }
        while q < b.count {
          merged[end] = b[q]
          (q, end) = (q + 1, end + 1)
        }
        return end - first
      }
    }
  }

  /// The sources of the edges into a node, ascending: as they stand in graphs of neighbours and in
  /// unions, without a copy.
  private func sortedSources(of node: Int) -> ArraySlice<Int32> {
    let row = source[Int(inStart[node])..<Int(inStart[node + 1])]
    let isSorted = row.withUnsafeBufferPointer { row in
      var isSorted = true
      for e in row.indices.dropFirst() where row[e] < row[e - 1] { isSorted = false }
      return isSorted
    }
    return isSorted ? row : ArraySlice(row.sorted())
  }
}
