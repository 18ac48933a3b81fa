import Datasets
import Graph
import Tensor

/// The seed of generated data: they are one data set and do not depend on the seeds of a run.
public let generatedDataSeed: UInt64 = 1

/// A published data set of one graph.
package struct BenchmarkSource: NodeDataSource {
  package let benchmark: NodeBenchmark

  package var name: String { benchmark.name }
  package var note: String {
    benchmark.counts.map(\.description) ?? "generated from Cora's nodes (files of the authors)"
  }
  package var citation: String { benchmark.layout.citation }
  package var layout: (any FileLayout)? { benchmark.layout }
  package var hasPublicSplit: Bool { benchmark.hasPublicSplit }
  package var hasProvidedSplits: Bool { benchmark.hasProvidedSplits }
  package var standIn: SyntheticNodeShape { benchmark.standIn }

  package func sizes(_ config: DataConfig) -> PublishedSizes? {
    guard let counts = benchmark.counts else { return standIn.sizes }
    return PublishedSizes(
      nodes: counts.nodes, edges: 2 * counts.edges, features: counts.features,
      labels: counts.classes)
  }

  package func nodes<S: Scalar>(_ context: RunContext) throws -> NodeDataset<S> {
    try provider(context).dataset()
  }

  package func providedSplits<S: Scalar>(
    of data: NodeDataset<S>, _ context: RunContext
  ) throws -> [NodeSplit] {
    try provider(context).providedSplits(of: data)
  }

  private func provider(_ context: RunContext) -> NodeDataProvider {
    let config = context.config.data
    var provider = NodeDataProvider(
      benchmark, locator: context.locator, offline: context.offline,
      onMissing: config.onMissing == .fail
        ? .fail : .synthetic(shape: config.syntheticNodes.shape, seed: generatedDataSeed))
    provider.log = { context.log.info("\($0)") }
    provider.progress = context.showDownload
    return provider
  }
}

/// A generated graph with a class a node.
package struct GeneratedNodes: NodeDataSource {
  package let name = "synthetic-nodes"
  package let note = "A generated graph with a class a node, of the size that syntheticNodes says."
  package let layout: (any FileLayout)? = nil
  package let isGenerated = true
  package let standIn = SyntheticNodeShape()

  package func sizes(_ config: DataConfig) -> PublishedSizes? { config.syntheticNodes.shape.sizes }

  package func nodes<S: Scalar>(_ context: RunContext) throws -> NodeDataset<S> {
    try SyntheticNodeGraph.generate(
      name: name, shape: context.config.data.syntheticNodes.shape, seed: generatedDataSeed)
  }
}
