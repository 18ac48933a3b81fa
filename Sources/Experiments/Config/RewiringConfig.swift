import Graph

/// What becomes of a graph's bottlenecks before models that ask for it are trained.
enum RewiringConfig: Variant {
  case none(NoRewiringConfig)
  case sdrf(SDRFConfig)

  init() { self = .none(NoRewiringConfig()) }

  static let tag = "type"
  static let choices = [VariantChoice(Self.none), VariantChoice(Self.sdrf)]

  var settings: any VariantSettings {
    switch self {
    case .none(let settings): settings
    case .sdrf(let settings): settings
    }
  }

  /// The flow that rewires; nil for none.
  var flow: StochasticDiscreteRicciFlow? {
    switch self {
    case .none: nil
    case .sdrf(let config):
      StochasticDiscreteRicciFlow(
        loops: config.loops, tau: config.tau ?? .infinity, removalBound: config.removalBound)
    }
  }
}

/// There is no rewired graph.
struct NoRewiringConfig: VariantSettings {
  static let name = "none"
  static let note = "There is no rewired graph."

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// Stochastic discrete Ricci flow.
struct SDRFConfig: VariantSettings {
  static let name = "sdrf"
  static let note =
    "Stochastic discrete Ricci flow (Topping et al. 2022), before self loops are added; random per "
    + "seed. The defaults are the published settings of frameless distillation."

  var loops = 10
  /// nil for infinity.
  var tau: Double? = 1
  var removalBound: Double? = 0.5

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "loops", &loops, .integer(0...1_000_000), "Loops, each of which adds and removes an edge.")
    visitor.field(
      "tau", &tau, .orNull(.number(.nonNegative)),
      "How strongly better edges are preferred: 0 for not at all, null for always the best.")
    visitor.field(
      "removalBound", &removalBound, .orNull(.number()),
      "The curvature above which the edge that has most is removed; null to remove none.")
  }
}
