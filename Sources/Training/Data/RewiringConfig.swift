import Graph
import Records

/// What becomes of a graph's bottlenecks before models that ask for it are trained: the settings of
/// any registered rewiring.
public struct RewiringConfig: Variant {
  /// The settings of the rewiring.
  public var settings: any RewiringSettings

  /// A rewiring of these settings.
  public init(settings: any RewiringSettings) { self.settings = settings }
  /// All rewirings; the first is the default.
  public static var registry: Registry<any RewiringSettings> { Registries.rewirings }
}

/// What makes another graph between the same nodes, for a seed. Between its steps it calls `check`,
/// which throws where it shall stop. The graph that it is given is simple, without self loops, and has
/// both directions of every edge; so must be the one that it makes.
public typealias Rewiring = (
  _ graph: CSRGraph, _ seed: UInt64, _ check: () throws -> Void
) throws -> RewiredGraph

/// The settings of a rewiring: its keys, and the graph that they make.
///
/// A new one is one file with a type that follows this protocol, and its line in
/// ``Registries/rewirings`` or, from another package, one call of `register` before the command line
/// starts. The graph that it makes becomes a `RewiredGraph` by
/// `RewiredGraph(_:of:steps:end:variant:)`.
public protocol RewiringSettings: VariantSettings {
  /// What rewires; nil where there is no rewired graph.
  var rewiring: Rewiring? { get }
}

extension Registry where Value == any RewiringSettings {
  /// Adds a rewiring.
  public func register<Settings: RewiringSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

/// There is no rewired graph.
package struct NoRewiringConfig: RewiringSettings {
  package static let name = "none"
  package static let note = "There is no rewired graph."

  package var rewiring: Rewiring? { nil }

  package init() {}
}

/// Stochastic discrete Ricci flow.
package struct SDRFConfig: RewiringSettings {
  package static let name = "sdrf"
  package static let note =
    "Stochastic discrete Ricci flow (Topping et al. 2022), before self loops are added; random per "
    + "seed. The defaults are the published settings of frameless distillation."
  package static let citation =
    "Topping et al., Understanding over-squashing and bottlenecks on graphs via curvature, ICLR 2022"

  package var loops = 10
  /// nil for infinity.
  package var tau: Double? = 1
  package var removalBound: Double? = 0.5
  package var curvature = BalancedFormanVariant.definition

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
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

  package var rewiring: Rewiring? {
    let flow = StochasticDiscreteRicciFlow(
      loops: loops, tau: tau ?? .infinity, removalBound: removalBound,
      variant: curvature)
    return { try flow.rewire($0, seed: $1, check: $2) }
  }
}
