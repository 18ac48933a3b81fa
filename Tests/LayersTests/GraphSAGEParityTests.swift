import Graph
import Layers
import Tensor
import Testing

/// GraphSAGE against DGL's SAGEConv.
@Suite struct GraphSAGEParityTests {
  @Test(
    arguments: [
      "sage_mean_7_4", "sage_mean_4_7", "sage_pool_6_5", "sage_pool_5_18", "sage_gcn_7_4",
      "sage_max_4_7",
    ],
    Precision.allCases)
  func layer(_ file: String, in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture(file, as: S.self)
      let aggregator = try #require(
        GraphSAGEAggregator(rawValue: fixture.options["aggregator"] ?? ""))
      let weight = try fixture["neighborWeight"]
      let layer = GraphSAGELayer<S>(
        name: "layer", inputWidth: weight.rows, outputWidth: weight.columns,
        aggregator: aggregator, bias: aggregator == .gcn ? .single : .both, seed: 1)
      try fixture.fill(layer.parameters)
      try fixture.expectPass(of: layer, on: fixture.graph())
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }
}
