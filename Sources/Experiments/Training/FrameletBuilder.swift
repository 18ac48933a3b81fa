import Distill
import Graph
import Layers
import Tensor

// Framelet networks and objectives from their settings.

extension FrameletConfig {
  func network<S: Scalar>(inputWidth: Int, outputWidth: Int, seed: UInt64) -> Network<S> {
    var layers: [any GraphLayer<S>] = []
    for (place, width) in (hidden + [outputWidth]).enumerated() {
      layers.append(
        SpatialFrameletLayer<S>(
          name: "layers.\(place)", inputWidth: layers.last?.outputWidth ?? inputWidth,
          outputWidth: width, options: propagation.options, bias: bias,
          rectifies: outputRelu || place < hidden.count,
          dropout: S(place == 0 ? inputDropout ?? dropout : dropout), seed: seed))
    }
    // The nonlinearity is inside.
    return Network(layers: layers, activation: .none)
  }
}

extension SimplifiedFrameletConfig {
  func network<S: Scalar>(inputWidth: Int, outputWidth: Int, seed: UInt64) -> Network<S> {
    let layer = SimplifiedFrameletLayer<S>(
      name: "layers.0", inputWidth: inputWidth, outputWidth: outputWidth,
      options: propagation.options, power: power, bias: bias, dropout: S(dropout), seed: seed)
    return Network(layers: [layer], activation: .none)
  }
}

extension FMLPConfig {
  func network<S: Scalar>(
    inputWidth: Int, outputWidth: Int, nodeCount: Int?, seed: UInt64
  ) -> Network<S> {
    .fmlpO(
      fmlpOptions(
        knowledge, dropout, bias, asPublished, inputWidth: inputWidth, outputWidth: outputWidth,
        nodeCount: nodeCount, seed: seed),
      hidden: hidden, sharesEncoders: sharesEncoders)
  }
}

extension SimplifiedFMLPConfig {
  func network<S: Scalar>(
    inputWidth: Int, outputWidth: Int, nodeCount: Int?, seed: UInt64
  ) -> Network<S> {
    .fmlpS(
      fmlpOptions(
        knowledge, dropout, bias, asPublished, inputWidth: inputWidth, outputWidth: outputWidth,
        nodeCount: nodeCount, seed: seed),
      width: width, power: power)
  }
}

private func fmlpOptions(
  _ knowledge: GraphKnowledgeConfig, _ dropout: Double, _ bias: Bool,
  _ asPublished: PublishedFMLPConfig, inputWidth: Int, outputWidth: Int, nodeCount: Int?,
  seed: UInt64
) -> FMLPOptions {
  guard let nodeCount else { preconditionFailure("an FMLP for several graphs passed the checks") }
  var options = FMLPOptions(
    nodeCount: nodeCount, inputWidth: inputWidth, outputWidth: outputWidth, seed: seed)
  options.knowledge = knowledge.knowledge
  options.dropout = dropout
  options.bias = bias
  options.highBranchAsPublished = asPublished.highBranch
  options.scoresAsPublished = asPublished.scores
  return options
}

extension FrameletObjectiveConfig {
  func objective<S: Scalar>(
    named name: String, _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    var options = FrameletFeatureDistillation<S>.Options()
    options.framelets = framelets.options
    options.bandWeights = bandWeights
    options.normalizes = normalizes
    options.projection = projection.distill
    let widths = try widths(teachers)
    return try FrameletFeatureDistillation(
      name: name, tap: features.student, studentWidth: widths.student,
      teacherWidth: widths.teacher, options: options, seed: teachers.context.seed,
      graphs: teachers.context.graphs.map(\.graph), reference: try reference(teachers))
  }
}
