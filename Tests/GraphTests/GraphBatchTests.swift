import Tensor
import Testing

@testable import Graph
@testable import TestSupport

@Suite struct GraphBatchTests {
  private let samples = AwkwardGraph.small.enumerated().map { k, sample in
    let n = sample.nodeCount
    return GraphSample<Float>(
      graph: sample.graph, features: random(n, 3, "features \(k)"),
      labels: Matrix(n, 2, (0..<2 * n).map { Float(($0 + k) % 2) }),
      known: (0..<n).map { ($0 + k) % 3 != 0 })
  }

  @Test func everythingIsStackedInOneOrder() {
    let members = [5, 0, 3]
    let batch = GraphBatch(samples, members: members)
    #expect(batch.members == members)
    #expect(batch.graph.nodeCount == 37 && batch.graph.edgeCount == 113)
    var row = 0
    for sample in members.map({ samples[$0] }) {
      for r in 0..<sample.graph.nodeCount {
        #expect(batch.features.filled.row(row) == sample.features.filled.row(r))
        #expect(batch.labels.row(row) == sample.labels.row(r))
        #expect(batch.counts[row] == (sample.known[r] ? 1 : 0))
        #expect(batch.graph.inDegree(row) == sample.graph.inDegree(r))
        row += 1
      }
    }
    #expect(row == batch.features.rows && row == batch.counts.count)
  }

  @Test func oneGraphIsItsOwnBatch() {
    let batch = GraphBatch(samples, members: [4])
    #expect(batch.graph === samples[4].graph)
    #expect(batch.features == samples[4].features && batch.labels == samples[4].labels)
    #expect(batch.counts == samples[4].known.map { $0 ? 1 : 0 })
  }

  @Test func batchesHoldEveryGraphOnce() {
    #expect(GraphBatch.batches(samples, batchSize: 4) == [[0, 1, 2, 3], [4, 5]])
    #expect(GraphBatch.batches(samples, batchSize: 6) == [[0, 1, 2, 3, 4, 5]])
    #expect(GraphBatch.batches(samples, batchSize: 100) == [[0, 1, 2, 3, 4, 5]])
    #expect(
      GraphBatch.batches(samples, order: [5, 1, 3, 0, 4, 2], batchSize: 1)
        == [[5], [1], [3], [0], [4], [2]])
    #expect(GraphBatch.batches([GraphSample<Float>](), batchSize: 3) == [])
  }

  @Test func aBatchedOperationIsTheOperationOnEachGraph() {
    let batch = GraphBatch(samples, members: [3, 4, 5])
    let separate = [3, 4, 5].map { spmm(samples[$0].graph, samples[$0].features.filled) }
    #expect(spmm(batch.graph, batch.features.filled) == .stacked(separate))
  }
}
