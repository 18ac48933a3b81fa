import Tensor

/// What a Dirichlet energy is divided by.
public enum DirichletNormalization: String, Sendable, CaseIterable {
  /// 1.
  case none
  /// ||X||^2, the sum of the squares of all elements: the Rayleigh quotient, in [0, 2], which does not
  /// change with the scale of X (as in F. Di Giovanni et al., "Understanding convolution on graphs via
  /// energies", TMLR 2023). 0 for X = 0.
  case squaredNorm
}

/// The Dirichlet energy of node features, trace(X^T L X), with the symmetric normalised Laplacian L
/// (C. Cai and Y. Wang, "A note on over-smoothing for graph neural networks", 2020). Small where
/// neighbours are alike: a network that smooths too much takes it to 0 with its depth.
///
/// It is summed as
///
///     sum over edges {i, j} of |x_i / sqrt(d_i) - x_j / sqrt(d_j)|^2
///       + sum over isolated nodes i of |x_i|^2,
///
/// which is never negative and keeps its digits for smooth X. The second sum is there because
/// ``NormalizedLaplacian`` has L_ii = 1 for isolated nodes. Self loops add nothing, parallel edges
/// count each.
///
/// - Parameters:
///   - laplacian: L, n x n.
///   - x: X, n x d.
///   - normalization: What the energy is divided by.
/// - Returns: The energy, summed in double precision; the same bits on any number of threads.
@_specialize(where S == Float)
@_specialize(where S == Double)
public func dirichletEnergy<S: Scalar>(
  _ laplacian: NormalizedLaplacian, _ x: Matrix<S>, normalization: DirichletNormalization = .none
) -> Double {
  let graph = laplacian.graph
  precondition(
    x.rows == graph.nodeCount, "features of \(x.rows) nodes on a graph of \(graph.nodeCount)")
  // The Laplacian's graph has one self loop at every node, which is no neighbour.
  let degrees = (0..<graph.nodeCount).map { graph.inDegree($0) - 1 }
  let scales = degrees.map { $0 > 0 ? 1 / Double($0).squareRoot() : 1 }
  let (features, width) = (x.pointer, x.columns)
  let energy = Parallel.sum(graph.nodeCount, of: 1_024) { run in
    var sum = 0.0
    for i in run {
      let (row, scale) = (features + i * width, scales[i])
      if degrees[i] == 0 {
        for c in 0..<width { sum += Double(row[c]) * Double(row[c]) }
      }
      for e in graph.inStart[i]..<graph.inStart[i + 1] {
        let j = Int(graph.source[Int(e)])
        // Each edge is met at both of its ends.
        guard j < i else { continue }
        let (other, otherScale) = (features + j * width, scales[j])
        for c in 0..<width {
          let difference = Double(row[c]) * scale - Double(other[c]) * otherScale
          sum += difference * difference
        }
      }
    }
    return sum
  }
  switch normalization {
  case .none: return energy
  case .squaredNorm:
    let norm = x.sumOfSquares
    return norm == 0 ? 0 : energy / norm
  }
}

/// The Dirichlet energy of node features on a graph in which every edge is there in both directions;
/// its Laplacian is made anew.
///
/// - Throws: ``FrameletError/notSymmetric(source:destination:forward:backward:)``.
public func dirichletEnergy<S: Scalar>(
  _ undirected: CSRGraph, _ x: Matrix<S>, normalization: DirichletNormalization = .none
) throws -> Double {
  dirichletEnergy(try NormalizedLaplacian(of: undirected), x, normalization: normalization)
}
