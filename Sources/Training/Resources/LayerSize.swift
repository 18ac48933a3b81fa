import Layers
import Tensor

/// What a layer takes of memory, in numbers (not bytes) of the precision that it computes in.
public struct LayerSize {
  /// Learnt numbers.
  public var parameters = 0.0
  /// For each node: what a forward pass keeps until the backward pass is done.
  public var keptPerNode = 0.0
  /// The same for each edge.
  public var keptPerEdge = 0.0
  /// For each node: what the layer's backward pass has at once besides.
  public var passingPerNode = 0.0

  /// The size of a layer.
  public init(
    parameters: Double = 0, keptPerNode: Double = 0, keptPerEdge: Double = 0,
    passingPerNode: Double = 0
  ) {
    self.parameters = parameters
    self.keptPerNode = keptPerNode
    self.keptPerEdge = keptPerEdge
    self.passingPerNode = passingPerNode
  }
}

extension ArchitectureSettings {
  /// What every network keeps until the backward pass is done: the features at its usual taps.
  public func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: false) { LayerSize(keptPerNode: $0.outputs) }
  }
}

/// The settings of a family of networks that transforms features by framelets.
package protocol FrameletArchitectureSettings: ArchitectureSettings {
  /// The framelet transforms that it makes of a graph.
  var frameletTransforms: [FrameletTransformConfig] { get }
}

extension GATConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { layer in
      let heads = Double(layer.isLast ? outputHeads : heads[layer.place])
      let wide = heads * layer.width
      let output = layer.isLast ? layer.width : wide
      var size = LayerSize()
      let isFirst = layer.place == 0
      let hasMap: Bool =
        switch residual {
        case .none: false
        case .perHead: !isFirst && layer.input != layer.width
        case .current: !isFirst && layer.input != wide
        }
      size.parameters =
        layer.input * wide * (hasMap ? 2 : 1) + wide * (bias ? 3 : 2)
      size.keptPerNode =
        layer.dropped(featureDropout) + wide + 2 * heads + output
        + (layer.isLast ? 0 : output)
      size.keptPerEdge = heads * (attentionDropout > 0 ? 2 : 1)
      size.passingPerNode = output + wide + (isFirst ? 0 : layer.input)
      return size
    }
  }
}

extension GATv2Config {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    let gat = gat
    return sizes(data, bias: gat.bias) { layer in
      let heads = Double(layer.isLast ? gat.outputHeads : gat.heads[layer.place])
      let wide = heads * layer.width
      let output = layer.isLast ? layer.width : wide
      let isFirst = layer.place == 0
      let hasMap: Bool =
        switch gat.residual {
        case .none: false
        case .perHead: !isFirst && layer.input != layer.width
        case .current: !isFirst && layer.input != wide
        }
      let maps: Double = sharesWeights ? 1 : 2
      var size = LayerSize()
      size.parameters =
        layer.input * wide * (maps + (hasMap ? 1 : 0)) + wide * (1 + (gat.bias ? maps + 1 : 0))
      size.keptPerNode =
        layer.dropped(gat.featureDropout) + maps * wide + output + (layer.isLast ? 0 : output)
      size.keptPerEdge = heads * (gat.attentionDropout > 0 ? 2 : 1)
      size.passingPerNode = output + 2 * wide + (isFirst ? 0 : layer.input)
      return size
    }
  }
}

extension GCNIIConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { layer in
      guard !layer.isLast, layer.place > 0 else {
        var size = layer.linear(bias: bias, dropout: dropout)
        // What every layer takes the share alpha of.
        if layer.place == 0, !layer.isLast, alpha > 0 { size.keptPerNode += layer.width }
        return size
      }
      return LayerSize(
        parameters: layer.width * layer.width,
        keptPerNode: layer.outputs + (alpha > 0 ? 2 : 1) * layer.width,
        passingPerNode: 2 * layer.width)
    }
  }
}

