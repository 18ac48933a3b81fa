import Graph

/// What becomes of a graph's bottlenecks before models that ask for it are trained: the settings of
/// any registered rewiring.
struct RewiringConfig: Variant {
  var settings: any RewiringSettings
  static var registry: Registry<any RewiringSettings> { Registries.rewirings }
}

/// What makes another graph between the same nodes, for a seed.
typealias Rewiring = (_ graph: CSRGraph, _ seed: UInt64) throws -> RewiredGraph

/// The settings of a rewiring: its keys, and the graph that they make.
protocol RewiringSettings: VariantSettings {
  /// What rewires; nil where there is no rewired graph.
  var rewiring: Rewiring? { get }
}

extension Registry where Value == any RewiringSettings {
  /// Adds a rewiring.
  func register<Settings: RewiringSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

/// There is no rewired graph.
struct NoRewiringConfig: RewiringSettings {
  static let name = "none"
  static let note = "There is no rewired graph."

  var rewiring: Rewiring? { nil }
}

/// Stochastic discrete Ricci flow.
struct SDRFConfig: RewiringSettings {
  static let name = "sdrf"
  static let note =
    "Stochastic discrete Ricci flow (Topping et al. 2022), before self loops are added; random per "
    + "seed. The defaults are the published settings of frameless distillation."
  static let citation =
    "Topping et al., Understanding over-squashing and bottlenecks on graphs via curvature, ICLR 2022"

  var loops = 10
  /// nil for infinity.
  var tau: Double? = 1
  var removalBound: Double? = 0.5
  var curvature = BalancedFormanVariant.definition

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "loops", &loops, .integer(0...1_000_000), "Loops, each of which adds and removes an edge.")
    visitor.field(
      "tau", &tau, .orNull(.number(.nonNegative)),
      "How strongly better edges are preferred: 0 for not at all, null for always the best.")
    visitor.field(
      "removalBound", &removalBound, .orNull(.number()),
      "The curvature above which the edge that has most is removed; null to remove none.")
    visitor.field(
      "curvature", &curvature, .choice,
      "How curvature is computed: by its definition; by the formula of the code released with it; or "
        + "that formula with the early exit by which most curvatures are 0, as in the published code "
        + "of frameless distillation.")
  }

  var rewiring: Rewiring? {
    let flow = StochasticDiscreteRicciFlow(
      loops: loops, tau: tau ?? .infinity, removalBound: removalBound,
      variant: curvature)
    return { try flow.rewire($0, seed: $1) }
  }
}
