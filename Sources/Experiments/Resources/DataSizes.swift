import Graph
import Tensor

/// What the memory of a training depends on of its data.
struct DataSizes {
  var features: Int
  var labels: Int
  /// Whether features are kept as the non-zero ones alone.
  var isSparse: Bool
  /// The nodes and the edges of the largest batch that is trained on.
  var batch: (nodes: Double, edges: Double)
  /// The nodes of the largest graph.
  var largestGraph: Double

  /// Those of a part that is trained on.
  init<S: Scalar>(of samples: [GraphSample<S>], batchSize: Int, features: Int, labels: Int) {
    self.features = features
    self.labels = labels
    isSparse = samples.first?.features.isSparse ?? false
    // The order of graphs changes: the largest ones may meet.
    func most(_ size: (CSRGraph) -> Int) -> Double {
      samples.map { Double(size($0.graph)) }.sorted(by: >).prefix(batchSize).reduce(0, +)
    }
    batch = (most(\.nodeCount), most(\.edgeCount))
    largestGraph = samples.map { Double($0.graph.nodeCount) }.max() ?? 0
  }

  init(features: Int, labels: Int, isSparse: Bool, nodes: Double, edges: Double, graphs: Double = 1)
  {
    self.features = features
    self.labels = labels
    self.isSparse = isSparse
    batch = (nodes * graphs, edges * graphs)
    largestGraph = nodes
  }

  /// The published sizes of the data that a config names, before any file is read.
  static func published(_ data: DataConfig) -> DataSizes {
    guard data.isOneGraph else {
      // The means of PPI's 20 training graphs, each node with an edge to itself.
      return DataSizes(
        features: 50, labels: 121, isSparse: false, nodes: 2_245, edges: 63_500,
        graphs: Double(min(data.batchSize, 20)))
    }
    let shape = data.syntheticNodes.shape
    let counts = NodeBenchmark.all.first { $0.name == data.name }?.counts
    let nodes = Double(counts?.nodes ?? shape.nodes)
    let edges = counts.map { 2 * Double($0.edges) } ?? nodes * shape.meanDegree
    return DataSizes(
      features: counts?.features ?? shape.features, labels: counts?.classes ?? shape.classes,
      isSparse: true, nodes: nodes, edges: edges + (data.selfLoops ? nodes : 0))
  }
}
