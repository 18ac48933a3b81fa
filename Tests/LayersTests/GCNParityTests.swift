import Graph
import Layers
import Tensor
import Testing

/// Graph convolutions against DGL's GraphConv and PyTorch Geometric's GCNConv.
@Suite struct GCNParityTests {
  @Test(
    arguments: [
      ("gcn_both", GraphNormalization.both), ("gcn_right", .right), ("gcn_none", .none),
      ("gcn_in_degree", .inDegrees), ("gcn_kipf", .inDegrees),
    ], Precision.allCases)
  func convolution(
    _ file: (name: String, normalization: GraphNormalization), in precision: Precision
  )
    throws
  {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file.name, as: S.self)
      var graph = try fixture.graph()
      if fixture.options["norm"] == "kipf" { graph = graph.withSelfLoops() }

      let identity = Matrix<S>.identity(graph.nodeCount)
      try fixture.expect(
        "adjacency", spmm(graph, identity, weights: graph.edgeWeights(file.normalization)))

      let (input, weight) = try (fixture["input"], fixture["weight"])
      let layer = GCNLayer<S>(
        name: "layer", inputWidth: input.columns, outputWidth: weight.columns,
        normalization: file.normalization, bias: true, seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: graph)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }
}

extension Matrix {
  fileprivate static func identity(_ n: Int) -> Matrix {
    var result = Matrix(zeros: n, n)
    for i in 0..<n { result[i, i] = 1 }
    return result
  }
}
