import Tensor

/// K steps of personalised PageRank (Gasteiger et al., ICLR 2019): Z_K of
///
///     Z_0 = H,   Z_(k+1) = (1 - alpha) A Z_k + alpha H
///
/// with the edge weights A of a normalisation, H of n x d and alpha the share that every step takes
/// back to the start. Without alpha it is the power A^K H of a simplified graph convolution (Wu et al.,
/// ICML 2019).
public func propagated<S>(
  _ graph: CSRGraph, _ h: Matrix<S>, steps: Int, teleport alpha: S,
  _ normalization: GraphNormalization
) -> Matrix<S> {
  var z = h
  for _ in 0..<steps {
    z = normalizedProduct(graph, z, normalization)
    guard alpha != 0 else { continue }
    z.multiply(by: 1 - alpha)
    z.add(h, scale: alpha)
  }
  return z
}

/// The backward pass of ``propagated(_:_:steps:teleport:_:)``: with G_K the gradient of the output and
/// G_(k-1) = (1 - alpha) A^T G_k,
///
///     dH = G_0 + alpha (G_1 + ... + G_K).
public func propagatedBackward<S>(
  _ graph: CSRGraph, dOutput: Matrix<S>, steps: Int, teleport alpha: S,
  _ normalization: GraphNormalization
) -> Matrix<S> {
  var g = dOutput
  var dH = Matrix<S>(zeros: alpha == 0 ? 0 : dOutput.rows, dOutput.columns)
  for _ in 0..<steps {
    if alpha != 0 { dH.add(g, scale: alpha) }
    g = normalizedProductBackward(graph, dOutput: g, normalization)
    if alpha != 0 { g.multiply(by: 1 - alpha) }
  }
  if alpha != 0 { g.add(dH) }
  return g
}
