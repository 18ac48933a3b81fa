import Tensor

// The mean and the maximum over neighbours, each beside its backward pass; n nodes, N(i) are the
// edges into node i. A node without edges into it gets 0 and sends no gradient back.

/// Means over neighbours: out[i, :] = 1 / |N(i)| * sum over e in N(i) of x[source(e), :].
///
/// - Parameters:
///   - x: n x d.
///   - output: What the means are added to, n x d; nil stands for zeros.
/// - Returns: n x d.
public func segmentMean<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, addingTo output: consuming Matrix<S>? = nil
) -> Matrix<S> {
  precondition(x.rows == graph.nodeCount, "a segment mean needs one row a node")
  let accumulates = output != nil
  var out = (consume output) ?? Matrix(uninitialized: x.rows, x.columns)
  precondition(out.rows == x.rows && out.columns == x.columns, "the means have the shape of x")
  let target = out.mutablePointer
  let (input, width) = (x.pointer, x.columns)
  // The table of kernels is copied where it is spoken of: too dear for a call a row.
  let sumRows = S.kernels.spmmRows
  graph.forEachRun(width: width) { r in
    for i in r {
      sumRows(
        i, i + 1, graph.inStart, graph.source, nil, input, width, 1 / S(max(graph.inDegree(i), 1)),
        accumulates ? 1 : 0, target)
    }
  }
  return out
}

/// The backward pass of ``segmentMean(_:_:addingTo:)``:
/// dx[j, :] = sum over edges e out of j of dOut[i, :] / |N(i)|, where i = destination(e).
public func segmentMeanBackward<S>(_ graph: CSRGraph, dOutput: Matrix<S>) -> Matrix<S> {
  precondition(dOutput.rows == graph.nodeCount, "a segment mean needs one row a node")
  var shares = Matrix<S>(uninitialized: dOutput.rows, dOutput.columns)
  let target = shares.mutablePointer
  let (gradient, width) = (dOutput.pointer, dOutput.columns)
  let scale = S.kernels.scale
  Parallel.ranges(dOutput.rows, of: 512) { r in
    for i in r {
      let row = i * width
      scale(width, 1 / S(max(graph.inDegree(i), 1)), gradient + row, target + row)
    }
  }
  return spmmBackward(graph, dOutput: shares)
}

/// Where the maxima of ``segmentMax(_:_:rectified:)`` come from.
public struct MaximumSources: Sendable {
  /// The number of nodes.
  public let rows: Int
  /// The number of channels.
  public let columns: Int
  /// The source node of each node's and channel's maximum, rows x columns; -1 where there is none.
  public let nodes: [Int32]
}

/// Maxima over neighbours, channel by channel: out[i, c] = max over e in N(i) of x[source(e), c].
///
/// Of equal numbers the one of the first edge is taken. (The subgradient is a free choice: DGL 2.1
/// takes the last edge, PyTorch's `scatter_reduce` shares the gradient among all.) A number that is
/// not a number is taken before all others, so that it does not go unseen.
///
/// - Parameters:
///   - x: n x d.
///   - rectified: Whether negative maxima are raised to 0, out[i, c] = max(0, max over e of ...).
///     Because ReLU is monotone this is also the maximum of relu(x), with the same gradient: at
///     and below 0 it is 0.
/// - Returns: n x d, and what the backward pass needs.
public func segmentMax<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, rectified: Bool = false
) -> (output: Matrix<S>, sources: MaximumSources) {
  precondition(x.rows == graph.nodeCount, "a segment maximum needs one row a node")
  var out = Matrix<S>(uninitialized: x.rows, x.columns)
  let target = out.mutablePointer
  let (input, width) = (x.pointer, x.columns)
  // Looking for what is not a number once a row, and not once an edge, saves a third of the time.
  let isFinite = x.isFinite
  let nodes = [Int32](unsafeUninitializedCapacity: x.count) { memory, count in
    let argument = memory.baseAddress
    graph.forEachRun(width: width) { r in
      S.kernels.segmentMaxRows(
        r.lowerBound, r.upperBound, graph.inStart, graph.source, rectified ? 1 : 0,
        isFinite ? 1 : 0, input, width,
        target, argument)
    }
    count = x.count
  }
  return (out, MaximumSources(rows: x.rows, columns: width, nodes: nodes))
}

/// The backward pass of ``segmentMax(_:_:rectified:)``:
/// dx[j, c] = sum over the nodes i whose maximum in channel c came from j of dOut[i, c].
///
/// Every gradient goes to one place, so n x d numbers are scattered where a gather over the edges
/// would read m x d. Pieces of work are blocks of channels, which never write to the same place, and
/// each adds in the order of the nodes.
public func segmentMaxBackward<S>(sources: MaximumSources, dOutput: Matrix<S>) -> Matrix<S> {
  precondition(
    dOutput.rows == sources.rows && dOutput.columns == sources.columns,
    "the gradient has the shape of the maxima")
  let width = dOutput.columns
  var dx = Matrix<S>(uninitialized: dOutput.rows, width)
  let target = dx.mutablePointer
  let gradient = dOutput.pointer
  Parallel.ranges(width, of: 64) { channels in
    S.kernels.segmentMaxBackwardColumns(
      dOutput.rows, channels.lowerBound, channels.upperBound, width, sources.nodes, gradient, target
    )
  }
  return dx
}
