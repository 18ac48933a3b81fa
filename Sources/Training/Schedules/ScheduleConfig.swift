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
  /// The rule by which the rate falls besides where a quantity no longer improves, or nil.
  var plateau: PlateauSchedule? { get }
  /// Why the schedule is none for so many epochs and this rate, or nil.
  func problem(of epochs: Int, rate: Double) -> Inconsistency?
  /// What is likely not meant by it, or nil. (A rate that never changes is found without.)
  func warning(of epochs: Int, rate: Double) -> Inconsistency?
}

extension ScheduleSettings {
  /// It knows beforehand how the rate will be.
  public var plateau: PlateauSchedule? { nil }
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
  ///
  /// - Parameter plateau: What a schedule with a plateau has seen up to then.
  package func learningRate(epoch: Int, plateau: Plateau? = nil) -> Double {
    let full = optimizer.settings.learningRate
    guard epoch >= warmup else {
      return full
        * LearningRateSchedule.linearWarmup(epochs: warmup).factor(epoch: epoch, of: epochs)
    }
    let rate =
      full
      * schedule.settings.factor(epoch: epoch - warmup, of: scheduledEpochs, rate: full)
    guard let plateau, let rule = schedule.settings.plateau?.rule else { return rate }
    return rule.rate(from: rate, falls: plateau.falls)
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

/// rate * factor^(milestones up to e).
package struct MultiStepScheduleConfig: ScheduleSettings {
  package static let name = "multiStep"
  package static let note = "The rate is multiplied by a factor at each of several epochs."

  package var milestones: [Int] = []
  package var factor = 0.1

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "milestones", &milestones, .list(of: .integer(1...1_000_000), count: 1...1_000),
      required: true, "The epochs, from 0, that begin with a step; in rising order.")
    visitor.field("factor", &factor, .number(.above(0, atMost: 1)), "What a step multiplies by.")
  }

  package var inconsistencies: [Inconsistency] {
    guard let (a, b) = zip(milestones, milestones.dropFirst()).first(where: { $0 >= $1 }) else {
      return []
    }
    return [
      Inconsistency(key: "milestones", message: "found \(b) behind \(a), expected a rising order")
    ]
  }

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double {
    LearningRateSchedule.multiStep(milestones: milestones, factor: factor)
      .factor(epoch: epoch, of: epochs)
  }

  package func warning(of epochs: Int, rate: Double) -> Inconsistency? {
    guard let last = milestones.last, last >= epochs else { return nil }
    return Inconsistency(
      key: "milestones", message: "found \(last), but the schedule is of \(epochs) epochs, from 0")
  }
}

/// rate * factor^e.
package struct ExponentialScheduleConfig: ScheduleSettings {
  package static let name = "exponential"
  package static let note = "The rate is multiplied by a factor after every epoch."

  package var factor = 0.95

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "factor", &factor, .number(.above(0, atMost: 1)), required: true,
      "What the rate is multiplied by after an epoch.")
  }

  package func factor(epoch: Int, of epochs: Int, rate: Double) -> Double {
    LearningRateSchedule.exponential(factor: factor).factor(epoch: epoch, of: epochs)
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
