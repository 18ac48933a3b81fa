import Graph
import Layers
import Tensor
import Testing

/// Graph attention against DGL's GATConv.
@Suite struct GATParityTests {
  @Test(
    arguments: [
      "gat_hidden", "gat_output", "gat_plain", "gat_per_head_identity", "gat_full_linear",
      "gat_full_identity",
    ], Precision.allCases)
  func attention(_ file: String, in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file, as: S.self)
      let graph = try fixture.graph()
      let options = try options(of: fixture)
      let input = try fixture["input"]
      let layer = GATLayer<S>(
        name: "layer", inputWidth: input.columns, options: options, seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: graph)

      let state = try graphAttention(
        graph, Matrix.product(input, fixture["weight"]), aSource: fixture["attentionSource"],
        aDestination: fixture["attentionDestination"],
        options: AttentionOptions(
          heads: options.heads, averagesHeads: options.averagesHeads,
          negativeSlope: S(options.negativeSlope))
      ).state
      try fixture.expectEdges("alpha", state.alpha)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  private func options<S: Scalar>(of fixture: Fixture<S>) throws -> GATLayer<S>.Options {
    var options = GATLayer<S>.Options(
      heads: try #require(fixture.options["heads"].flatMap { Int($0) }),
      headWidth: try #require(fixture.options["width"].flatMap { Int($0) }))
    options.negativeSlope = try #require(fixture.options["slope"].flatMap { Double($0) })
    options.averagesHeads = fixture.options["combine"] == "average"
    let rules: [String: GATResidual] = ["none": .none, "per_head": .perHead, "full": .current]
    options.residual = try #require(fixture.options["residual"].flatMap { rules[$0] })
    options.bias = fixture.contains("bias")
    return options
  }

  /// The published models have as many parameters as in their authors' code.
  @Test(arguments: [
    (hiddenLayers: 2, heads: 4, width: 256, outputHeads: 6, count: 3_640_748),
    (hiddenLayers: 4, heads: 2, width: 68, outputHeads: 2, count: 185_172),
  ])
  func publishedParameterCounts(
    model: (hiddenLayers: Int, heads: Int, width: Int, outputHeads: Int, count: Int)
  ) {
    let layers = (0...model.hiddenLayers).map { l in
      let isOutput = l == model.hiddenLayers
      var options = GATLayer<Float>.Options(
        heads: isOutput ? model.outputHeads : model.heads, headWidth: isOutput ? 121 : model.width)
      options.averagesHeads = isOutput
      options.residual = l == 0 ? .none : .perHead
      return GATLayer<Float>(
        name: "layer\(l)", inputWidth: l == 0 ? 50 : model.heads * model.width, options: options,
        seed: 1)
    }
    #expect(Network(layers: layers, activation: .elu).parameterCount == model.count)
  }
}
