import Foundation
import Tensor

/// How a graph convolution weighs its edges.
public enum GraphNormalization: String, Sendable, CaseIterable {
  /// w[e] = 1 / sqrt(out-degree of the source * in-degree of the destination), degrees held to at
  /// least 1. On a symmetric graph this is D^(-1/2) A D^(-1/2) (Kipf & Welling, ICLR 2017).
  case both
  /// w[e] = 1 / sqrt(in-degree of the source * in-degree of the destination), as in Alignahead.
  case inDegrees
  /// w[e] = 1 / in-degree of the destination: the mean over neighbours.
  case right
  /// w[e] = 1.
  case none
}

extension CSRGraph {
  /// The weight of each edge under a normalisation, m x 1, or nil where all are 1. Computed once for
  /// each graph and kept.
  ///
  /// Degrees are held to at least 1, so an isolated node never divides by zero.
  public func edgeWeights<S: Scalar>(_ normalization: GraphNormalization) -> Matrix<S>? {
    guard normalization != .none else { return nil }
    return constants.value("edge weights, \(normalization), \(S.self)") {
      computedEdgeWeights(normalization)
    }
  }

  /// The same in the order of sources, as ``outEdge`` has the edges: what the backward pass reads.
  func edgeWeightsBySource<S: Scalar>(_ normalization: GraphNormalization) -> Matrix<S>? {
    guard let weights: Matrix<S> = edgeWeights(normalization) else { return nil }
    return constants.value("edge weights by source, \(normalization), \(S.self)") {
      members.isEmpty
        ? weights.gatheredRows(outEdge.map { Int($0) })
        : .stacked(members.map { $0.edgeWeightsBySource(normalization)! })
    }
  }

  private func computedEdgeWeights<S: Scalar>(_ normalization: GraphNormalization) -> Matrix<S> {
    // Degrees are those within the members, whose own weights are kept.
    if !members.isEmpty { return .stacked(members.map { $0.edgeWeights(normalization)! }) }
    let inDegrees = (0..<nodeCount).map { Double(max(inDegree($0), 1)) }
    let left: [Double]
    let right: [Double]
    switch normalization {
    case .none:
      left = [Double](repeating: 1, count: nodeCount)
      right = left
    case .both:
      left = (0..<nodeCount).map { 1 / Double(max(outDegree($0), 1)).squareRoot() }
      right = inDegrees.map { 1 / $0.squareRoot() }
    case .inDegrees:
      left = inDegrees.map { 1 / $0.squareRoot() }
      right = left
    case .right:
      left = [Double](repeating: 1, count: nodeCount)
      right = inDegrees.map { 1 / $0 }
    }
    var weights = Matrix<S>(uninitialized: edgeCount, 1)
    let target = weights.mutablePointer
    for i in 0..<nodeCount {
      for e in Int(inStart[i])..<Int(inStart[i + 1]) {
        target[e] = S(left[Int(source[e])] * right[i])
      }
    }
    return weights
  }

  /// This graph with one self loop at every node: those that it has are dropped, then one is added.
  public func withSelfLoops() -> CSRGraph {
    var start: [Int32] = [0]
    var sources: [Int32] = []
    start.reserveCapacity(nodeCount + 1)
    sources.reserveCapacity(edgeCount + nodeCount)
    for i in 0..<nodeCount {
      for e in inStart[i]..<inStart[i + 1] where source[Int(e)] != Int32(i) {
        sources.append(source[Int(e)])
      }
      sources.append(Int32(i))
      start.append(Int32(sources.count))
    }
    return CSRGraph(inStart: start, source: sources, memberStart: memberStart)
  }

  /// ``withSelfLoops()``, made once and kept: the same object whenever it is asked for.
  public var selfLooped: CSRGraph {
    constants.value("self loops") {
      members.isEmpty ? withSelfLoops() : CSRGraph(batching: members.map(\.selfLooped))
    }
  }
}

/// What is computed once for a graph and kept as long as the graph, by key.
final class GraphConstants: @unchecked Sendable {
  // Recursive: one constant may be made from others.
  private let lock = NSRecursiveLock()
  private var values: [AnyHashable: Any] = [:]

  /// The value of a key, computed where it is asked for the first time.
  func value<Value>(_ key: AnyHashable, _ compute: () throws -> Value) rethrows -> Value {
    try lock.withLock {
      if let known = values[key] as? Value { return known }
      let value = try compute()
      values[key] = value
      return value
    }
  }
}
