import Distill
import Records
import Tensor

/// The settings of a kind of objective: its keys, what it reads, and the objective that they make.
///
/// A new kind is one file with a type that follows this protocol, and its line in
/// ``Registries/objectives`` or, from another package, one call of `register` before the command line
/// starts. Keys must not be those that every objective has: name, type, weight, firstEpoch,
/// lastEpoch, warmup.
public protocol ObjectiveSettings: VariantSettings {
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
  /// What is kept of its teacher's features from step to step.
  var teacherCache: TeacherCache { get }
  /// What it works in besides features and their gradients, in numbers, from below: what is counted
  /// is surely needed.
  func workingNumbers(_ sizes: ObjectiveSizes) -> Double
}

extension ObjectiveSettings {
  /// It does not compare outputs with labels.
  public var taskLoss: TaskLoss? { nil }
  /// It learns from no trained model.
  public var teacher: TeacherConfig? { nil }
  /// It reads no feature whose name a config gives.
  public var taps: [TapUse] { [] }
  /// Nothing.
  public func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency? { nil }
  /// Nothing.
  public var teacherCache: TeacherCache { .nothing }
  /// Nothing that counts.
  public func workingNumbers(_ sizes: ObjectiveSizes) -> Double { 0 }

  /// Whether it compares the outputs with labels.
  package var isTask: Bool { taskLoss != nil }
}

/// A feature that an objective reads.
public struct TapUse {
  /// Whose feature it is.
  public enum Source {
    /// The model that is trained.
    case student
    /// The model that it learns from.
    case teacher
  }

  /// The key of the setting that names it.
  public var key: String
  /// The feature's name.
  public var tap: String
  /// Whose feature it is.
  public var reads: Source
  /// Whether the objective compares the features at the ends of edges, which features of whole
  /// graphs do not have.
  public var needsEdges: Bool
  /// Why the objective makes no sense of features of whole graphs, as the end of "reads the nodes of
  /// graphs: ..."; nil where it does.
  public var needsNodes: String?

  /// The use of a feature that a setting names.
  public init(
    key: String, tap: String, reads: Source, needsEdges: Bool = false, needsNodes: String? = nil
  ) {
    self.key = key
    self.tap = tap
    self.reads = reads
    self.needsEdges = needsEdges
    self.needsNodes = needsNodes
  }
}

extension Registry where Value == any ObjectiveSettings {
  /// Adds a kind of objective.
  public func register<Settings: ObjectiveSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}
