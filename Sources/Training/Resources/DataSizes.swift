import Graph
import Tensor

/// What the memory of a training depends on of its data.
public struct DataSizes {
  /// Features of a node.
  public var features: Int
  /// Labels, or classes, of a node.
  public var labels: Int
  /// Whether features are kept as the non-zero ones alone.
  public var isSparse: Bool
  /// The nodes and the edges of the largest batch that is trained on.
  public var batch: (nodes: Double, edges: Double)
  /// Those of all graphs that are trained on.
  public var whole: (nodes: Double, edges: Double)
  /// The nodes of the largest graph.
  public var largestGraph: Double

  /// Those of a part that is trained on.
  package init<S: Scalar>(of samples: [GraphSample<S>], batchSize: Int, features: Int, labels: Int)
  {
    self.features = features
    self.labels = labels
    isSparse = samples.first?.features.isSparse ?? false
    // The order of graphs changes: the largest ones may meet.
    func most(_ size: (CSRGraph) -> Int) -> Double {
      samples.map { Double(size($0.graph)) }.sorted(by: >).prefix(batchSize).reduce(0, +)
    }
    batch = (most(\.nodeCount), most(\.edgeCount))
    whole = (
      samples.reduce(0) { $0 + Double($1.graph.nodeCount) },
      samples.reduce(0) { $0 + Double($1.graph.edgeCount) }
    )
    largestGraph = samples.map { Double($0.graph.nodeCount) }.max() ?? 0
  }

  package init(
    features: Int, labels: Int, isSparse: Bool, nodes: Double, edges: Double, graphs: Double = 1
  ) {
    self.features = features
    self.labels = labels
    self.isSparse = isSparse
    batch = (nodes * graphs, edges * graphs)
    // At least; how many graphs are trained on, only the files tell.
    whole = batch
    largestGraph = nodes
  }

  /// The published sizes of the data that a config names, before any file is read; nil where it names
  /// none, or where only the files tell.
  package static func published(_ data: DataConfig) -> DataSizes? {
    guard let source = data.source, let sizes = source.sizes(data) else { return nil }
    return of(data, source, sizes)
  }

  /// The sizes of one graph, or the mean ones of several, of a config's data.
  package static func of(
    _ data: DataConfig, _ source: any DataSource, _ sizes: PublishedSizes
  ) -> DataSizes {
    let graphs = Double(max(1, sizes.graphs))
    let nodes = Double(sizes.nodes) / graphs
    let loops = source.isOneGraph && data.selfLoops ? nodes : 0
    return DataSizes(
      features: sizes.features, labels: sizes.labels, isSparse: source.isOneGraph, nodes: nodes,
      edges: Double(sizes.edges) / graphs + loops,
      graphs: min(Double(data.batchSize), graphs))
  }
}
