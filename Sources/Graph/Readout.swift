import Tensor

// Features of whole graphs from those of their nodes, each beside its backward pass. n nodes in G
// member graphs; V(g) are the nodes of member g. A member without nodes gets 0 and sends nothing
// back.

/// What a readout takes of the nodes of a graph, channel by channel.
public enum Readout: String, Sendable, CaseIterable {
  /// out[g, :] = 1 / |V(g)| * sum over i in V(g) of x[i, :]
  case mean
  /// out[g, :] = sum over i in V(g) of x[i, :]
  case sum
  /// out[g, c] = max over i in V(g) of x[i, c]; of equal numbers the first.
  case max
}

/// Sums, means or maxima over the nodes of each member graph.
///
/// - Parameter x: n x d.
/// - Returns: G x d, and for maxima the node that each came from, G x d, -1 where there is none.
public func readout<S>(
  _ graph: CSRGraph, _ x: Matrix<S>, _ kind: Readout
) -> (output: Matrix<S>, sources: [Int32]) {
  precondition(x.rows == graph.nodeCount, "a readout needs one row a node")
  var out = Matrix<S>(uninitialized: graph.memberCount, x.columns)
  let (target, input, width) = (out.mutablePointer, x.pointer, x.columns)
  // Members are gathered as a graph gathers neighbours: their nodes are the entries of a row.
  let nodes = (0..<Int32(graph.nodeCount)).map { $0 }
  guard kind == .max else {
    let sumRows = S.kernels.spmmRows
    Parallel.pieces(graph.memberCount) { g in
      let share = kind == .mean ? 1 / S(Swift.max(graph.nodes(ofMember: g).count, 1)) : 1
      sumRows(g, g + 1, graph.memberStart, nodes, nil, input, width, share, 0, target)
    }
    return (out, [])
  }
  let isFinite: Int32 = x.isFinite ? 1 : 0
  let sources = [Int32](unsafeUninitializedCapacity: out.count) { memory, count in
    let argument = memory.baseAddress
    let maxRows = S.kernels.segmentMaxRows
    Parallel.pieces(graph.memberCount) { g in
      maxRows(g, g + 1, graph.memberStart, nodes, 0, isFinite, input, width, target, argument)
    }
    count = out.count
  }
  return (out, sources)
}

/// The backward pass of ``readout(_:_:_:)``, n x d: for i in V(g), dx[i, :] = dOut[g, :] of a sum,
/// dOut[g, :] / |V(g)| of a mean; of a maximum dOut[g, c] goes to the node that it came from.
public func readoutBackward<S>(
  _ graph: CSRGraph, sources: [Int32], dOutput: Matrix<S>, _ kind: Readout
) -> Matrix<S> {
  precondition(dOutput.rows == graph.memberCount, "a readout has one row a graph")
  precondition(kind != .max || sources.count == dOutput.count, "every maximum has a source")
  if kind == .max {
    var dx = Matrix<S>(zeros: graph.nodeCount, dOutput.columns)
    addReadoutBackward(graph, sources: sources, dOutput: dOutput, to: &dx)
    return dx
  }
  var dx = Matrix<S>(uninitialized: graph.nodeCount, dOutput.columns)
  let (target, gradient, width) = (dx.mutablePointer, dOutput.pointer, dOutput.columns)
  let scale = S.kernels.scale
  Parallel.pieces(graph.memberCount) { g in
    let nodes = graph.nodes(ofMember: g)
    let share = kind == .mean ? 1 / S(Swift.max(nodes.count, 1)) : 1
    for i in nodes { scale(width, share, gradient + g * width, target + i * width) }
  }
  return dx
}

/// Adds the backward pass of a maximum to `dx`: all but one number in |V(g)| of it is 0.
public func addReadoutBackward<S>(
  _ graph: CSRGraph, sources: [Int32], dOutput: Matrix<S>, to dx: inout Matrix<S>
) {
  precondition(
    dx.rows == graph.nodeCount && dx.columns == dOutput.columns
      && sources.count == dOutput.count, "every maximum has a source")
  let (target, gradient, width) = (dx.mutablePointer, dOutput.pointer, dOutput.columns)
  Parallel.pieces(graph.memberCount) { g in
    for c in 0..<width where sources[g * width + c] >= 0 {
      target[Int(sources[g * width + c]) * width + c] += gradient[g * width + c]
    }
  }
}
