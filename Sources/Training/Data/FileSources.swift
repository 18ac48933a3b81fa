import Datasets
import Graph
import Records
import Tensor

/// Data whose sizes only their files tell.
protocol ReadableSource: DataSource {
  /// The sizes that the files have.
  ///
  /// - Throws: `DataError` where they are missing or damaged.
  func readSizes(_ locator: DatasetLocator) throws -> PublishedSizes
}

extension DataSource {
  /// The sizes of the data that a config is about: as published, or else as the files have them.
  ///
  /// - Throws: `DataError` where files are missing or damaged; ``RunError`` where the source knows no
  ///   sizes and nothing but a run reads its data.
  package func sizes(
    _ config: DataConfig, reading locator: DatasetLocator
  ) throws -> PublishedSizes {
    if let sizes = sizes(config) { return sizes }
    guard let source = self as? any ReadableSource else {
      throw RunError(
        message: "the sizes of \(name) are not known before a run reads the data")
    }
    return try source.readSizes(locator)
  }
}

/// One graph of the user's own, with a class a node, in a file or folder that the config names.
package struct NodeFileSource: NodeDataSource, ReadableSource {
  package let name: String
  let nodeLayout: any NodeFileLayout
  let files: FileSourceConfig

  package var note: String { "one graph in the layout \(nodeLayout.name)" }
  package var layout: (any FileLayout)? { nodeLayout }
  package var hasPublicSplit: Bool { nodeLayout.hasPublicSplit }
  package var hasProvidedSplits: Bool { nodeLayout.mayHoldSplits }
  /// Nothing stands in for data that nobody else knows; configs cannot ask for it.
  package let standIn = SyntheticNodeShape()

  package func sizes(_ config: DataConfig) -> PublishedSizes? { nil }

  func readSizes(_ locator: DatasetLocator) throws -> PublishedSizes {
    let data: NodeDataset<Float> = try nodeLayout.load(name, at: files.find(locator))
    return PublishedSizes(
      nodes: data.nodeCount, edges: data.graph.edgeCount, features: data.featureCount,
      labels: data.classCount)
  }

  package func nodes<S: Scalar>(_ context: RunContext) throws -> NodeDataset<S> {
    let data: NodeDataset<S> = try nodeLayout.load(name, at: files.find(context.locator))
    let splits = data.splits.count == 1 ? "1 split" : "\(data.splits.count) splits"
    context.log.info(
      "\(name), \(data.source): \(NodeBenchmark.Counts(of: data)), \(splits) (layout \(nodeLayout.name))"
    )
    return data
  }
}

/// Several graphs of the user's own, in the layout of PPI.
package struct GraphFileSource: ReadableSource {
  package let name: String
  let files: FileSourceConfig

  package var note: String { "several graphs in the layout \(PPILayout().name)" }
  package var layout: (any FileLayout)? { PPILayout() }
  package let isOneGraph = false

  package func sizes(_ config: DataConfig) -> PublishedSizes? { nil }

  func readSizes(_ locator: DatasetLocator) throws -> PublishedSizes {
    let data = try read(locator)
    return PublishedSizes(
      graphs: data.samples.count, nodes: data.nodeCount, edges: data.edgeCount,
      features: data.featureCount, labels: data.labelCount)
  }

  package func load<S: Scalar>(_ context: RunContext) throws -> ExperimentData<S> {
    let data = try read(context.locator)
    context.log.info(
      """
      \(name), \(data.source): \(data.train.count) graphs to train on, \(data.valid.count) to validate \
      and \(data.test.count) to test on, \(data.nodeCount) nodes, \(data.edgeCount) directed edges, \
      \(data.featureCount) features, \(data.labelCount) labels (layout \(PPILayout().name))
      """)
    try context.checkTasks(fit: data)
    return ExperimentData(try data.converted())
  }

  private func read(_ locator: DatasetLocator) throws -> GraphDataset<Float> {
    try PPILayout().load(name, at: files.find(locator))
  }
}
