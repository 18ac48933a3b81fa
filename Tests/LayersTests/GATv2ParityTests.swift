import Graph
import Tensor
import Testing

@testable import Layers

/// Dynamic graph attention against PyTorch Geometric's GATv2Conv.
@Suite struct GATv2ParityTests {
  @Test(arguments: ["gatv2_hidden", "gatv2_output", "gatv2_shared"], Precision.allCases)
  func attention(_ file: String, in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file, as: S.self)
      let graph = try fixture.graph()
      var options = GATLayer<S>.Options(
        heads: try #require(fixture.options["heads"].flatMap { Int($0) }),
        headWidth: try #require(fixture.options["width"].flatMap { Int($0) }))
      options.negativeSlope = try #require(fixture.options["slope"].flatMap { Double($0) })
      options.averagesHeads = fixture.options["combine"] == "average"
      options.bias = fixture.contains("bias")
      let isShared = fixture.options["shared"] == "True"
      let input = try fixture["input"]
      let layer = GATv2Layer<S>(
        name: "layer", inputWidth: input.columns, options: options, sharesWeights: isShared,
        seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: graph)

      func mapped(_ end: String) throws -> Matrix<S> {
        var z = try Matrix.product(input, fixture["\(end)Weight"])
        if options.bias { z.addToRows(try fixture["\(end)Bias"]) }
        return z
      }
      let state = try dynamicAttention(
        graph, source: mapped("source"), destination: mapped(isShared ? "source" : "destination"),
        a: fixture["attention"],
        options: AttentionOptions(
          heads: options.heads, averagesHeads: options.averagesHeads,
          negativeSlope: S(options.negativeSlope))
      ).state
      try fixture.expectEdges("alpha", state.alpha)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }
}
