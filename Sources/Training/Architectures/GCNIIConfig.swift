import Foundation
import Graph
import Layers
import Records
import Tensor

/// A deep graph convolutional network: a linear layer, many layers of one width that each take in a share
/// of what it gave and are near the identity, and a linear layer.
package struct GCNIIConfig: ArchitectureSettings {
  package static let name = "gcnii"
  package static let note =
    "Deep graph convolutions with initial residual connections and maps near the identity."
  package static let citation =
    "Chen et al., Simple and deep graph convolutional networks, ICML 2020"

  package var width = 64
  package var layers = 1
  /// The share of the first layer's output in every layer's input.
  package var alpha = 0.1
  package var theta = 0.5
  package var activation = Activation.relu
  package var dropout = 0.0
  package var bias = true
  package var normalization = GraphNormalization.both
  /// Whether the network sees a self loop at each node.
  package var trunk = TrunkConfig()

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("width", &width, .integer(1...65_536), required: true, "Width of all layers.")
    visitor.field(
      "layers", &layers, .integer(1...FieldRule<[Int]>.mostLayers - 1), required: true,
      "Layers over the graph, between the two linear ones.")
    visitor.field(
      "alpha", &alpha, .number(.halfOpen(0, 1)),
      "The share of the first linear layer's output that every layer takes in.")
    visitor.field(
      "theta", &theta, .number(.nonNegative),
      "How far maps are from the identity: that of layer l, from 1, by a share log(theta / l + 1), of at "
        + "most 1.")
    visitor.field("activation", &activation, .activation, "What follows a hidden layer.")
    visitor.field("dropout", &dropout, .dropout, "Dropout on each layer's input.")
    visitor.field("bias", &bias, .boolean, "Whether the two linear layers add a bias.")
    visitor.field("normalization", &normalization, .choice, "The edge weights, as in a gcn.")
    visitor.field(
      "selfLoops", &trunk.selfLoops, .boolean,
      "Whether the network sees one self loop at each node, also where the data have none.")
  }

  /// The first linear layer and those over the graph.
  package var hidden: [Int] { Array(repeating: width, count: layers + 1) }

  package var inconsistencies: [Inconsistency] {
    let share = beta(1)
    guard share > 1 else { return [] }
    return [
      Inconsistency(
        key: "theta",
        message:
          "found \(JSONValue.real(theta).compactText), by which the first map has a share of "
          + "\(JSONValue.real(share).compactText) and the identity a negative one; expected at most e - 1, "
          + "1.718")
    ]
  }

  /// The share of layer l's map, from 1.
  private func beta(_ l: Int) -> Double { log(theta / Double(l) + 1) }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) throws -> Network<S> {
    func linear(_ place: Int, _ input: Int, _ output: Int) -> LinearLayer<S> {
      LinearLayer(
        name: "layers.\(place)", inputWidth: input, outputWidth: output, bias: bias,
        dropout: S(dropout), seed: context.seed)
    }
    func tap(_ place: Int, _ part: String) -> Tap { Tap(named: "layers.\(place).\(part)") }
    let initial = Tap(named: "initial")
    var blocks: [Block<S>] = [
      .layer(linear(0, context.inputWidth, width), as: .hidden(0)),
      .activation(activation, width: width, as: .activated(0)),
    ]
    if alpha > 0 {
      blocks.append(.layer(ScaledLayer(width: width, factor: S(alpha)), as: initial))
    }
    for l in 1...layers {
      blocks.append(
        .layer(
          PropagationLayer(
            name: "layers.\(l)", width: width, factor: S(1 - alpha), normalization: normalization,
            dropout: S(dropout)), of: .activated(l - 1), as: tap(l, "spread")))
      if alpha > 0 {
        blocks.append(.sum(of: [tap(l, "spread"), initial], as: tap(l, "mixed")))
      }
      blocks.append(
        .layer(
          IdentityMappedLayer(
            name: "layers.\(l)", width: width, beta: S(beta(l)), seed: context.seed),
          as: .hidden(l)))
      blocks.append(.activation(activation, width: width, as: .activated(l)))
    }
    blocks.append(.layer(linear(layers + 1, width, context.outputWidth), as: .logits))
    return try Network(
      blocks: blocks, inputWidth: context.inputWidth, addsSelfLoops: trunk.selfLoops)
  }
}
