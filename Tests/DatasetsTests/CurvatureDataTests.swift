import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// Curvature and rewiring of published graphs.
@Suite(.enabled(if: nodeDataFolder != nil, "needs the data sets in $GRAPH_DISTILL_DATA"))
struct CurvatureDataTests {
  private func graph(_ name: String) throws -> CSRGraph {
    let folder: String = try #require(nodeDataFolder)
    let locator = DatasetLocator(directory: folder, environment: [:])
    return try NodeBenchmark.named(name).load(locator: locator, as: Float.self).graph
  }

  /// Least and mean curvature were also computed with sets of neighbours in Python.
  @Test(arguments: [
    ("cora", -1.8123543123543124, -0.51406159), ("chameleon", -1.9669470189685174, -0.73277393),
    ("texas", -1.5639423076923078, -0.37707991), ("photo", -1.96981415834139, -1.03119731),
  ])
  func theFlowRaisesTheLowestCurvature(_ name: String, _ least: Double, _ mean: Double) throws {
    let graph = try graph(name)
    let flow = StochasticDiscreteRicciFlow(tau: .infinity)
    let result = try flow.rewire(graph, seed: 1)
    let histogram = try result.before.histogram()
    #expect(abs(try #require(histogram.minimum) - least) < 1e-14)
    #expect(abs(try #require(histogram.mean) - mean) < 1e-8)
    #expect(histogram.maximum == 1.5 && histogram.below + histogram.above == 0)
    #expect(histogram.counts.reduce(0, +) == graph.edgeCount / 2)
    #expect(result.end == .loopsDone && result.added.count == 10 && result.removed.count == 10)
    #expect(result.after == (try BalancedFormanCurvature(of: result.graph)))
    #expect(try #require(result.after.values.min()) > least)
    #expect(result.graph.edgeCount == graph.edgeCount)
  }

  @Test func texasAgainstTheDefinition() throws {
    let graph = try graph("texas")
    let (dense, curvature) = (DenseGraph(graph), try BalancedFormanCurvature(of: graph))
    #expect(curvature.edges == dense.edges)
    for (edge, value) in zip(curvature.edges, curvature.values) {
      #expect(abs(value - dense.definition(edge)) < 1e-13)
    }
  }

  @Test func theEarlyExitLeavesNextToNothingOfCora() throws {
    let values = try BalancedFormanCurvature(of: graph("cora"), variant: .asPublished).values
    #expect(values.count == 5_278 && values.count { $0 != 0 } == 2)
  }
}
