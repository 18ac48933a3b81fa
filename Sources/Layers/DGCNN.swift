import Graph
import Tensor

/// The sizes of a DGCNN; first values are those of the published code.
public struct DGCNNOptions: Sendable, Equatable {
  /// Columns of each EdgeConv's output; at least one.
  public var widths = [64, 64, 128, 256]
  /// Neighbours of each point, itself among them.
  public var k = 20
  /// Columns of each point's embedding.
  public var embedding = 1_024
  /// Columns of the layers between the pooled embedding and the logits.
  public var head = [512, 256]
  /// Dropout behind each of these layers.
  public var dropout = 0.5
  /// Of all LeakyReLUs.
  public var slope = 0.2

  /// The published sizes.
  public init() {}
}

extension Network {
  /// A dynamic graph CNN that classifies point clouds (Wang et al., ACM TOG 2019).
  ///
  /// Each EdgeConv works on the k nearest neighbours in the space of its input, made anew in each pass.
  /// All their outputs side by side become an embedding of each point (linear, batch norm, LeakyReLU);
  /// its maximum and mean over each cloud go through the head, whose first layer has no bias, to
  /// logits of each cloud.
  ///
  /// Taps are `points` (the input), `layers.L` (the output of EdgeConv L, on the graph that L worked
  /// on), `hidden.L` (the same features on the neighbour graph that is built from them, on which the
  /// next EdgeConv works; the last one builds none and has `hidden.L` alone), `concatenated`,
  /// `embedding`; and of whole clouds `readout.max`, `readout.mean`, `readout` (both side by side),
  /// `head.0`, ... and `logits`. Layers are named "layers.L", "embedding", "head.0", ..., the last
  /// "head.N".
  public static func dgcnn(
    inputWidth: Int, outputWidth: Int, options: DGCNNOptions, seed: UInt64
  ) throws -> Network {
    var blocks: [Block<S>] = [
      .layer(
        NearestNeighborLayer<S>(name: "points", width: inputWidth, k: options.k),
        as: Tap(named: "points"))
    ]
    var width = inputWidth
    let slope = S(options.slope)
    for (l, next) in options.widths.enumerated() {
      let isLast = l == options.widths.count - 1
      let name = "layers.\(l)"
      let convolution = EdgeConvLayer<S>(
        name: name, inputWidth: width, outputWidth: next, slope: slope, seed: seed)
      blocks.append(.layer(convolution, as: isLast ? .hidden(l) : Tap(named: name)))
      if !isLast {
        let neighbors = NearestNeighborLayer<S>(name: "hidden.\(l)", width: next, k: options.k)
        blocks.append(.layer(neighbors, as: .hidden(l)))
      }
      width = next
    }
    blocks.append(
      .concatenation(of: options.widths.indices.map { .hidden($0) }, as: Tap(named: "concatenated"))
    )
    let embedding = Tap(named: "embedding")
    blocks.append(
      .layer(
        NormalizedLinearLayer<S>(
          name: "embedding", inputWidth: options.widths.reduce(0, +),
          outputWidth: options.embedding, bias: false, slope: slope, seed: seed), as: embedding))
    let pooled = [Readout.max, .mean].map { Tap(named: "readout.\($0.rawValue)") }
    for (kind, tap) in zip([Readout.max, .mean], pooled) {
      blocks.append(
        .layer(ReadoutLayer<S>(kind, width: options.embedding), of: embedding, as: tap))
    }
    blocks.append(.concatenation(of: pooled, as: Tap(named: "readout")))
    width = 2 * options.embedding
    for (l, next) in options.head.enumerated() {
      let layer = NormalizedLinearLayer<S>(
        name: "head.\(l)", inputWidth: width, outputWidth: next, bias: l > 0, slope: slope,
        dropout: l > 0 ? S(options.dropout) : 0, seed: seed)
      blocks.append(.layer(layer, as: Tap(named: "head.\(l)")))
      width = next
    }
    blocks.append(
      .layer(
        OutputMapLayer<S>(
          name: "head.\(options.head.count)", inputWidth: width, outputWidth: outputWidth,
          dropout: options.head.isEmpty ? 0 : S(options.dropout), seed: seed), as: .logits))
    return try Network(blocks: blocks, inputWidth: inputWidth)
  }
}

/// dropout(X) W + b with the first values of PyTorch's `Linear`.
private final class OutputMapLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let map: AffineMap<S>
  private let dropout: S

  var inputWidth: Int { map.inputWidth }
  var outputWidth: Int { map.outputWidth }
  var parameters: [Parameter<S>] { map.parameters }
  var readsEdges: Bool { false }

  init(name: String, inputWidth: Int, outputWidth: Int, dropout: S, seed: UInt64) {
    self.name = name
    self.dropout = dropout
    map = AffineMap(
      name: name, inputWidth: inputWidth, outputWidth: outputWidth, bias: true, seed: seed)
  }

  func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(x, context.dropout(dropout, purpose: name))
    return LayerPass(output: map(input)) { [map] dOutput in
      map.accumulate(input: input, dOutput: dOutput)
      return needsInputGradient ? throughDropout(map.inputGradient(dOutput)) : nil
    }
  }
}
