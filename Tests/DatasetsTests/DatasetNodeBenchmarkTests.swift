import Foundation
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

@Suite struct DatasetNodeBenchmarkTests {
  @Test func namesAreKnownAndDifferent() throws {
    #expect(Set(NodeBenchmark.all.map(\.name)).count == NodeBenchmark.all.count)
    #expect(try NodeBenchmark.named("physics").files == ["ms_academic_phy.npz"])
    expectDataError(.malformed, "'reddit'", "cora, citeseer") {
      _ = try NodeBenchmark.named("reddit")
    }
  }

  @Test func filesThatAreNowhereOrOfAnotherSize() throws {
    try withTemporaryFolder { folder in
      let locator = DatasetLocator(directory: folder.path, environment: [:])
      let texas = try NodeBenchmark.named("texas")
      expectDataError(.missing, folder.path, "texas.npz", "yandex-research", "--data") {
        _ = try texas.load(locator: locator, as: Float.self)
      }
      let files = [
        "node_features.npy": npyDoubles(3, 1, [1, 2, 3]),
        "node_labels.npy": npyIntegers([0, 1, 0]), "edges.npy": npyIntegers(1, 2, [0, 1]),
        "train_masks.npy": npy("|b1", "(1, 3)", data: [1, 0, 0]),
        "val_masks.npy": npy("|b1", "(1, 3)", data: [0, 1, 0]),
        "test_masks.npy": npy("|b1", "(1, 3)", data: [0, 0, 1]),
      ]
      try writeZip(files, to: folder.appendingPathComponent("texas.npz"))
      expectDataError(.malformed, "3 nodes, 1 undirected edges", "183 nodes, 279 undirected") {
        _ = try texas.load(locator: locator, as: Float.self)
      }
    }
  }

  @Test(
    .enabled(if: nodeDataFolder != nil, "needs the data sets in $GRAPH_DISTILL_DATA"),
    arguments: NodeBenchmark.all.map(\.name))
  func everyRealDataSetHasItsPublishedSize(name: String) throws {
    let folder: String = try #require(nodeDataFolder)
    let locator = DatasetLocator(directory: folder, environment: [:])
    let benchmark = try NodeBenchmark.named(name)
    let data = try benchmark.load(locator: locator, as: Float.self)
    if let counts = benchmark.counts {
      #expect(NodeBenchmark.Counts(of: data) == counts)
    } else {
      #expect((data.nodeCount, data.featureCount, data.classCount) == (1_490, 1_433, 5))
      let homophily = try #require(Double(name.dropFirst(10).prefix(4)))
      // The graphs were drawn at random: the share in the name is the one expected.
      #expect(abs(data.edgeHomophily - homophily) < 0.025)
    }
    for seed in 0..<3 as Range<UInt64> {
      let split = try data.randomShares(training: 0.48, validation: 0.32, seed: seed)
      let nodes = split.training.count + split.validation.count + split.test.count
      #expect(nodes == data.known.filter { $0 }.count)
    }
  }
}
