import Graph
import Layers
import Tensor

extension ModelConfig {
  /// What first values are drawn from for a run's seed.
  func firstValuesSeed(_ seed: UInt64) -> UInt64 {
    switch start {
    case .identical: seed
    case .own: RandomStream(seed: seed, purpose: "start of \(name)").derivedSeed
    }
  }
}

extension ArchitectureConfig {
  /// The network, with first values that depend on the seed and on the places of the parameters
  /// alone: models of one architecture start from the same numbers, so that what differs between
  /// two methods is the method.
  ///
  /// - Parameter nodeCount: The nodes of the one graph that the network is for, which some families
  ///   need; nil where there are several graphs.
  func network<S: Scalar>(
    inputWidth: Int, outputWidth: Int, nodeCount: Int? = nil, seed: UInt64
  ) -> Network<S> {
    switch self {
    case .gat(let config):
      return config.network(inputWidth: inputWidth, outputWidth: outputWidth, seed: seed)
    case .gcn(let config):
      return chain(config.hidden + [outputWidth], from: inputWidth, config.activation) {
        GCNLayer(
          name: $0, inputWidth: $1, outputWidth: $2, normalization: config.normalization.layers,
          bias: config.bias, dropout: S(config.dropout), seed: seed)
      }
    case .graphsage(let config):
      return chain(config.hidden + [outputWidth], from: inputWidth, config.activation) {
        GraphSAGELayer(
          name: $0, inputWidth: $1, outputWidth: $2, aggregator: config.aggregator.layers,
          bias: config.bias.layers, dropout: S(config.dropout), seed: seed)
      }
    case .mlp(let config):
      return chain(config.hidden + [outputWidth], from: inputWidth, config.activation) {
        LinearLayer(
          name: $0, inputWidth: $1, outputWidth: $2, bias: config.bias, dropout: S(config.dropout),
          seed: seed)
      }
    case .framelet(let config):
      return config.network(inputWidth: inputWidth, outputWidth: outputWidth, seed: seed)
    case .simplifiedFramelet(let config):
      return config.network(inputWidth: inputWidth, outputWidth: outputWidth, seed: seed)
    case .fmlp(let config):
      return config.network(
        inputWidth: inputWidth, outputWidth: outputWidth, nodeCount: nodeCount, seed: seed)
    case .fmlpSimplified(let config):
      return config.network(
        inputWidth: inputWidth, outputWidth: outputWidth, nodeCount: nodeCount, seed: seed)
    }
  }
}

/// Layers of the given output widths one after the other, named by their place.
private func chain<S: Scalar>(
  _ widths: [Int], from inputWidth: Int, _ activation: Activation,
  layer: (_ name: String, _ inputWidth: Int, _ outputWidth: Int) -> any GraphLayer<S>
) -> Network<S> {
  var layers: [any GraphLayer<S>] = []
  for (place, width) in widths.enumerated() {
    layers.append(layer("layers.\(place)", layers.last?.outputWidth ?? inputWidth, width))
  }
  return Network(layers: layers, activation: activation.layers)
}

extension GATConfig {
  fileprivate func network<S: Scalar>(
    inputWidth: Int, outputWidth: Int, seed: UInt64
  ) -> Network<S> {
    var place = 0
    return chain(hidden + [outputWidth], from: inputWidth, activation) { name, input, width in
      let isOutput = place == hidden.count
      var options = GATLayer<S>.Options(
        heads: isOutput ? outputHeads : heads[place], headWidth: width)
      options.averagesHeads = isOutput
      options.negativeSlope = negativeSlope
      options.featureDropout = featureDropout
      options.attentionDropout = attentionDropout
      options.residual = place == 0 ? .none : residual.layers
      options.bias = bias
      place += 1
      return GATLayer(
        name: name, inputWidth: input, options: options, initialization: initialization.layers,
        seed: seed)
    }
  }
}

extension GATConfig.Residual {
  fileprivate var layers: GATResidual {
    switch self {
    case .none: .none
    case .perHead: .perHead
    case .current: .current
    }
  }
}

extension GATConfig.Initialization {
  fileprivate var layers: Layers.Initialization {
    switch self {
    case .xavierNormal: .xavierNormal
    }
  }
}

extension GCNConfig.Normalization {
  fileprivate var layers: GraphNormalization {
    switch self {
    case .both: .both
    case .inDegrees: .inDegrees
    case .right: .right
    case .none: .none
    }
  }
}

extension GraphSAGEConfig.Aggregator {
  fileprivate var layers: GraphSAGEAggregator {
    switch self {
    case .mean: .mean
    case .pool: .pool
    }
  }
}

extension GraphSAGEConfig.Bias {
  fileprivate var layers: GraphSAGEBias {
    switch self {
    case .none: .none
    case .single: .single
    case .both: .both
    }
  }
}

extension Activation {
  fileprivate var layers: Layers.Activation {
    switch self {
    case .elu: .elu
    case .relu: .relu
    case .leakyRelu: .leakyReLU(slope: 0.01)
    }
  }
}
