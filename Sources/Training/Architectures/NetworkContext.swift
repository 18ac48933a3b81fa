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

  /// A context from its parts, for networks that are made outside of an experiment.
  public init(inputWidth: Int, outputWidth: Int, nodeCount: Int? = nil, seed: UInt64) {
    self.inputWidth = inputWidth
    self.outputWidth = outputWidth
    self.nodeCount = nodeCount
    self.seed = seed
  }

  /// Hidden layers of the given widths, named "layers.0", "layers.1", ..., an output layer, and what
  /// the trunk puts between them.
  public func chain<S: Scalar>(
    _ hidden: [Int], _ trunk: TrunkOptions,
    layer: (_ name: String, _ inputWidth: Int, _ outputWidth: Int) -> any GraphLayer<S>
  ) -> Network<S> {
    do {
      return try Network(
        inputWidth: inputWidth, hidden: hidden.count, outputWidth: outputWidth, options: trunk,
        seed: seed
      ) { name, place, input in
        layer(name, input, place < hidden.count ? hidden[place] : outputWidth)
      }
    } catch {
      preconditionFailure("a trunk passed the checks: \(error)")
    }
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
