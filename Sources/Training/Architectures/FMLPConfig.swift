import Layers
import Records
import Tensor

/// A framelet MLP, the student of frameless distillation. It has weights for each node of one graph.
package struct FMLPConfig: ArchitectureSettings {
  package static let name = "fmlp"
  package static let note =
    "Framelet MLP FMLP-O (Shi et al. 2025), a student without message passing; for one graph."

  package var hidden: [Int] = []
  package var knowledge = GraphKnowledgeConfig()
  /// Dropout on each encoded branch.
  package var dropout = 0.0
  package var bias = true
  package var sharesEncoders = true
  package var asPublished = PublishedFMLPConfig()

  package init(
    hidden: [Int] = [], knowledge: GraphKnowledgeConfig = GraphKnowledgeConfig(),
    dropout: Double = 0.0, bias: Bool = true, sharesEncoders: Bool = true,
    asPublished: PublishedFMLPConfig = PublishedFMLPConfig()
  ) {
    self.hidden = hidden
    self.knowledge = knowledge
    self.dropout = dropout
    self.bias = bias
    self.sharesEncoders = sharesEncoders
    self.asPublished = asPublished
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "hidden", &hidden, .widths(atLeast: 1), required: true,
      "Width of each hidden step; step l, the output step after them included, sees the l-th power "
        + "of the graph's operators.")
    knowledge.fields(visitor)
    visitor.field("dropout", &dropout, .dropout, "Dropout on each encoded branch.")
    visitor.field("bias", &bias, .boolean, "Whether linear maps have a bias.")
    visitor.field(
      "sharesEncoders", &sharesEncoders, .boolean,
      "Whether all steps share the encoders of the structure and the scores, as published.")
    visitor.record("asPublished", &asPublished, "Slips of the published code, to compare with.")
  }

  package var inconsistencies: [Inconsistency] {
    guard sharesEncoders, let first = hidden.first,
      let other = hidden.first(where: { $0 != first })
    else { return [] }
    let message =
      "found the widths \(first) and \(other), but shared encoders have one; make them equal, or "
      + "set sharesEncoders to false"
    return [Inconsistency(key: "hidden", message: message)]
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    .fmlpO(
      context.fmlpOptions(knowledge, dropout: dropout, bias: bias, asPublished), hidden: hidden,
      sharesEncoders: sharesEncoders)
  }

  package func problem(graphs count: Int, of data: String) -> Inconsistency? {
    needsOneGraph(count, of: data)
  }
}

/// A framelet MLP of one linear step.
package struct SimplifiedFMLPConfig: ArchitectureSettings {
  package static let name = "fmlpSimplified"
  package static let note =
    "Framelet MLP FMLP-S (Shi et al. 2025): one step without nonlinearities; for one graph."

  package var width = 8
  package var power = 2
  package var knowledge = GraphKnowledgeConfig()
  /// Dropout on each encoded branch.
  package var dropout = 0.0
  package var bias = true
  package var asPublished = PublishedFMLPConfig()

  package var hidden: [Int] { [] }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "width", &width, .integer(1...65_536), required: true, "Width of the encoded branches.")
    visitor.field("power", &power, .power, "The power of the graph's operators.")
    knowledge.fields(visitor)
    visitor.field("dropout", &dropout, .dropout, "Dropout on each encoded branch.")
    visitor.field("bias", &bias, .boolean, "Whether linear maps have a bias.")
    visitor.record("asPublished", &asPublished, "Slips of the published code, to compare with.")
  }

  package func makeNetwork<S: Scalar>(_ context: NetworkContext) -> Network<S> {
    .fmlpS(
      context.fmlpOptions(knowledge, dropout: dropout, bias: bias, asPublished), width: width,
      power: power)
  }

  package func problem(graphs count: Int, of data: String) -> Inconsistency? {
    needsOneGraph(count, of: data)
  }
}

extension ArchitectureSettings {
  /// Why a family with weights for each node is not for data of several graphs, or nil.
  fileprivate func needsOneGraph(_ count: Int, of data: String) -> Inconsistency? {
    guard count > 1 else { return nil }
    return Inconsistency(
      key: "",
      message: "the family \"\(Self.name)\" has weights for each node of one graph, but "
        + "\(data) has \(count) graphs; choose another family, or data of "
        + "one graph")
  }
}

extension NetworkContext {
  fileprivate func fmlpOptions(
    _ knowledge: GraphKnowledgeConfig, dropout: Double, bias: Bool,
    _ asPublished: PublishedFMLPConfig
  ) -> FMLPOptions {
    guard let nodeCount else {
      preconditionFailure("an FMLP for several graphs passed the checks")
    }
    var options = FMLPOptions(
      nodeCount: nodeCount, inputWidth: inputWidth, outputWidth: outputWidth, seed: seed)
    options.knowledge = knowledge.knowledge
    options.dropout = dropout
    options.bias = bias
    options.highBranchAsPublished = asPublished.highBranch
    options.scoresAsPublished = asPublished.scores
    return options
  }
}
