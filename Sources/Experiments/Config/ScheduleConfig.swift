/// How the learning rate changes over epochs (e from 0, of E).
enum ScheduleConfig: Variant {
  case constant(ConstantScheduleConfig)
  case step(StepScheduleConfig)
  case cosine(CosineScheduleConfig)
  case linearWarmup(LinearWarmupScheduleConfig)

  init() { self = .constant(ConstantScheduleConfig()) }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.constant), VariantChoice(Self.step), VariantChoice(Self.cosine),
    VariantChoice(Self.linearWarmup),
  ]

  var settings: any VariantSettings {
    switch self {
    case .constant(let settings): settings
    case .step(let settings): settings
    case .cosine(let settings): settings
    case .linearWarmup(let settings): settings
    }
  }
}

/// The same rate in all epochs.
struct ConstantScheduleConfig: VariantSettings {
  static let name = "constant"
  static let note = "The same rate in all epochs."

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// rate * factor^floor(e / every).
struct StepScheduleConfig: VariantSettings {
  static let name = "step"
  static let note = "The rate is multiplied by a factor every so many epochs."

  var every = 1
  var factor = 0.5

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "every", &every, .integer(1...1_000_000), required: true, "Epochs between two steps.")
    visitor.field("factor", &factor, .number(.above(0, atMost: 1)), "What a step multiplies by.")
  }
}

/// minimum + (rate - minimum) (1 + cos(pi e / E)) / 2.
struct CosineScheduleConfig: VariantSettings {
  static let name = "cosine"
  static let note = "The rate falls along half a cosine."

  var minimum = 0.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("minimum", &minimum, .number(.nonNegative), "The rate that it falls to.")
  }
}

/// rate * min(1, (e + 1) / epochs).
struct LinearWarmupScheduleConfig: VariantSettings {
  static let name = "linearWarmup"
  static let note = "The rate rises linearly in the first epochs."

  var epochs = 1

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "epochs", &epochs, .integer(1...1_000_000), required: true, "Epochs until the full rate.")
  }
}
