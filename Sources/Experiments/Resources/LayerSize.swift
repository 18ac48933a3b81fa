import Layers

/// What a layer takes of memory, in numbers (not bytes) of the precision that it computes in.
struct LayerSize {
  /// Learnt numbers.
  var parameters = 0.0
  /// For each node: what a forward pass keeps until the backward pass is done.
  var keptPerNode = 0.0
  /// The same for each edge.
  var keptPerEdge = 0.0
  /// For each node: what the layer's backward pass has at once besides.
  var passingPerNode = 0.0
}

extension ArchitectureConfig {
  /// The layers' sizes, from below: what is counted is surely needed.
  ///
  /// - Parameters:
  ///   - inputWidth: Features of a node, of which `isSparse` says whether only non-zero ones are kept.
  ///   - nodes: The nodes of the one graph, for models that learn something for each.
  func layerSizes(
    inputWidth: Int, isSparse: Bool, outputWidth: Int, nodes: Double
  ) -> [LayerSize] {
    switch self {
    case .gat(let config):
      return sizes(config.hidden, inputWidth, isSparse, outputWidth, heads: config.heads) { layer in
        let heads = Double(layer.isLast ? config.outputHeads : config.heads[layer.place])
        let wide = heads * layer.width
        let output = layer.isLast ? layer.width : wide
        var size = LayerSize()
        let isFirst = layer.place == 0
        let hasMap: Bool =
          switch config.residual {
          case .none: false
          case .perHead: !isFirst && layer.input != layer.width
          case .current: !isFirst && layer.input != wide
          }
        size.parameters =
          layer.input * wide * (hasMap ? 2 : 1) + wide * (config.bias ? 3 : 2)
        size.keptPerNode =
          layer.dropped(config.featureDropout) + wide + 2 * heads + output
          + (layer.isLast ? 0 : output)
        size.keptPerEdge = heads * (config.attentionDropout > 0 ? 2 : 1)
        size.passingPerNode = output + wide + (isFirst ? 0 : layer.input)
        return size
      }
    case .gcn(let config):
      return sizes(config.hidden, inputWidth, isSparse, outputWidth) { layer in
        layer.convolution(matrices: 1, biases: config.bias ? 1 : 0, dropout: config.dropout)
      }
    case .graphsage(let config):
      let biases: Double =
        switch config.bias {
        case .none: 0
        case .single: 1
        case .both: 2
        }
      return sizes(config.hidden, inputWidth, isSparse, outputWidth) { layer in
        guard config.aggregator == .pool else {
          return layer.convolution(matrices: 2, biases: biases, dropout: config.dropout)
        }
        var size = LayerSize()
        size.parameters =
          2 * layer.input * layer.width + layer.input * (layer.input + 1) + biases * layer.width
        // The largest neighbours' numbers, and half as much at least for who they are.
        size.keptPerNode =
          layer.dropped(config.dropout) + layer.outputs + 1.5 * layer.input
        size.passingPerNode = layer.width + 2 * layer.input
        return size
      }
    case .mlp(let config):
      return sizes(config.hidden, inputWidth, isSparse, outputWidth) { layer in
        LayerSize(
          parameters: layer.width * (layer.input + (config.bias ? 1 : 0)),
          keptPerNode: layer.dropped(config.dropout) + layer.outputs,
          passingPerNode: layer.width + (layer.place == 0 ? 0 : layer.input))
      }
    case .framelet(let config):
      let bands = Double(config.propagation.framelets.options.bands.count)
      return sizes(config.hidden, inputWidth, isSparse, outputWidth) { layer in
        LayerSize(
          parameters: layer.width * (bands * layer.input + (config.bias ? 1 : 0)),
          keptPerNode: layer.dropped(config.dropout) + layer.width,
          passingPerNode: layer.width + (layer.place == 0 ? 0 : layer.input))
      }
    case .simplifiedFramelet(let config):
      let bands = Double(config.propagation.framelets.options.bands.count)
      return sizes([], inputWidth, isSparse, outputWidth) { layer in
        LayerSize(
          parameters: layer.width * (bands * layer.input + (config.bias ? 1 : 0)),
          keptPerNode: layer.dropped(config.dropout) + layer.width, passingPerNode: layer.width)
      }
    case .fmlp(let config):
      let ownHigh = !config.asPublished.highBranch
      let steps = config.hidden + [config.hidden.last ?? 0]
      return steps.enumerated().map { place, width in
        fmlpStep(
          inputWidth: place == 0 ? inputWidth : config.hidden[place - 1], width,
          outputWidth: place == config.hidden.count ? outputWidth : nil, nodes: nodes,
          bias: config.bias,
          // Shared encoders are the first step's, and that of the input the second's.
          hasEncoders: !config.sharesEncoders || place == 0,
          hasFeatures: !config.sharesEncoders || place <= 1,
          hasHigh: ownHigh || place < config.hidden.count)
      }
    case .fmlpSimplified(let config):
      return [
        fmlpStep(
          inputWidth: inputWidth, config.width, outputWidth: outputWidth, nodes: nodes,
          bias: config.bias, hasEncoders: true, hasFeatures: true,
          hasHigh: !config.asPublished.highBranch)
      ]
    }
  }
}

