import Tensor
import Testing

@testable import Graph
@testable import TestSupport

/// Unions, members, readouts, and constants that batches put together from their graphs'.
@Suite struct GraphMemberTests {
  private func graph(_ nodes: Int, _ edges: [(Int32, Int32)]) throws -> CSRGraph {
    try CSRGraph(nodeCount: nodes, sources: edges.map { $0.0 }, destinations: edges.map { $0.1 })
  }

  private func edges(_ graph: CSRGraph) -> [[Int32]] {
    (0..<graph.nodeCount).map {
      Array(graph.source[Int(graph.inStart[$0])..<Int(graph.inStart[$0 + 1])])
    }
  }

  private func random(_ rows: Int, _ columns: Int, _ name: String) -> Matrix<Double> {
    .normal(rows, columns, stream: RandomStream(seed: 7, purpose: name))
  }

  // MARK: Unions

  @Test func unionsAreSetsOfEdges() throws {
    let a = try graph(4, [(2, 0), (1, 0), (1, 0), (3, 3), (0, 1)])
    let b = try graph(4, [(1, 0), (3, 0), (0, 1), (0, 2), (0, 2)])
    #expect(edges(a.union(b)) == [[1, 1, 2, 3], [0], [0, 0], [3]])
    #expect(edges(b.union(a)) == edges(a.union(b)))
    #expect(a.union(a) === a)
    let none = CSRGraph(edgelessMembers: [3, 1])
    #expect(edges(none.union(a)) == edges(a).map { $0.sorted() })
    #expect(none.union(a).memberStart == [0, 3, 4] && a.union(none).memberStart == [0, 4])
    #expect(CSRGraph(edgelessMembers: []).union(CSRGraph(edgelessMembers: [0])).nodeCount == 0)
  }

