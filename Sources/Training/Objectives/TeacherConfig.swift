import Distill
import Layers
import Records
import Tensor

/// The model that an objective learns from; it stays as it is. Its fields stand among the
/// objective's own.
public struct TeacherConfig: Hashable, Sendable {
  /// The model, trained before.
  public var name = ""
  /// Which of its weights are used.
  public var weights = Weights.last

  /// Which of the teacher's weights are used.
  public enum Weights: String, CaseIterable, Sendable {
    /// The last epoch's.
    case last
    /// Those that its checkpoint rule kept.
    case selected
  }

  /// No model, and the weights of its last epoch.
  public init() {}

  /// Shows "teacher" and "teacherWeights" to a visitor.
  public mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "teacher", &name, .name, required: true, "The model, trained before, to learn from.")
    visitor.field(
      "teacherWeights", &weights, .choice,
      "The teacher's weights: the last epoch's, or those that its checkpoint rule kept.")
  }
}

/// The features of student and teacher that an objective compares. Its fields stand among the
/// objective's own.
public struct FeaturePairConfig: Equatable, Sendable {
  /// The name of the student's tap.
  public var studentTap = ""
  /// The name of the teacher's tap.
  public var teacherTap = ""

  /// The student's tap, once the config's checks have found it to exist.
  public var student: Tap { Tap(validated: studentTap) }
  /// The teacher's tap, likewise.
  public var teacher: Tap { Tap(validated: teacherTap) }

  /// No names.
  public init() {}

  /// Shows "studentTap" and "teacherTap" to a visitor.
  public mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "studentTap", &studentTap, .text, required: true,
      "The student's feature: hidden.0, hidden.0.activated, ..., logits.")
    visitor.field(
      "teacherTap", &teacherTap, .text, required: true, "The teacher's feature, likewise.")
  }
}

extension Tap {
  /// The tap of a name that the config's checks have found to exist.
  package init(validated name: String) {
    guard let tap = Tap(name) else { preconditionFailure("\(name) passed validation") }
    self = tap
  }
}

/// The settings of an objective that compares a feature of the student with one of a teacher.
public protocol FeatureObjectiveSettings: ObjectiveSettings {
  /// The model that it learns from.
  var source: TeacherConfig { get }
  /// The features that it compares.
  var features: FeaturePairConfig { get }
  /// Whether it compares features along edges.
  var needsEdges: Bool { get }
  /// Why it makes no sense of features of whole graphs; see ``TapUse/needsNodes``.
  var needsNodes: String? { get }
}

extension FeatureObjectiveSettings {
  /// The source.
  public var teacher: TeacherConfig? { source }

  /// The features that it reads.
  public var teacherCache: TeacherCache { .features(tap: features.teacherTap) }

  /// It compares rows.
  public var needsEdges: Bool { false }

  /// Rows of nodes and of graphs alike.
  public var needsNodes: String? { nil }

  /// Both features.
  public var taps: [TapUse] {
    [
      TapUse(
        key: "studentTap", tap: features.studentTap, reads: .student, needsEdges: needsEdges,
        needsNodes: needsNodes),
      TapUse(
        key: "teacherTap", tap: features.teacherTap, reads: .teacher, needsEdges: needsEdges,
        needsNodes: needsNodes),
    ]
  }

  /// The teacher's features that the objective reads.
  public func reference<S: Scalar>(_ context: ObjectiveContext<S>) throws -> TeacherReference<S> {
    try context.teacher(source).reference(at: features.teacher)
  }

  /// The columns of the student's and of the teacher's features.
  public func widths<S: Scalar>(_ context: ObjectiveContext<S>) throws -> (
    student: Int, teacher: Int
  ) {
    guard let student = context.student.width(at: features.student),
      let teacher = try context.teacher(source).width(at: features.teacher)
    else { preconditionFailure("the taps of \(features) passed validation") }
    return (student, teacher)
  }
}

/// The settings of an objective that learns from the other students of its group
/// (``ObjectiveContext/peers``). A model that has none is refused.
public protocol PeerObjectiveSettings: ObjectiveSettings {
  /// What keeps a student from learning from a peer, with the key of the setting at fault.
  func problem(student: GroupMember, peer: GroupMember) -> Inconsistency?
}

extension PeerObjectiveSettings {
  /// Nothing.
  public func problem(student: GroupMember, peer: GroupMember) -> Inconsistency? { nil }
}

/// A model of a group, as far as it is known before anything is made.
public struct GroupMember {
  /// Its name in the config.
  public let name: String
  /// The settings of its network.
  public let architecture: any ArchitectureSettings

  /// The number of its hidden layers.
  public var hiddenCount: Int { architecture.hidden.count }
}

extension ModelConfig {
  /// What peers are told of the model.
  package var asMember: GroupMember {
    GroupMember(name: name, architecture: architecture.settings)
  }
}
