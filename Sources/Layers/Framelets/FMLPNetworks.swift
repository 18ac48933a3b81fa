import Graph
import Tensor

/// What an FMLP student is made from.
public struct FMLPOptions: Sendable {
  /// The number of nodes of the one graph that it is for.
  public var nodeCount: Int
  /// The columns of the node features.
  public var inputWidth: Int
  /// The number of classes.
  public var outputWidth: Int
  /// The graph's operators.
  public var knowledge = GraphKnowledge()
  /// The probability that an element of an encoded branch is dropped.
  public var dropout = 0.0
  /// Whether all linear maps, the scores included, have a bias, as published.
  public var bias = true
  /// Whether the last step takes its high branch from the low pass, as published: in FMLP-O the
  /// low-pass operator, encoder and classifier; in FMLP-S the encoder and classifier.
  public var highBranchAsPublished = false
  /// Whether the scores of the last step multiply the features, as published, though those of
  /// hidden steps multiply the structure.
  public var scoresAsPublished = false
  /// For first values and dropout.
  public var seed: UInt64

  /// Options for a graph and its task.
  public init(nodeCount: Int, inputWidth: Int, outputWidth: Int, seed: UInt64) {
    self.nodeCount = nodeCount
    self.inputWidth = inputWidth
    self.outputWidth = outputWidth
    self.seed = seed
  }

  fileprivate func step<S>(power: Int, as type: S.Type = S.self) -> FMLPLayer<S>.Options {
    var step = FMLPLayer<S>.Options()
    step.knowledge = knowledge
    step.power = power
    step.dropout = dropout
    return step
  }
}

extension Network {
  /// FMLP-O: a hidden step for each width of `hidden`, of the powers 1, 2, ..., then the output step
  /// of the next power.
  ///
  /// - Parameters:
  ///   - hidden: The widths of hidden steps, at least one; all equal where encoders are shared.
  ///   - sharesEncoders: Whether all steps have the same structure encoders and scores, and all but
  ///     the first the same encoder of their input, as published; or each its own.
  public static func fmlpO(
    _ options: FMLPOptions, hidden: [Int], sharesEncoders: Bool = true
  ) -> Network {
    precondition(!hidden.isEmpty, "FMLP-O has at least one hidden step")
    precondition(
      !sharesEncoders || hidden.allSatisfy { $0 == hidden[0] }, "shared encoders have one width")
    let (bias, seed) = (options.bias, options.seed)
    var encoders: FMLPEncoders<S>?
    var second: AffineMap<S>?
    var layers: [any GraphLayer<S>] = []
    for place in 0...hidden.count {
      let name = "layers.\(place)"
      let isOutput = place == hidden.count
      let width = isOutput ? hidden[place - 1] : hidden[place]
      var step = options.step(power: place + 1, as: S.self)
      if isOutput {
        if options.highBranchAsPublished { step.highBranch = .lowOperatorAndEncoder }
        if options.scoresAsPublished { step.scored = .features }
      }
      let hasHigh = step.highBranch == .own
      let ownEncoders =
        encoders
        ?? FMLPEncoders(
          name: sharesEncoders ? "encoders" : "\(name).encoders", nodeCount: options.nodeCount,
          width: width, hasHigh: hasHigh, bias: bias, seed: seed)
      let features =
        second
        ?? AffineMap<S>(
          name: place > 0 && sharesEncoders ? "encoders.hidden" : "\(name).features",
          inputWidth: place == 0 ? options.inputWidth : hidden[place - 1], outputWidth: width,
          bias: bias, seed: seed)
      if sharesEncoders {
        encoders = ownEncoders
        if place > 0 { second = features }
      }
      layers.append(
        FMLPLayer(
          name: name, encoders: ownEncoders, featureEncoder: features,
          classifiers: isOutput
            ? FMLPClassifiers(
              name: "\(name).classifiers", inputWidth: width, outputWidth: options.outputWidth,
              hasHigh: hasHigh, bias: bias, seed: seed) : nil, options: step))
    }
    return Network(layers: layers, activation: .none)
  }

  /// FMLP-S: one output step of the given power, without nonlinearities but for the scores.
  ///
  /// - Parameter width: The width of encoded branches, h.
  public static func fmlpS(_ options: FMLPOptions, width: Int, power: Int) -> Network {
    var step = options.step(power: power, as: S.self)
    step.rectified = false
    if options.highBranchAsPublished { step.highBranch = .lowEncoder }
    if options.scoresAsPublished { step.scored = .features }
    let hasHigh = step.highBranch == .own
    let (bias, seed) = (options.bias, options.seed)
    let name = "layers.0"
    let layer = FMLPLayer<S>(
      name: name,
      encoders: FMLPEncoders(
        name: "encoders", nodeCount: options.nodeCount, width: width, hasHigh: hasHigh, bias: bias,
        seed: seed),
      featureEncoder: AffineMap(
        name: "\(name).features", inputWidth: options.inputWidth, outputWidth: width, bias: bias,
        seed: seed),
      classifiers: FMLPClassifiers(
        name: "\(name).classifiers", inputWidth: width, outputWidth: options.outputWidth,
        hasHigh: hasHigh, bias: bias, seed: seed),
      options: step)
    return Network(layers: [layer], activation: .none)
  }
}
