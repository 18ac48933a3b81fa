import Datasets
import Distill
import Foundation
import Graph
import Layers
import Tensor

/// A graph of the size of a node-classification benchmark: the real one where $GRAPH_DISTILL_DATA has
/// it, else one with random edges and random words, which is harder on caches.
struct NodeBenchmarkShape {
  let name: String
  let nodes: Int
  let undirectedEdges: Int
  let features: Int
  let wordsPerNode: Int
  let classes: Int

  static let cora = NodeBenchmarkShape(
    name: "Cora", nodes: 2_708, undirectedEdges: 5_278, features: 1_433, wordsPerNode: 18,
    classes: 7)
  static let photo = NodeBenchmarkShape(
    name: "Photo", nodes: 7_650, undirectedEdges: 119_081, features: 745, wordsPerNode: 259,
    classes: 8)
  static let physics = NodeBenchmarkShape(
    name: "Physics", nodes: 34_493, undirectedEdges: 247_962, features: 8_415, wordsPerNode: 33,
    classes: 5)

  /// One graph with self loops, sparse features, and the labels of about 20 nodes a class; and
  /// whether it is the real one.
  private func sample() throws -> (GraphSample<Float>, isReal: Bool) {
    // Real data may not be on this machine: the line then says that it is of a stand-in.
    guard let real = try? NodeBenchmark.named(name.lowercased()).load(as: Float.self) else {
      return (try randomSample(), false)
    }
    return (
      GraphSample(
        graph: real.graph.withSelfLoops(), features: .sparse(real.features), labels: real.labels,
        known: (0..<nodes).map { $0 < 20 * classes && real.known[$0] }), true
    )
  }

  private func randomSample() throws -> GraphSample<Float> {
    var random = RandomStream(seed: 1, purpose: name).generator()
    func below(_ bound: Int) -> Int32 { Int32(Int(random.uniform() * Double(bound))) }
    let first = (0..<undirectedEdges).map { _ in below(nodes) }
    let second = (0..<undirectedEdges).map { _ in below(nodes) }
    let graph = try CSRGraph(undirected: nodes, first: first, second: second).withSelfLoops()
    let words = try CSRMatrix<Float>(
      rows: nodes, columns: features,
      rowStart: (0...nodes).map { Int32($0 * wordsPerNode) },
      column: (0..<nodes * wordsPerNode).map { _ in below(features) },
      value: [Float](repeating: 1, count: nodes * wordsPerNode))
    var labels = Matrix<Float>(zeros: nodes, classes)
    for node in 0..<nodes { labels[node, node % classes] = 1 }
    return GraphSample(
      graph: graph, features: .sparse(words), labels: labels,
      known: (0..<nodes).map { $0 < 20 * classes })
  }

  /// A training step of a GCN with two hidden layers of 64.
  func gcnStep() throws -> (String, () -> Void) {
    let (sample, isReal) = try sample()
    let batch = GraphBatch([sample], members: [0])
    func layer(_ place: Int, _ input: Int, _ output: Int) -> any GraphLayer<Float> {
      GCNLayer(
        name: "layers.\(place)", inputWidth: input, outputWidth: output, normalization: .inDegrees,
        bias: true, seed: 1)
    }
    let network = Network(
      layers: [layer(0, features, 64), layer(1, 64, 64), layer(2, 64, classes)], activation: .relu)
    let optimizer = Adam(network.parameters)
    let task = WeightedObjectives([
      term("task", TaskObjective<Float>(.crossEntropy(smoothing: 0)))
    ])
    return (
      "GCN 2 x 64 step, \(isReal ? "real" : "like") \(name)",
      { step(network, optimizer, task, on: batch) }
    )
  }
}
