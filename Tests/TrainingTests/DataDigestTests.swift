import Foundation
import Graph
import Tensor
import Testing

@testable import Datasets
@testable import Records
@testable import TestSupport
@testable import Training

/// What tells data from others.
@Suite struct DataDigestTests {
  private func parts(
    _ change: (inout GraphSample<Float>) -> Void = { _ in }
  ) throws -> GraphDataset<Float> {
    let graph = try CSRGraph(nodeCount: 3, sources: [0, 1, 2], destinations: [1, 2, 2])
    var sample = GraphSample(
      graph: graph, features: Matrix<Float>(3, 2, [1, 2, 3, 4, 5, 6]),
      labels: Matrix<Float>(3, 1, [0, 1, 1]), known: [true, true, false])
    change(&sample)
    return GraphDataset(
      name: "a", source: "b", isSynthetic: false, train: [sample], valid: [sample], test: [sample])
  }

  @Test func everyPartCounts() throws {
    var seen: Set<String> = [DataDigest.of(try parts())]
    let other = try CSRGraph(nodeCount: 3, sources: [0, 1, 1], destinations: [1, 2, 2])
    let changes: [(inout GraphSample<Float>) -> Void] = [
      { $0.features = .dense(Matrix(3, 2, [-1, -2, -3, -4, -5, -6])) },
      { $0.features = .dense(Matrix(3, 2, [1, 2, 3, 4, 6, 5])) },
      { $0.labels[0, 0] = 1 },
      { $0.known[2] = true },
      { $0.graph = other },
    ]
    for change in changes { #expect(seen.insert(DataDigest.of(try parts(change))).inserted) }
    let whole = try parts()
    let fewer = GraphDataset(
      name: "a", source: "b", isSynthetic: false, train: whole.train + whole.valid, valid: [],
      test: whole.test)
    #expect(seen.insert(DataDigest.of(fewer)).inserted)
    // Where the data lie does not matter.
    let moved = GraphDataset(
      name: "c", source: "d", isSynthetic: false, train: whole.train, valid: whole.valid,
      test: whole.test)
    #expect(DataDigest.of(moved) == DataDigest.of(whole))
  }

  @Test func theSplitsOfTheFilesCount() throws {
    let graph = try CSRGraph(nodeCount: 4, sources: [0, 1], destinations: [1, 0])
    let features = try CSRMatrix<Float>(
      rows: 4, columns: 9, rowStart: [0, 1, 2, 3, 4], column: [0, 3, 5, 8], value: [1, 2, 3, 4])
    let source = try NodeDataset(
      name: "a", source: "b", graph: graph, features: features, classes: [0, 1, 0, 1])
    func digest(_ source: NodeDataset<Float>, loops: Bool = true, _ order: [Int]) throws -> String {
      let split = try NodeSplit(
        name: "s", nodeCount: 4, training: [order[0]], validation: [order[1]],
        test: [order[2], order[3]])
      return DataDigest.of(
        TransductiveDataset(source, selfLoops: loops, normalizesRows: false), splits: [split])
    }
    let first = try digest(source, [0, 1, 2, 3])
    #expect(try digest(source, [0, 1, 2, 3]) == first)
    #expect(try digest(source, [1, 0, 2, 3]) != first)
    #expect(try digest(source, loops: false, [0, 1, 2, 3]) != first)
    let classes = try NodeDataset(
      name: "a", source: "b", graph: graph, features: features, classes: [0, 1, 1, 0])
    #expect(try digest(classes, [0, 1, 2, 3]) != first)
  }
}
