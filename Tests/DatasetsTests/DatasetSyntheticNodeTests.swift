import Tensor
import Testing

@testable import Datasets
@testable import Graph

private func shape(
  _ nodes: Int = 1_200, degree: Double = 10, features: Int = 300, classes: Int = 6,
  homophily: Double = 0.7, nonZeros: Int = 12
) -> SyntheticNodeShape {
  var shape = SyntheticNodeShape()
  shape.nodes = nodes
  shape.meanDegree = degree
  shape.features = features
  shape.classes = classes
  shape.homophily = homophily
  shape.nonZerosPerRow = nonZeros
  return shape
}

private func generate(_ shape: SyntheticNodeShape, seed: UInt64 = 1) throws -> NodeDataset<Float> {
  try SyntheticNodeGraph.generate(name: "test", shape: shape, seed: seed)
}

@Suite struct DatasetSyntheticNodeTests {
  @Test(arguments: [0, 0.3, 0.7, 1])
  func sizesAndHomophily(homophily: Double) throws {
    let data = try generate(shape(homophily: homophily), seed: 7)
    #expect(data.isSynthetic)
    #expect(data.source == "synthetic graph, seed 7")
    // 1,200 nodes with 10 neighbours: 6,000 edges, none twice, none a loop.
    #expect(NodeCounts(of: data) == NodeCounts(1_200, 6_000, 300, 6))
    #expect(abs(data.edgeHomophily - homophily) < 1e-9)
    let sizes = (0..<6).map { label in data.classes.filter { $0 == label }.count }
    #expect(sizes.min()! * 4 > sizes.max()! && Set(sizes).count > 1)
    let degrees = (0..<1_200).map { data.graph.inDegree($0) }.sorted()
    #expect(degrees[1_199] > 60 && degrees[600] < 8)
    // Communities do not follow the numbering.
    #expect(Set(data.classes[..<50]).count == 6)
  }

  @Test func featuresAreDifferentBitsOfEachRow() throws {
    let data = try generate(shape())
    let x = data.features
    #expect(x.value.allSatisfy { $0 == 1 })
    for i in 0..<x.rows {
      let columns = x.column[Int(x.rowStart[i])..<Int(x.rowStart[i + 1])]
      #expect(columns.count == 12 && zip(columns, columns.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  /// The class whose columns most of a node's features are in, against that of its neighbourhood's
  /// features: one node's say something, a neighbourhood's say more, neither says all.
  @Test func neighbourhoodsSayMoreThanNodes() throws {
    let data = try generate(shape())
    let own = (0..<data.nodeCount).map { node in
      var counts = [Int](repeating: 0, count: 6)
      for e in Int(data.features.rowStart[node])..<Int(data.features.rowStart[node + 1]) {
        counts[Int(data.features.column[e]) % 6] += 1
      }
      return counts
    }
    let around = (0..<data.nodeCount).map { node in
      var counts = own[node]
      for e in Int(data.graph.inStart[node])..<Int(data.graph.inStart[node + 1]) {
        for c in 0..<6 { counts[c] += own[Int(data.graph.source[e])][c] }
      }
      return counts
    }
    func accuracy(_ counts: [[Int]]) -> Double {
      let right = zip(counts, data.classes).filter { counts, label in
        counts.firstIndex(of: counts.max()!) == label
      }
      return Double(right.count) / Double(data.nodeCount)
    }
    #expect((0.4...0.8).contains(accuracy(own)), "\(accuracy(own))")
    #expect((accuracy(own) + 0.1...0.99).contains(accuracy(around)), "\(accuracy(around))")
  }

  @Test func theSeedDecides() throws {
    let (a, b, c) = try (
      generate(shape(), seed: 3), generate(shape(), seed: 3), generate(shape(), seed: 4)
    )
    #expect(a.graph.source == b.graph.source && a.features == b.features && a.classes == b.classes)
    #expect(a.graph.source != c.graph.source && a.features != c.features && a.classes != c.classes)
  }

  @Test func largeGraph() throws {
    // The size of ogbn-arxiv, with fewer features a node.
    let data = try generate(
      shape(169_343, degree: 13.77, features: 128, classes: 40, homophily: 0.65, nonZeros: 2))
    #expect(NodeCounts(of: data) == NodeCounts(169_343, 1_165_927, 128, 40))
    #expect(abs(data.edgeHomophily - 0.65) < 1e-5)
  }

  @Test func smallestAndDensestShapes() throws {
    let one = try generate(
      shape(1, degree: 0, features: 2, classes: 1, homophily: 1, nonZeros: 1))
    #expect(NodeCounts(of: one) == NodeCounts(1, 0, 2, 1))
    let dense = try generate(shape(80, degree: 10, features: 4, classes: 2, nonZeros: 2))
    #expect(dense.edgeCount == 400)
    let pairs = try generate(shape(12, degree: 0.5, features: 6, classes: 6, nonZeros: 3))
    #expect((0..<6).allSatisfy { label in pairs.classes.filter { $0 == label }.count == 2 })
  }

  @Test(arguments: [
    (shape(0), "nodes"), (shape(-1), "nodes"), (shape(.max), "nodes"),
    (shape(classes: 0), "classes"), (shape(classes: 601), "classes"),
    (shape(features: 5), "features"), (shape(features: .max), "features"),
    (shape(nonZeros: 0), "nonZerosPerRow"), (shape(nonZeros: 151), "nonZerosPerRow"),
    (shape(homophily: -0.1), "homophily"), (shape(homophily: .nan), "homophily"),
    (shape(classes: 1), "homophily"), (shape(degree: 51), "meanDegree"),
    (shape(degree: .nan), "meanDegree"), (shape(degree: -1), "meanDegree"),
    (shape(10_000_000, features: 100_000, nonZeros: 50_000), "nonZerosPerRow"),
    (shape(10_000_000, degree: 1_000), "meanDegree"),
  ])
  func shapesOutOfRange(shape: SyntheticNodeShape, property: String) {
    expectDataError(.malformed, "\(property) of a synthetic graph: found") {
      _ = try generate(shape)
    }
  }

  @Test(arguments: NodeBenchmark.all.map(\.name))
  func standInsAreOfTheDataSetsSize(name: String) throws {
    let benchmark = try NodeBenchmark.named(name)
    #expect(benchmark.standIn.problems.isEmpty)
    guard let counts = benchmark.counts, counts.nodes < 5_000 else { return }
    let data = try generate(benchmark.standIn)
    let own = NodeBenchmark.Counts(of: data)
    #expect(
      (own.nodes, own.features, own.classes) == (counts.nodes, counts.features, counts.classes))
    #expect(abs(own.edges - counts.edges) < counts.nodes / 100)
  }
}
