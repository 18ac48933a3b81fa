import Graph
import Tensor

/// What a hidden layer's output is normalised by.
public enum HiddenNormalization: Sendable, Equatable {
  /// Nothing.
  case none
  /// ``BatchNormLayer``.
  case batch(momentum: Double = 0.1, epsilon: Double = 1e-5)
  /// ``LayerNormLayer``.
  case layer(epsilon: Double = 1e-5)
}

/// What the last layer of a network reads (jumping knowledge; Xu et al., ICML 2018).
public enum JumpingKnowledge: String, Sendable, CaseIterable {
  /// The last hidden layer.
  case none
  /// All hidden layers side by side.
  case concat
  /// The largest of all hidden layers, element by element; they have one width.
  case max
}

/// What stands between the layers of a network of any family.
public struct TrunkOptions: Sendable, Equatable {
  /// The activation after each hidden layer.
  public var activation = Activation.relu
  /// The normalisation of each hidden layer, before its residual connection and its activation.
  public var normalization = HiddenNormalization.none
  /// Whether each hidden layer but the first adds what it was given to its output, before the
  /// activation; through a linear map without bias where the widths differ.
  public var residual = false
  /// What the last layer reads.
  public var jumpingKnowledge = JumpingKnowledge.none
  /// How features of nodes become those of their graph in front of the last layer, which is then a
  /// linear one; nil for predictions of nodes.
  public var readout: Readout?
  /// Whether the linear layer behind a readout has a bias.
  public var readoutBias = true
  /// Dropout on its input.
  public var readoutDropout = 0.0
  /// Whether every graph gets one self loop at each node first.
  public var addsSelfLoops = false

  /// Layers with a ReLU between them.
  public init() {}
}

extension Network {
  /// Hidden layers of any family with what the options put between them, and an output layer.
  ///
  /// Hidden layer L is named "layers.L", the output layer after N of them "layers.N"; parts of the
  /// trunk are "layers.L.norm" and "layers.L.residual". Taps are `hidden.L` (what the activation is
  /// given), `hidden.L.activated`, `logits`, and where these parts exist `layers.L` (the layer's own
  /// output), `layers.L.norm`, `layers.L.residual`, `jumping` and `readout`. A PReLU's slope is
  /// "hidden.L.activated.slope". Without any option this
  /// is ``init(layers:activation:addsSelfLoops:)``.
  ///
  /// - Parameters:
  ///   - hidden: The number of hidden layers; 0 for an output layer alone.
  ///   - seed: For the first values of the trunk's own linear maps.
  ///   - outputWidth: The number of logits.
  ///   - layer: Makes the layer of a name at a place, 0 ... hidden, for an input of so many columns;
  ///     that at the last place gives the logits. It is not asked for where there is a readout.
  /// - Throws: ``NetworkError`` where widths do not allow the options, and what `layer` throws.
  public convenience init(
    inputWidth: Int, hidden: Int, outputWidth: Int, options: TrunkOptions, seed: UInt64,
    layer: (_ name: String, _ place: Int, _ inputWidth: Int) throws -> any GraphLayer<S>
  ) throws {
    var blocks: [Block<S>] = []
    var (tap, width) = (Tap.input, inputWidth)
    var widths: [Int] = []
    for l in 0..<hidden {
      let name = "layers.\(l)"
      let own = try layer(name, l, width)
      let adds = options.residual && l > 0
      let isBare = options.normalization == .none && !adds
      blocks.append(.layer(own, as: isBare ? .hidden(l) : Tap(named: name)))
      var parts = [blocks.last!.output]
      if let norm: any GraphLayer<S> = options.normalization.layer("\(name).norm", own.outputWidth)
      {
        blocks.append(.layer(norm, as: adds ? Tap(named: "\(name).norm") : .hidden(l)))
        parts = [blocks.last!.output]
      }
      if adds {
        parts.append(tap)
        if width != own.outputWidth {
          let map = LinearLayer<S>(
            name: "\(name).residual", inputWidth: width, outputWidth: own.outputWidth, bias: false,
            seed: seed)
          blocks.append(.layer(map, of: tap, as: Tap(named: "\(name).residual")))
          parts[1] = blocks.last!.output
        }
        blocks.append(.sum(of: parts, as: .hidden(l)))
      }
      blocks.append(.activation(options.activation, width: own.outputWidth, as: .activated(l)))
      (tap, width) = (.activated(l), own.outputWidth)
      widths.append(width)
    }
    if options.jumpingKnowledge != .none {
      guard hidden > 0 else { throw NetworkError.noHiddenLayer }
      let inputs = (0..<hidden).map { Tap.activated($0) }
      tap = Tap(named: "jumping")
      switch options.jumpingKnowledge {
      case .concat:
        blocks.append(.concatenation(of: inputs, as: tap))
        width = widths.reduce(0, +)
      case .max, .none: blocks.append(.maximum(of: inputs, as: tap))
      }
    }
    let name = "layers.\(hidden)"
    if let readout = options.readout {
      blocks.append(.layer(ReadoutLayer<S>(readout, width: width), as: Tap(named: "readout")))
      let output = LinearLayer<S>(
        name: name, inputWidth: width, outputWidth: outputWidth,
        bias: options.readoutBias, dropout: S(options.readoutDropout), seed: seed)
      blocks.append(.layer(output, as: .logits))
    } else {
      blocks.append(.layer(try layer(name, hidden, width), as: .logits))
    }
    try self.init(
      blocks: blocks, inputWidth: inputWidth, addsSelfLoops: options.addsSelfLoops)
  }
}

extension HiddenNormalization {
  fileprivate func layer<S: Scalar>(_ name: String, _ width: Int) -> (any GraphLayer<S>)? {
    switch self {
    case .none: nil
    case .batch(let momentum, let epsilon):
      BatchNormLayer<S>(name: name, width: width, momentum: S(momentum), epsilon: S(epsilon))
    case .layer(let epsilon): LayerNormLayer<S>(name: name, width: width, epsilon: S(epsilon))
    }
  }
}
