import Tensor
import Testing

@testable import Graph

/// A simple undirected graph as a dense matrix, with curvatures straight from their definition.
struct DenseGraph {
  var isAdjacent: [[Bool]]

  init(_ graph: CSRGraph) {
    let n = graph.nodeCount
    isAdjacent = [[Bool]](repeating: [Bool](repeating: false, count: n), count: n)
    for i in 0..<n {
      for e in graph.inStart[i]..<graph.inStart[i + 1] {
        isAdjacent[i][Int(graph.source[Int(e)])] = true
      }
      isAdjacent[i][i] = false
    }
  }

  var nodes: Range<Int> { isAdjacent.indices }

  var edges: [UndirectedEdge] {
    nodes.flatMap { i in
      (i..<nodes.count).filter { isAdjacent[i][$0] }.map { UndirectedEdge(i, $0) }
    }
  }

  func with(_ edge: UndirectedEdge, _ isThere: Bool) -> DenseGraph {
    var result = self
    result.isAdjacent[edge.first][edge.second] = isThere
    result.isAdjacent[edge.second][edge.first] = isThere
    return result
  }

  func number(_ i: Int, _ j: Int) -> Int { isAdjacent[i][j] ? 1 : 0 }

  func degree(_ i: Int) -> Int { nodes.count { isAdjacent[i][$0] } }

  /// A A.
  func paths(_ i: Int, _ j: Int) -> Int { nodes.reduce(0) { $0 + number(i, $1) * number($1, j) } }

  /// The definition, set by set, with gamma from rows of A: A_k . (A_j - A_i A_j) - 1.
  func definition(_ edge: UndirectedEdge) -> Double {
    let (i, j) = (edge.first, edge.second)
    let (di, dj) = (Double(degree(i)), Double(degree(j)))
    guard min(di, dj) > 1 else { return 0 }
    let triangles = Double(paths(i, j))
    func squares(_ p: Int, _ q: Int) -> [Int] {
      nodes.filter { k in
        isAdjacent[p][k] && !isAdjacent[q][k] && k != q
          && nodes.contains { w in
            w != p && isAdjacent[k][w] && isAdjacent[q][w] && !isAdjacent[p][w]
          }
      }
    }
    func gamma(_ k: Int, _ p: Int, _ q: Int) -> Int {
      nodes.reduce(0) { $0 + number(k, $1) * (number(q, $1) - number(p, $1) * number(q, $1)) } - 1
    }
    let (ofI, ofJ) = (squares(i, j), squares(j, i))
    let gammas = ofI.map { gamma($0, i, j) } + ofJ.map { gamma($0, j, i) }
    let cycles =
      gammas.max().map { Double(ofI.count + ofJ.count) / (Double($0) * max(di, dj)) } ?? 0
    return 2 / di + 2 / dj - 2 + 2 * triangles / max(di, dj) + triangles / min(di, dj) + cycles
  }

  /// The whole matrix as the released code fills it, row by row.
  func released(earlyExit: Bool) -> [[Double]] {
    nodes.map { i in
      var row = [Double](repeating: 0, count: nodes.count)
      for j in nodes {
        guard isAdjacent[i][j] else {
          if earlyExit { break }
          continue
        }
        let (large, small) = (max(degree(i), degree(j)), min(degree(i), degree(j)))
        let counts = nodes.flatMap { k in
          [
            number(k, j) * (paths(i, k) - number(i, k)),
            number(i, k) * (paths(k, j) - number(k, j)),
          ]
        }.filter { $0 > 0 }
        row[j] =
          2 / Double(large) + 2 / Double(small) - 2
          + (2 / Double(large) + 1 / Double(small)) * Double(paths(i, j))
        if let most = counts.max() { row[j] += Double(counts.count) / Double(large * most) }
      }
      return row
    }
  }
}

/// The simple undirected graph of pairs.
func undirected(_ nodes: Int, _ pairs: [(Int, Int)]) throws -> CSRGraph {
  try CSRGraph(
    undirected: nodes, first: pairs.map { Int32($0.0) }, second: pairs.map { Int32($0.1) })
}

/// Random pairs, and so many around a hub.
func randomUndirected(_ nodes: Int, pairs: Int, hub: Int = 0, seed: UInt64) throws -> CSRGraph {
  var generator = RandomStream(seed: seed, purpose: "curvature").generator()
  func node() -> Int { generator.below(nodes) }
  return try undirected(
    nodes, (0..<pairs).map { _ in (node(), node()) } + (0..<hub).map { _ in (nodes / 2, node()) })
}

/// A cycle.
func cycle(_ n: Int) throws -> CSRGraph { try undirected(n, (0..<n).map { ($0, ($0 + 1) % n) }) }

/// All pairs.
func complete(_ n: Int) throws -> CSRGraph {
  try undirected(n, (0..<n).flatMap { i in (0..<i).map { (i, $0) } })
}