/// A layer among others.
private struct Place {
  var place: Int
  var isLast: Bool
  var input: Double
  var width: Double
  /// Whether the input is sparse features.
  var isSparse: Bool

  /// The input once more, after dropout; that of sparse features is small.
  func dropped(_ probability: Double) -> Double { probability > 0 && !isSparse ? input : 0 }

  /// The output, and between layers what the activation makes of it.
  var outputs: Double { isLast ? width : 2 * width }

  /// A layer that projects and takes means over neighbours, the narrower of the two last.
  func convolution(matrices: Double, biases: Double, dropout: Double) -> LayerSize {
    let projectsFirst = width <= input || isSparse
    return LayerSize(
      parameters: width * (matrices * input + biases),
      keptPerNode: dropped(dropout) + outputs + (projectsFirst ? 0 : input),
      passingPerNode: (projectsFirst ? 2 : 1) * width + (place == 0 ? 0 : input))
  }
}

/// The sizes of layers of the given widths, one after the other.
private func sizes(
  _ hidden: [Int], _ inputWidth: Int, _ isSparse: Bool, _ outputWidth: Int, heads: [Int]? = nil,
  _ size: (Place) -> LayerSize
) -> [LayerSize] {
  var input = Double(inputWidth)
  return (hidden + [outputWidth]).enumerated().map { place, width in
    let layer = Place(
      place: place, isLast: place == hidden.count, input: input, width: Double(width),
      isSparse: isSparse && place == 0)
    input = Double(width) * Double(layer.isLast ? 1 : heads?[place] ?? 1)
    return size(layer)
  }
}

/// - Parameter outputWidth: Classes of the output step; nil for a hidden one.
private func fmlpStep(
  inputWidth: Int, _ width: Int, outputWidth: Int?, nodes: Double, bias: Bool, hasEncoders: Bool,
  hasFeatures: Bool, hasHigh: Bool
) -> LayerSize {
  let (input, width) = (Double(inputWidth), Double(width))
  let one: Double = bias ? 1 : 0
  let structures: Double = hasHigh ? 2 : 1
  var size = LayerSize()
  if hasEncoders { size.parameters += structures * width * (nodes + one) + 2 * width + one }
  if hasFeatures { size.parameters += width * (input + one) }
  if let outputWidth {
    size.parameters += (structures + 1) * Double(outputWidth) * (width + one)
    size.keptPerNode = 3 * width + 3 * Double(outputWidth)
  } else {
    size.keptPerNode = 4 * width
  }
  size.passingPerNode = 2 * width
  return size
}
