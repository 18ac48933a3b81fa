import Distill
import Records
import Tensor

/// The settings of a kind of objective: its keys, what it reads, and the objective that they make.
///
/// A new kind is one file with a type that follows this protocol, and its line in
/// ``Registries/objectives`` or, from another package, one call of `register` before the command line
/// starts. Keys must not be those that every objective has: name, type, weight, firstEpoch,
/// lastEpoch, warmup.
package protocol ObjectiveSettings: VariantSettings {
  /// The loss that evaluations report of a model trained on labels by this objective; nil for
  /// objectives that do not compare outputs with labels.
  var taskLoss: TaskLoss? { get }
  /// The model that it learns from, which is trained before.
  var teacher: TeacherConfig? { get }
  /// The features that it reads, to be checked against what the models have.
  var taps: [TapUse] { get }
  /// The objective for one student.
  ///
  /// - Throws: What keeps it from being made of these graphs or this teacher.
  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S>
  /// What the data's graphs have against it, with the key of the setting at fault; asked before
  /// anything is trained, so that what it makes of the graphs can be made here.
  func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency?
}

extension ObjectiveSettings {
  package var taskLoss: TaskLoss? { nil }
  package var teacher: TeacherConfig? { nil }
  package var taps: [TapUse] { [] }
  package func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency? { nil }

  /// Whether it compares the outputs with labels.
  package var isTask: Bool { taskLoss != nil }
}

/// A feature that an objective reads.
package struct TapUse {
  /// Whose feature it is.
  package enum Source {
    case student, teacher
  }

  /// The key of the setting that names it.
  package var key: String
  package var tap: String
  package var reads: Source
  /// Whether the objective compares the features at the ends of edges, which features of whole
  /// graphs do not have.
  package var needsEdges = false
}

extension Registry where Value == any ObjectiveSettings {
  /// Adds a kind of objective.
  package func register<Settings: ObjectiveSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}
