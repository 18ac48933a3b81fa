import Layers
import Records

/// What normalises hidden layers: `"batch"`, or `{"type": "batch", "momentum": 0.01}` with settings.
public struct NormConfig: Variant {
  /// The settings of the norm.
  public var settings: any NormSettings

  /// A norm of these settings.
  public init(settings: any NormSettings) { self.settings = settings }
  /// All norms; the first is the default.
  public static var registry: Registry<any NormSettings> { Registries.norms }
  /// The name says all where its settings are the usual ones.
  public static var hasShortForm: Bool { true }

  /// The norm in the terms of the network.
  public var normalization: HiddenNormalization { settings.normalization }
}

/// The settings of a norm. Norms are those of `HiddenNormalization`; a family from outside puts others
/// between its layers itself.
public protocol NormSettings: VariantSettings {
  /// The norm in the terms of the network.
  var normalization: HiddenNormalization { get }
}

extension Registry where Value == any NormSettings {
  /// Adds a norm.
  package func register<Settings: NormSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

extension FieldRule where Value == Double {
  /// What keeps a variance away from 0; more than rounds to 0 in Float.
  fileprivate static var epsilon: FieldRule { .number(.closed(1e-12, 1)) }
}

/// Layers stay as they are.
package struct NoNormConfig: NormSettings {
  package static let name = "none"
  package static let note = "Layers stay as they are."

  package var normalization: HiddenNormalization { .none }

  package init() {}
}

/// Batch normalisation.
package struct BatchNormConfig: NormSettings {
  package static let name = "batch"
  package static let note =
    "Over the rows of a batch, known or not; over running statistics in evaluation."
  package static let citation =
    "Ioffe & Szegedy, Batch normalization: accelerating deep network training by reducing internal "
    + "covariate shift, ICML 2015"

  package var momentum = 0.1
  package var epsilon = 1e-5

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "momentum", &momentum, .number(.above(0, atMost: 1)),
      "The share of the batch in running statistics: running = (1 - momentum) running + momentum "
        + "batch, as in PyTorch.")
    visitor.field("epsilon", &epsilon, .epsilon, "What is added to variances.")
  }

  package var normalization: HiddenNormalization { .batch(momentum: momentum, epsilon: epsilon) }
}

/// Layer normalisation.
package struct LayerNormConfig: NormSettings {
  package static let name = "layer"
  package static let note = "Over the columns of each row."
  package static let citation = "Ba, Kiros & Hinton, Layer normalization, 2016"

  package var epsilon = 1e-5

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("epsilon", &epsilon, .epsilon, "What is added to variances.")
  }

  package var normalization: HiddenNormalization { .layer(epsilon: epsilon) }
}
