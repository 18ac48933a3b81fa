import Layers
import Records
import Tensor

/// A graph attention network whose scores have the nonlinearity inside: the settings of a GAT, and whether
/// both ends of an edge are mapped alike.
package struct GATv2Config: ArchitectureSettings {
  package static let name = "gatv2"
  package static let note =
    "Graph attention network with dynamic attention: the nonlinearity is inside the scores."
  package static let citation =
    "Brody, Alon & Yahav, How attentive are graph attention networks?, ICLR 2022"

  package var gat = GATConfig()
  /// Whether sources and destinations of edges have one linear map.
  package var sharesWeights = false

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    gat.fields(visitor)
    visitor.field(
      "shareWeights", &sharesWeights, .boolean,
      "Whether one linear map serves both ends of an edge, or each has its own.")
  }

  package var hidden: [Int] { gat.hidden }
  package var hiddenColumns: [Int] { gat.hiddenColumns }
  package var trunk: TrunkConfig { gat.trunk }
  package var inconsistencies: [Inconsistency] { gat.inconsistencies }
  package var warnings: [Inconsistency] { gat.warnings }
  package var effectOnNodesWithoutNeighbours: String? { gat.effectOnNodesWithoutNeighbours }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    gat.network(context) { name, input, options in
      GATv2Layer(
        name: name, inputWidth: input, options: options, sharesWeights: sharesWeights,
        initialization: gat.initialization, seed: context.seed)
    }
  }
}
