import Distill
import Graph
import Layers
import Tensor

/// What objectives are made from besides their own settings.
struct ObjectiveContext<S: Scalar> {
  /// The graphs that the student is trained on.
  let graphs: [GraphSample<S>]
  /// The model that is trained.
  let student: Network<S>
  /// The other models of its group.
  let peers: [TeacherFeatures<S>]
  /// For the first values of what objectives learn themselves.
  let seed: UInt64
  /// A trained model of the experiment.
  let teacher: (TeacherConfig) throws -> Network<S>
  /// What a trained model is applied to; nil for the graphs that the student is trained on.
  var teacherInputs: (TeacherConfig) throws -> [GraphSample<S>]? = { _ in nil }
}

/// The teachers of one student: each is loaded once, and passed once over each graph, however many
/// objectives learn from it.
final class TrainedTeachers<S: Scalar> {
  /// What objectives are made from.
  let context: ObjectiveContext<S>
  private var known: [TeacherConfig: TeacherFeatures<S>] = [:]

  init(_ context: ObjectiveContext<S>) {
    self.context = context
  }

  /// The teacher of an objective.
  subscript(teacher: TeacherConfig) -> TeacherFeatures<S> {
    get throws {
      if let known = known[teacher] { return known }
      let features = TeacherFeatures(
        teacher: try context.teacher(teacher), graphs: context.graphs,
        inputs: try context.teacherInputs(teacher))
      known[teacher] = features
      return features
    }
  }
}

extension ModelConfig {
  /// The whole training loss.
  func weightedObjectives<S: Scalar>(_ context: ObjectiveContext<S>) throws -> WeightedObjectives<S>
  {
    let teachers = TrainedTeachers(context)
    return WeightedObjectives(
      try objectives.map { config in
        WeightedObjectives.Term(
          name: config.name, objective: try config.kind.objective(named: config.name, teachers),
          schedule: ObjectiveSchedule(
            weight: config.weight, firstEpoch: config.firstEpoch, lastEpoch: config.lastEpoch,
            warmup: config.warmup))
      })
  }

  /// The loss of the first objective that compares with labels: what `loss` means in evaluations,
  /// and whether a node has one label or several.
  var taskLoss: TaskLoss {
    for objective in objectives {
      switch objective.kind {
      case .bce: return .binaryCrossEntropy
      case .crossEntropy: return .crossEntropy(smoothing: 0)
      default: continue
      }
    }
    preconditionFailure("a model without a task objective passed validation")
  }
}

extension ObjectiveKind {
  fileprivate func objective<S: Scalar>(
    named name: String, _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    switch self {
    case .bce: TaskObjective(.binaryCrossEntropy)
    case .crossEntropy(let config): TaskObjective(.crossEntropy(smoothing: config.smoothing))
    case .lsp(let config): try config.objective(teachers)
    case .kd(let config): try config.objective(teachers)
    case .fitnet(let config): try config.objective(named: name, teachers)
    case .at(let config): try config.objective(teachers)
    case .mmd(let config): try config.objective(named: name, teachers)
    case .gsp(let config): try config.objective(named: name, teachers)
    case .gcrd(let config): try config.objective(named: name, teachers)
    case .alignahead(let config): config.objective(teachers.context)
    case .mutual(let config): config.objective(teachers.context)
    case .framelet(let config): try config.objective(named: name, teachers)
    }
  }
}

extension LSPConfig {
  fileprivate func objective<S: Scalar>(
    _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    let kernel = kernel.distill
    return LocalStructurePreserving(
      tap: features.student, kernel: kernel, direction: direction.distill,
      reference: try teachers[source].structure(at: features.teacher, kernel))
  }
}

extension FeaturePairConfig {
  /// The student's tap.
  var student: Tap { Tap(validated: studentTap) }
  /// The teacher's tap.
  var teacher: Tap { Tap(validated: teacherTap) }
}

extension Tap {
  /// The tap of a name that the config's checks have found to exist.
  init(validated name: String) {
    guard let tap = Tap(name) else { preconditionFailure("\(name) passed validation") }
    self = tap
  }
}

extension LSPConfig.Direction {
  var distill: LSPDirection {
    switch self {
    case .teacherToStudent: .teacherToStudent
    case .studentToTeacher: .studentToTeacher
    }
  }
}

extension SimilarityKernelConfig {
  var distill: SimilarityKernel {
    switch self {
    case .l2: .l2
    case .linear: .linear
    case .poly(let config): .poly(degree: config.degree, offset: config.offset)
    case .rbf(let config): .rbf(sigma: config.sigma)
    case .laplacian(let config): .laplacian(scale: config.scale)
    }
  }
}
