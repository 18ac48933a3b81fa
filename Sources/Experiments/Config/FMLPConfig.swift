/// A framelet MLP, the student of frameless distillation. It has weights for each node of one graph.
struct FMLPConfig: ArchitectureSettings {
  static let name = "fmlp"
  static let note =
    "Framelet MLP FMLP-O (Shi et al. 2025), a student without message passing; for one graph."

  var hidden: [Int] = []
  var knowledge = GraphKnowledgeConfig()
  /// Dropout on each encoded branch.
  var dropout = 0.0
  var bias = true
  var sharesEncoders = true
  var asPublished = PublishedFMLPConfig()

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "hidden", &hidden, .widths, required: true,
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

  var inconsistencies: [Inconsistency] {
    guard sharesEncoders, let first = hidden.first,
      let other = hidden.first(where: { $0 != first })
    else { return [] }
    let message =
      "found the widths \(first) and \(other), but shared encoders have one; make them equal, or "
      + "set sharesEncoders to false"
    return [Inconsistency(key: "hidden", message: message)]
  }
}

/// A framelet MLP of one linear step.
struct SimplifiedFMLPConfig: ArchitectureSettings {
  static let name = "fmlpSimplified"
  static let note =
    "Framelet MLP FMLP-S (Shi et al. 2025): one step without nonlinearities; for one graph."

  var width = 8
  var power = 2
  var knowledge = GraphKnowledgeConfig()
  /// Dropout on each encoded branch.
  var dropout = 0.0
  var bias = true
  var asPublished = PublishedFMLPConfig()

  var hidden: [Int] { [] }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "width", &width, .integer(1...65_536), required: true, "Width of the encoded branches.")
    visitor.field("power", &power, .power, "The power of the graph's operators.")
    knowledge.fields(visitor)
    visitor.field("dropout", &dropout, .dropout, "Dropout on each encoded branch.")
    visitor.field("bias", &bias, .boolean, "Whether linear maps have a bias.")
    visitor.record("asPublished", &asPublished, "Slips of the published code, to compare with.")
  }
}
