import Graph
import Tensor

/// Random graphs of the size of PPI's: two in a batch have 4,740 nodes and 122,600 directed edges
/// plus a self loop a node, 50 features, 121 labels.
func ppiLikeSamples(count: Int) throws -> [GraphSample<Float>] {
  try (0..<count).map { index in
    var random = RandomStream(seed: 1, purpose: "benchmark graph", step: index).generator()
    let nodes = 2_370
    var sources = (0..<Int32(nodes)).map { $0 }
    var destinations = sources
    for _ in 0..<30_650 {
      let a = Int32(random.next() % UInt64(nodes))
      let b = Int32(random.next() % UInt64(nodes))
      sources += [a, b]
      destinations += [b, a]
    }
    let stream = RandomStream(seed: 2, purpose: "benchmark features", step: index)
    let labels = Matrix<Float>(
      nodes, 121, (0..<nodes * 121).map { _ in random.uniform() < 0.3 ? 1 : 0 })
    return GraphSample(
      graph: try CSRGraph(nodeCount: nodes, sources: sources, destinations: destinations),
      features: .normal(nodes, 50, stream: stream), labels: labels,
      known: [Bool](repeating: true, count: nodes))
  }
}