  @Test func unionsOfManyRandomEdges() throws {
    var random = RandomStream(seed: 3, purpose: "edges").generator()
    func ends() -> [Int32] { (0..<200).map { _ in Int32(random.below(40)) } }
    func draw() throws -> CSRGraph {
      try CSRGraph(nodeCount: 40, sources: ends(), destinations: ends())
    }
    let (a, b) = (try draw(), try draw())
    let union = a.union(b)
    for node in 0..<40 {
      func counts(_ graph: CSRGraph) -> [Int32: Int] {
        Dictionary(edges(graph)[node].map { ($0, 1) }, uniquingKeysWith: +)
      }
      #expect(counts(union) == counts(a).merging(counts(b)) { max($0, $1) })
      #expect(edges(union)[node] == edges(union)[node].sorted())
    }
    #expect(
      union.destination.count == union.edgeCount && union.outStart.last == Int32(union.edgeCount))
  }

  // MARK: Members

  @Test func batchesKnowTheirMembers() throws {
    let (a, b) = (try graph(3, [(0, 1)]), CSRGraph(edgelessMembers: [2, 0]))
    let batch = CSRGraph(batching: [a, b, CSRGraph(batching: [a, a])])
    #expect(batch.memberStart == [0, 3, 5, 5, 8, 11] && batch.memberCount == 5)
    #expect(batch.nodes(ofMember: 2) == 5..<5)
    #expect(a.memberStart == [0, 3] && a.withSelfLoops().memberStart == [0, 3])
    #expect(batch.selfLooped.memberStart == batch.memberStart)
    #expect(edges(batch.selfLooped) == edges(batch.withSelfLoops()))
    #expect(batch.selfLooped === batch.selfLooped)
    #expect(batch.pooled.nodeCount == 5 && batch.pooled.memberCount == 5)
  }

  /// What a batch puts together is what its own edges give, to the bit.
  @Test(arguments: GraphNormalization.allCases)
  func edgeWeightsOfBatches(_ normalization: GraphNormalization) throws {
    let parts = [
      try graph(3, [(0, 1), (1, 0), (2, 1), (1, 1)]), CSRGraph(edgelessMembers: [2]),
      try graph(2, [(0, 1), (0, 1)]),
    ]
    let batch = CSRGraph(batching: parts)
    let flat = CSRGraph(inStart: batch.inStart, source: batch.source)
    let (a, b): (Matrix<Float>?, Matrix<Float>?) = (
      batch.edgeWeights(normalization), flat.edgeWeights(normalization)
    )
    #expect(a == b)
    let (c, d): (Matrix<Float>?, Matrix<Float>?) = (
      batch.edgeWeightsBySource(normalization), flat.edgeWeightsBySource(normalization)
    )
    #expect(c == d)
  }

  @Test func frameletsOfBatches() throws {
    func undirected(_ nodes: Int, _ pairs: [(Int32, Int32)]) throws -> CSRGraph {
      try graph(nodes, pairs + pairs.map { ($0.1, $0.0) })
    }
    let parts = [
      try undirected(4, [(0, 1), (1, 2), (2, 3)]), try undirected(3, [(0, 2)]),
      try undirected(1, []),
    ]
    let batch = CSRGraph(batching: parts)
    let flat = CSRGraph(inStart: batch.inStart, source: batch.source)
    let x = random(8, 3, "x")
    for largest in [2, nil] as [Double?] {
      var options = FrameletPropagationOptions()
      options.framelets = FrameletOptions(
        levels: 2, largestEigenvalue: largest, route: .chebyshev(terms: 4))
      let a: FrameletPropagation<Double> = try batch.frameletPropagation(options)
      let b: FrameletPropagation<Double> = try flat.frameletPropagation(options)
      #expect(a.transform.largestEigenvalue == b.transform.largestEigenvalue)
      #expect(a.transform.decompose(x) == b.transform.decompose(x))
      for band in a.transform.bands { #expect(a.propagate(band, x) == b.propagate(band, x)) }
    }
    #expect(
      try batch.normalizedLaplacian().dense() == flat.normalizedLaplacian().dense())
  }

  // MARK: Readouts

  @Test(arguments: Readout.allCases) func readoutsAreTheirFormulas(_ kind: Readout) {
    for sizes in [[], [0], [1], [3, 0, 1, 700], [64, 65]] {
      for width in [1, 3, 64, 65] {
        let graph = CSRGraph(edgelessMembers: sizes)
        let x = random(graph.nodeCount, width, "x")
        let (y, sources) = readout(graph, x, kind)
        let cotangent = random(sizes.count, width, "cotangent")
        let dx = readoutBackward(graph, sources: sources, dOutput: cotangent, kind)
        #expect(y.rows == sizes.count && dx.rows == graph.nodeCount && dx.columns == width)
        if kind == .max {
          var sum = x
          addReadoutBackward(graph, sources: sources, dOutput: cotangent, to: &sum)
          var expected = x
          expected.add(dx)
          #expect(sum == expected)
        }
        for g in sizes.indices {
          let nodes = graph.nodes(ofMember: g)
          for c in 0..<width {
            let column = nodes.map { x[$0, c] }
            let n = Double(max(column.count, 1))
            let sum = column.reduce(0.0) { $0 + $1 }
            let largest = column.max() ?? 0.0
            let expected: Double = kind == .max ? largest : kind == .mean ? sum / n : sum
            #expect(abs(y[g, c] - expected) < 1e-10)
            for i in nodes {
              let wins: Double = x[i, c] == expected ? 1 : 0
              let share: Double = kind == .max ? wins : kind == .mean ? 1 / n : 1
              #expect(abs(dx[i, c] - share * cotangent[g, c]) < 1e-14)
            }
          }
        }
      }
    }
  }

  @Test func readoutsOfOddNumbers() {
    let graph = CSRGraph(edgelessMembers: [3, 2])
    let x = Matrix<Float>(5, 1, [2, 2, 1, 1, .nan])
    let (y, sources) = readout(graph, x, .max)
    #expect(y[0, 0] == 2 && y[1, 0].isNaN && sources == [0, 4])
  }
}