extension GINConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { layer in
      let inner = Double(innerWidth(Int(layer.width), inputWidth: Int(layer.input), layer.isLast))
      var size = LayerSize()
      size.parameters =
        inner * (layer.input + layer.width) + (bias ? inner + layer.width : 0)
        + (learnEpsilon ? 1 : 0) + (mlpNorm ? 2 * inner : 0) + (activation == .prelu ? 1 : 0)
      size.keptPerNode =
        layer.dropped(dropout) + layer.outputs + inner * (mlpNorm ? 2 : 1)
        + (learnEpsilon ? inner : 0)
      size.passingPerNode = inner + max(inner, layer.place == 0 ? 0 : layer.input)
      return size
    }
  }
}

extension GCNConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { layer in
      layer.convolution(matrices: 1, biases: bias ? 1 : 0, dropout: dropout)
    }
  }
}

extension GraphSAGEConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    let biases: Double =
      switch bias {
      case .none: 0
      case .single: 1
      case .both: 2
      }
    return sizes(data, bias: bias != .none) { layer in
      let normalized = normalize ? layer.width : 0
      guard aggregator == .pool || aggregator == .max else {
        var size = layer.convolution(
          matrices: aggregator == .gcn ? 1 : 2, biases: biases, dropout: dropout)
        size.keptPerNode += normalized
        return size
      }
      var size = LayerSize()
      guard aggregator == .pool else {
        size.parameters = 2 * layer.input * layer.width + biases * layer.width
        size.keptPerNode =
          layer.dropped(dropout) + layer.outputs + 1.5 * layer.input + normalized
        size.passingPerNode = layer.width + layer.input
        return size
      }
      size.parameters =
        2 * layer.input * layer.width + layer.input * (layer.input + 1) + biases * layer.width
      // The largest neighbours' numbers, and half as much at least for who they are.
      size.keptPerNode =
        layer.dropped(dropout) + layer.outputs + 1.5 * layer.input + normalized
      size.passingPerNode = layer.width + 2 * layer.input
      return size
    }
  }
}

extension MLPConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { $0.linear(bias: bias, dropout: dropout) }
  }
}

// Steps over the graph keep nothing for the backward pass.

extension APPNPConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { $0.linear(bias: bias, dropout: dropout) }
  }
}

extension SGCConfig {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    sizes(data, bias: bias) { $0.linear(bias: bias, dropout: dropout) }
  }
}

extension FrameletConfig: FrameletArchitectureSettings {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    let bands = Double(propagation.framelets.options.bands.count)
    return sizes(data, bias: bias) { layer in
      LayerSize(
        parameters: layer.width * (bands * layer.input + (bias ? 1 : 0)),
        keptPerNode: layer.dropped(dropout) + layer.width,
        passingPerNode: layer.width + (layer.place == 0 ? 0 : layer.input))
    }
  }

  package var frameletTransforms: [FrameletTransformConfig] { [propagation.framelets] }
}

extension SimplifiedFrameletConfig: FrameletArchitectureSettings {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    let bands = Double(propagation.framelets.options.bands.count)
    return sizes(data, bias: bias) { layer in
      LayerSize(
        parameters: layer.width * (bands * layer.input + (bias ? 1 : 0)),
        keptPerNode: layer.dropped(dropout) + layer.width, passingPerNode: layer.width)
    }
  }

  package var frameletTransforms: [FrameletTransformConfig] { [propagation.framelets] }
}

extension FMLPConfig: FrameletArchitectureSettings {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    let ownHigh = !asPublished.highBranch
    let steps = hidden + [hidden.last ?? 0]
    return steps.enumerated().map { place, width in
      fmlpStep(
        inputWidth: place == 0 ? data.features : hidden[place - 1], width,
        outputWidth: place == hidden.count ? data.labels : nil, nodes: data.largestGraph,
        bias: bias,
        // Shared encoders are the first step's, and that of the input the second's.
        hasEncoders: !sharesEncoders || place == 0,
        hasFeatures: !sharesEncoders || place <= 1,
        hasHigh: ownHigh || place < hidden.count)
    }
  }

  package var frameletTransforms: [FrameletTransformConfig] { [knowledge.propagation.framelets] }
}

