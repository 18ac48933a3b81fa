import Tensor

/// The symmetric normalised Laplacian L = I - D^(-1/2) A D^(-1/2) of an undirected graph.
///
/// Self loops are dropped; A_ij counts the parallel edges between i and j, and D_ii is the sum of
/// row i of A. Where D_ii = 0, D^(-1/2) has a 0 there, so an isolated node has L_ii = 1 and is alone
/// in its row and column (as in PyTorch Geometric). All eigenvalues are in [0, 2].
public struct NormalizedLaplacian: Sendable {
  /// The graph with exactly one self loop at every node, which holds the diagonal.
  public let graph: CSRGraph
  /// L_ij for each edge of ``graph``, in their order.
  private let entries: [Double]

  /// The Laplacian of a graph in which every edge is there in both directions.
  ///
  /// - Throws: ``FrameletError/notSymmetric(source:destination:forward:backward:)``.
  public init(of undirected: CSRGraph) throws {
    try Self.requireSymmetric(undirected)
    let graph = undirected.withSelfLoops()
    let scale = (0..<graph.nodeCount).map { node -> Double in
      let degree = graph.inDegree(node) - 1
      return degree > 0 ? 1 / Double(degree).squareRoot() : 0
    }
    var entries: [Double] = []
    entries.reserveCapacity(graph.edgeCount)
    for i in 0..<graph.nodeCount {
      for e in graph.inStart[i]..<graph.inStart[i + 1] {
        let j = Int(graph.source[Int(e)])
        entries.append(i == j ? 1 : -scale[i] * scale[j])
      }
    }
    self.graph = graph
    self.entries = entries
  }

  /// The Laplacian of a batch from those of its graphs.
  init(joining parts: [NormalizedLaplacian]) {
    graph = CSRGraph(batching: parts.map(\.graph))
    entries = parts.flatMap(\.entries)
  }

  private static func requireSymmetric(_ graph: CSRGraph) throws {
    for i in 0..<graph.nodeCount {
      let sources = graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])].sorted()
      let targets = graph.destination[Int(graph.outStart[i])..<Int(graph.outStart[i + 1])].sorted()
      guard sources != targets else { continue }
      // Up to their first difference the lists are equal, so the smaller of the two differs in count.
      let place = zip(sources, targets).enumerated().first { $1.0 != $1.1 }?.offset
      let shorter = min(sources.count, targets.count)
      let other =
        place.map { min(sources[$0], targets[$0]) }
        ?? (sources.count > shorter ? sources[shorter] : targets[shorter])
      throw FrameletError.notSymmetric(
        source: Int(other), destination: i, forward: sources.filter { $0 == other }.count,
        backward: targets.filter { $0 == other }.count)
    }
  }

  /// The entries of scale L + shift I for each edge of ``graph``, m x 1: weights for
  /// ``spmm(_:_:weights:)``.
  public func edgeWeights<S: Scalar>(scale: Double = 1, shift: Double = 0) -> Matrix<S> {
    var weights = Matrix<S>(uninitialized: graph.edgeCount, 1)
    let target = weights.mutablePointer
    for i in 0..<graph.nodeCount {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
        target[e] = S(scale * entries[e] + (graph.source[e] == Int32(i) ? shift : 0))
      }
    }
    return weights
  }

  /// L as a dense matrix, n x n; for small graphs.
  public func dense() -> Matrix<Double> {
    var result = Matrix<Double>(zeros: graph.nodeCount, graph.nodeCount)
    let target = result.mutablePointer
    for i in 0..<graph.nodeCount {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
        target[i * graph.nodeCount + Int(graph.source[e])] += entries[e]
      }
    }
    return result
  }
}
