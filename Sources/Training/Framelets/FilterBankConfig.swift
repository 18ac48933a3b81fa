import Graph
import Records
import Tensor

/// The masks of a framelet transform: the settings of any registered bank.
package struct FilterBankConfig: Variant {
  package var settings: any FilterBankSettings

  package init(settings: any FilterBankSettings) { self.settings = settings }
  package static var registry: Registry<any FilterBankSettings> { Registries.banks }
}

/// The settings of a bank of masks: its keys, and the masks that they make.
public protocol FilterBankSettings: VariantSettings {
  /// In the terms of the transform.
  var bank: FilterBank { get }
}

extension Registry where Value == any FilterBankSettings {
  /// Adds a bank.
  public func register<Settings: FilterBankSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

/// cos(x/2); sin(x/2).
package struct HaarBankConfig: FilterBankSettings {
  package static let name = "haar"
  package static let note = "cos(x/2); sin(x/2)"

  package var bank: FilterBank { .haar }

  package init() {}
}

/// cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2).
package struct LinearBankConfig: FilterBankSettings {
  package static let name = "linear"
  package static let note = "cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2)"

  package var bank: FilterBank { .linear }

  package init() {}
}

/// cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2).
package struct QuadraticBankConfig: FilterBankSettings {
  package static let name = "quadratic"
  package static let note =
    "cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2)"

  package var bank: FilterBank { .quadratic }

  package init() {}
}

/// The entropy bank of the quasi-framelets.
package struct EntropyBankConfig: FilterBankSettings {
  package static let name = "entropy"
  package static let note =
    "Three masks with g_1^2 = 4 alpha u (1 - u), u = x / pi (quasi-framelets)."

  package var alpha = 0.5

  package var bank: FilterBank { .entropy(alpha: alpha) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "alpha", &alpha, .number(.above(0, atMost: 1)), "How much the middle mask takes.")
  }
}

/// The sigmoid bank of the quasi-framelets.
package struct SigmoidBankConfig: FilterBankSettings {
  package static let name = "sigmoid"
  package static let note = "Two masks, the high one's square 1 / (1 + exp(-alpha (x / pi - 1/2)))."

  package var alpha = 20.0

  package var bank: FilterBank { .sigmoid(alpha: alpha) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("alpha", &alpha, .number(.positive), "How steep the masks are.")
  }
}
