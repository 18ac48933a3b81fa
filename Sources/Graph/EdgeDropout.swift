import Tensor

extension CSRGraph {
  /// This graph without some of its edges (Rong et al., DropEdge: towards deep graph convolutional networks
  /// on node classification, ICLR 2020): each edge is left out with the probability p on its own, also of
  /// the two that lead back and forth. Self loops stay, and so do nodes and members. Whether edge e goes is a
  /// function of the stream and of e.
  public func droppingEdges(probability p: Double, stream: RandomStream) -> CSRGraph {
    let factors = dropout(
      Matrix<Double>(repeating: 1, edgeCount, 1), probability: p, stream: stream)
    var start: [Int32] = [0]
    var sources: [Int32] = []
    start.reserveCapacity(nodeCount + 1)
    sources.reserveCapacity(edgeCount)
    for i in 0..<nodeCount {
      for e in Int(inStart[i])..<Int(inStart[i + 1])
      where factors[e, 0] != 0 || source[e] == Int32(i) {
        sources.append(source[e])
      }
      start.append(Int32(sources.count))
    }
    return CSRGraph(inStart: start, source: sources, memberStart: memberStart)
  }
}
