import Layers
import Tensor

/// What networks are made from besides their own settings.
public struct NetworkContext {
  /// Features of a node.
  public var inputWidth: Int
  /// Labels, or classes, of a node.
  public var outputWidth: Int
  /// The nodes of the one graph that the network is for; nil where there are several graphs.
  public var nodeCount: Int?
  /// What first values are drawn from.
  public var seed: UInt64

  /// Layers of the given output widths one after the other, named "layers.0", "layers.1", ...
  public func chain<S: Scalar>(
    _ widths: [Int], _ activation: Activation,
    layer: (_ name: String, _ inputWidth: Int, _ outputWidth: Int) -> any GraphLayer<S>
  ) -> Network<S> {
    var layers: [any GraphLayer<S>] = []
    for (place, width) in widths.enumerated() {
      layers.append(layer("layers.\(place)", layers.last?.outputWidth ?? inputWidth, width))
    }
    return Network(layers: layers, activation: activation)
  }
}

extension ModelConfig {
  /// What first values are drawn from for a run's seed.
  package func firstValuesSeed(_ seed: UInt64) -> UInt64 {
    switch start {
    case .identical: seed
    case .own: RandomStream(seed: seed, purpose: "start of \(name)").derivedSeed
    }
  }
}