extension SimplifiedFMLPConfig: FrameletArchitectureSettings {
  package func layerSizes(_ data: DataSizes) -> [LayerSize] {
    return [
      fmlpStep(
        inputWidth: data.features, width, outputWidth: data.labels, nodes: data.largestGraph,
        bias: bias, hasEncoders: true, hasFeatures: true,
        hasHigh: !asPublished.highBranch)
    ]
  }

  package var frameletTransforms: [FrameletTransformConfig] { [knowledge.propagation.framelets] }
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

  /// A linear map.
  func linear(bias: Bool, dropout: Double) -> LayerSize {
    LayerSize(
      parameters: width * (input + (bias ? 1 : 0)), keptPerNode: dropped(dropout) + outputs,
      passingPerNode: width + (place == 0 ? 0 : input))
  }

  /// A layer that projects and takes means over neighbours, the narrower of the two last.
  func convolution(matrices: Double, biases: Double, dropout: Double) -> LayerSize {
    let projectsFirst = width <= input || isSparse
    return LayerSize(
      parameters: width * (matrices * input + biases),
      keptPerNode: dropped(dropout) + outputs + (projectsFirst ? 0 : input),
      passingPerNode: (projectsFirst ? 2 : 1) * width + (place == 0 ? 0 : input))
  }
}

extension ArchitectureSettings {
  /// The sizes of the layers of a chain, and of what its trunk puts between them.
  ///
  /// - Parameters:
  ///   - bias: Whether the linear layer behind a readout has one.
  ///   - size: That of a layer of the family.
  fileprivate func sizes(
    _ data: DataSizes, bias: Bool, _ size: (Place) -> LayerSize
  ) -> [LayerSize] {
    let columns = hiddenColumns
    var input = data.features
    var sizes = hidden.enumerated().map { place, width in
      let layer = Place(
        place: place, isLast: false, input: Double(input), width: Double(width),
        isSparse: data.isSparse && place == 0)
      defer { input = columns[place] }
      return size(layer) + trunk.size(at: place, columns)
    }
    input = trunk.lastInputWidth(inputWidth: data.features, widths: columns)
    let last = Place(
      place: hidden.count, isLast: true, input: Double(input), width: Double(data.labels),
      isSparse: data.isSparse && hidden.isEmpty)
    var jumping = LayerSize()
    if trunk.jumpingKnowledge != .none { jumping.keptPerNode = last.input }
    if trunk.readout == nil {
      sizes.append(size(last) + jumping)
    } else {
      // What is behind a readout has few rows.
      jumping.parameters = last.width * (last.input + (bias ? 1 : 0))
      sizes.append(jumping)
    }
    return sizes
  }
}

extension TrunkConfig {
  /// What stands behind a hidden layer's own output.
  fileprivate func size(at place: Int, _ columns: [Int]) -> LayerSize {
    var size = LayerSize()
    let width = Double(columns[place])
    if hasNorm {
      size.parameters += 2 * width
      // The standardised features, and what gamma and beta make of them.
      size.keptPerNode += 2 * width
    }
    guard residual, place > 0 else { return size }
    size.keptPerNode += width
    if columns[place - 1] != columns[place] {
      size.parameters += Double(columns[place - 1]) * width
      size.keptPerNode += width
    }
    return size
  }
}

extension LayerSize {
  /// Both together, one after the other.
  fileprivate static func + (a: LayerSize, b: LayerSize) -> LayerSize {
    LayerSize(
      parameters: a.parameters + b.parameters, keptPerNode: a.keptPerNode + b.keptPerNode,
      keptPerEdge: a.keptPerEdge + b.keptPerEdge,
      passingPerNode: max(a.passingPerNode, b.passingPerNode))
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
