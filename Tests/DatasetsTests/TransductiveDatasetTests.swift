import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// Five nodes in a path, of classes 0, 1, 0, 1 and an unknown one, with `features` columns of which
/// the first two hold numbers.
private func path(features: Int = 20) throws -> NodeDataset<Double> {
  try NodeDataset(
    name: "path", source: "here",
    graph: CSRGraph(undirected: 5, first: [0, 1, 2, 3], second: [1, 2, 3, 4]),
    features: CSRMatrix(
      rows: 5, columns: features, rowStart: [0, 2, 3, 4, 4, 5], column: [0, 1, 0, 1, 1],
      value: [1, 3, 2, 5, 4]),
    classes: [0, 1, 0, 1, -1])
}

@Suite struct TransductiveDatasetTests {
  @Test func partsShareTheGraphAndCountDifferentNodes() throws {
    let data = TransductiveDataset(try path(), selfLoops: true, normalizesRows: false)
    let split = try NodeSplit(
      name: "s", nodeCount: 5, training: [2], validation: [0], test: [1, 3])
    let parts = data.parts(split)
    #expect([parts.train, parts.valid, parts.test].allSatisfy { $0.count == 1 })
    #expect(parts.samples.allSatisfy { $0.graph === data.graph })
    #expect(parts.samples.allSatisfy { $0.features == data.features })
    #expect(parts.train[0].known == [false, false, true, false, false])
    #expect(parts.valid[0].known == [true, false, false, false, false])
    #expect(parts.test[0].known == [false, true, false, true, false])
    #expect(parts.test[0].labels.row(1) == Matrix(1, 2, [0, 1]))
    #expect(parts.samples.allSatisfy { $0.hasOneLabelPerNode })
    // The graph counts once; four of its five nodes count somewhere.
    #expect((parts.nodeCount, parts.edgeCount) == (5, 8 + 5))
    #expect(parts.labelledShare == 0.8)
    #expect(!parts.isSynthetic && parts.name == "path" && parts.source == "here")
  }

  @Test(arguments: [false, true])
  func selfLoops(_ wanted: Bool) throws {
    let data = TransductiveDataset(try path(), selfLoops: wanted, normalizesRows: false)
    let graph = data.graph
    for i in 0..<5 {
      let sources = graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])]
      #expect(sources.filter { $0 == Int32(i) }.count == (wanted ? 1 : 0))
    }
    #expect(graph.edgeCount == (wanted ? 13 : 8))
  }

  @Test func rowsAreDividedByTheirSums() throws {
    let data = TransductiveDataset(try path(), selfLoops: false, normalizesRows: true)
    let x = data.features.filled
    #expect((x[0, 0], x[0, 1], x[1, 0], x[3, 0]) == (0.25, 0.75, 1, 0))
  }

  @Test func featuresAreSparseUpToAQuarter() throws {
    // Five numbers of 5 x 4 are a quarter, of 5 x 3 more.
    let sparse = TransductiveDataset(
      try path(features: 4), selfLoops: false, normalizesRows: false)
    let dense = TransductiveDataset(try path(features: 3), selfLoops: false, normalizesRows: false)
    #expect(sparse.features.isSparse && !dense.features.isSparse)
    #expect(dense.features.filled == dense.source.features.filled())
  }

  /// Node 3 of the path, a test node, is absent in training with its two edges, and met on the whole.
  @Test func unseenNodesAreAbsentFromTraining() throws {
    let data = TransductiveDataset(try path(), selfLoops: true, normalizesRows: false)
    let split = try NodeSplit(
      name: "s", nodeCount: 5, training: [2], validation: [0], test: [1, 3])
    let parts = data.parts(split, unseen: [3])
    #expect(parts.testParts == [.transductive, .inductive])
    let (train, valid, test) = (parts.train[0], parts.valid[0], parts.test)
    #expect(train.graph === valid.graph && train.graph === test[0].graph)
    #expect(test[1].graph === data.graph && test[1].features == data.features)
    // Nodes 0, 1, 2 and 4: two edges of the path, both ways, and self loops.
    #expect((train.graph.nodeCount, train.graph.edgeCount) == (4, 2 * 2 + 4))
    for (row, node) in [0, 1, 2, 4].enumerated() {
      #expect(train.features.filled.row(row) == data.features.filled.row(node))
      #expect(train.labels.row(row) == test[1].labels.row(node))
    }
    #expect(train.known == [false, false, true, false])
    #expect(valid.known == [true, false, false, false])
    #expect(test[0].known == [false, true, false, false])
    #expect(test[1].known == [false, false, false, true, false])
    #expect(parts.unseen == test[1].known && data.parts(split).unseen == nil)
  }

  @Test func dataOfSomeNodes() throws {
    let data = try path().with(splits: [
      NodeSplit(name: "s", nodeCount: 5, training: [2], validation: [0], test: [1, 3])
    ])
    let part = try data.restricted(to: [3, 2, 0, 1])
    #expect(part.classes == [1, 0, 0, 1] && part.classCount == 2 && part.nodeCount == 4)
    #expect(part.edgeCount == 3)
    #expect(part.splits[0].training == [1] && part.splits[0].test == [0, 3])
    #expect(part.features.filled().row(2) == data.features.filled().row(0))
  }
}
