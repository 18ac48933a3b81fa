import Graph

/// The masks of a framelet transform: the settings of any registered bank.
struct FilterBankConfig: Variant {
  var settings: any FilterBankSettings
  static var registry: Registry<any FilterBankSettings> { Registries.banks }
}

/// The settings of a bank of masks.
protocol FilterBankSettings: VariantSettings {
  /// In the terms of the transform.
  var bank: FilterBank { get }
}

extension Registry where Value == any FilterBankSettings {
  /// Adds a bank.
  func register<Settings: FilterBankSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

/// cos(x/2); sin(x/2).
struct HaarBankConfig: FilterBankSettings {
  static let name = "haar"
  static let note = "cos(x/2); sin(x/2)"

  var bank: FilterBank { .haar }
}

/// cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2).
struct LinearBankConfig: FilterBankSettings {
  static let name = "linear"
  static let note = "cos^2(x/2); sin(x) / sqrt 2; sin^2(x/2)"

  var bank: FilterBank { .linear }
}

/// cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2).
struct QuadraticBankConfig: FilterBankSettings {
  static let name = "quadratic"
  static let note =
    "cos^3(x/2); sqrt 3 sin(x/2) cos^2(x/2); sqrt 3 sin^2(x/2) cos(x/2); sin^3(x/2)"

  var bank: FilterBank { .quadratic }
}

/// The entropy bank of the quasi-framelets.
struct EntropyBankConfig: FilterBankSettings {
  static let name = "entropy"
  static let note = "Three masks with g_1^2 = 4 alpha u (1 - u), u = x / pi (quasi-framelets)."

  var alpha = 0.5

  var bank: FilterBank { .entropy(alpha: alpha) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "alpha", &alpha, .number(.above(0, atMost: 1)), "How much the middle mask takes.")
  }
}

/// The sigmoid bank of the quasi-framelets.
struct SigmoidBankConfig: FilterBankSettings {
  static let name = "sigmoid"
  static let note = "Two masks, the high one's square 1 / (1 + exp(-alpha (x / pi - 1/2)))."

  var alpha = 20.0

  var bank: FilterBank { .sigmoid(alpha: alpha) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("alpha", &alpha, .number(.positive), "How steep the masks are.")
  }
}
