import Layers
import Records

/// How the learning rate changes over epochs (e from 0, of E): the settings of any registered
/// schedule.
package struct ScheduleConfig: Variant {
  package var settings: any ScheduleSettings

  package init(settings: any ScheduleSettings) { self.settings = settings }
  package static var registry: Registry<any ScheduleSettings> { Registries.schedules }
}

/// The settings of a schedule: its keys, and the rates that they make.
public protocol ScheduleSettings: VariantSettings {
  /// What the optimiser's rate is multiplied by in an epoch (from 0) of so many.
  func factor(epoch: Int, of epochs: Int, rate: Double) -> Double
  /// Why the schedule is none for so many epochs and this rate, or nil.
  func problem(of epochs: Int, rate: Double) -> Inconsistency?
  /// What is likely not meant by it, or nil. (A rate that never changes is found without.)
  func warning(of epochs: Int, rate: Double) -> Inconsistency?
}

extension ScheduleSettings {
  /// It is one for all.
  public func problem(of epochs: Int, rate: Double) -> Inconsistency? { nil }
  /// Nothing to warn of.
  public func warning(of epochs: Int, rate: Double) -> Inconsistency? { nil }
}

extension Registry where Value == any ScheduleSettings {
  /// Adds a schedule.
  public func register<Settings: ScheduleSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

extension TrainingConfig {
  /// The learning rate in an epoch.
  package func learningRate(epoch: Int) -> Double {
    let rate = optimizer.settings.learningRate
    return rate * schedule.settings.factor(epoch: epoch, of: epochs, rate: rate)
  }
}

/// The same rate in all epochs.
package struct ConstantScheduleConfig: ScheduleSettings {
  package static let name = "constant"
  package static let note = "The same rate in all epochs."

  package init() {}

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double {
    LearningRateSchedule.constant.factor(epoch: epoch, of: epochs)
  }
}

/// rate * factor^floor(e / every).
package struct StepScheduleConfig: ScheduleSettings {
  package static let name = "step"
  package static let note = "The rate is multiplied by a factor every so many epochs."

  package var every = 1
  package var factor = 0.5

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "every", &every, .integer(1...1_000_000), required: true, "Epochs between two steps.")
    visitor.field("factor", &factor, .number(.above(0, atMost: 1)), "What a step multiplies by.")
  }

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double {
    LearningRateSchedule.step(every: every, factor: self.factor).factor(epoch: epoch, of: epochs)
  }
}

/// minimum + (rate - minimum) (1 + cos(pi e / E)) / 2.
package struct CosineScheduleConfig: ScheduleSettings {
  package static let name = "cosine"
  package static let note = "The rate falls along half a cosine."

  package var minimum = 0.0

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("minimum", &minimum, .number(.nonNegative), "The rate that it falls to.")
  }

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double {
    LearningRateSchedule.cosine(minimum: minimum / rate).factor(epoch: epoch, of: epochs)
  }

  package func problem(of epochs: Int, rate: Double) -> Inconsistency? {
    guard minimum > rate else { return nil }
    return Inconsistency(
      key: "minimum",
      message: "found \(JSONValue.real(minimum).compactText), which is above the optimiser's "
        + "learningRate, \(JSONValue.real(rate).compactText): the rate would rise")
  }
}

/// rate * min(1, (e + 1) / epochs).
package struct LinearWarmupScheduleConfig: ScheduleSettings {
  package static let name = "linearWarmup"
  package static let note = "The rate rises linearly in the first epochs."

  package var epochs = 1

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "epochs", &epochs, .integer(1...1_000_000), required: true, "Epochs until the full rate.")
  }

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double {
    LearningRateSchedule.linearWarmup(epochs: self.epochs).factor(epoch: epoch, of: epochs)
  }

  package func warning(of epochs: Int, rate: Double) -> Inconsistency? {
    guard self.epochs > epochs else { return nil }
    return Inconsistency(
      key: "epochs",
      message:
        "found \(self.epochs), but the training ends after \(epochs): the full rate is never "
        + "reached")
  }
}
