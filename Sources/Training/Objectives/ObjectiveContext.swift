import Distill
import Graph
import Layers
import Tensor

/// What the objectives of a student are made from besides their own settings.
public struct ObjectiveContext<S: Scalar> {
  /// The objective's name; the names of parameters that it learns begin with it.
  public internal(set) var name = ""
  /// The graphs that the student is trained on.
  public let graphs: [GraphSample<S>]
  /// The model that is trained.
  public let student: Network<S>
  /// The other models of its group.
  public let peers: [TeacherFeatures<S>]
  /// For the first values of what objectives learn themselves.
  public let seed: UInt64
  private let teachers: TrainedTeachers<S>

  /// - Parameters:
  ///   - teacher: Loads a trained model of the experiment; called once for each, however many
  ///     objectives learn from it.
  ///   - teacherInputs: What a trained model is applied to; nil for the graphs that the student is
  ///     trained on.
  package init(
    graphs: [GraphSample<S>], student: Network<S>, peers: [TeacherFeatures<S>], seed: UInt64,
    teacher: @escaping (TeacherConfig) throws -> Network<S>,
    teacherInputs: @escaping (TeacherConfig) throws -> [GraphSample<S>]? = { _ in nil }
  ) {
    self.graphs = graphs
    self.student = student
    self.peers = peers
    self.seed = seed
    teachers = TrainedTeachers { config in
      TeacherFeatures(
        teacher: try teacher(config), graphs: graphs, inputs: try teacherInputs(config))
    }
  }

  /// What objectives read of a trained teacher.
  ///
  /// - Throws: Where its weights cannot be read.
  public func teacher(_ config: TeacherConfig) throws -> TeacherFeatures<S> {
    try teachers[config]
  }

  /// The number of the student's hidden layers.
  public var hiddenCount: Int { student.hiddenCount }
}

/// The teachers of one student: each is loaded once, and passed once over each graph.
private final class TrainedTeachers<S: Scalar> {
  private let load: (TeacherConfig) throws -> TeacherFeatures<S>
  private var known: [TeacherConfig: TeacherFeatures<S>] = [:]

  init(load: @escaping (TeacherConfig) throws -> TeacherFeatures<S>) { self.load = load }

  subscript(config: TeacherConfig) -> TeacherFeatures<S> {
    get throws {
      if let features = known[config] { return features }
      let features = try load(config)
      known[config] = features
      return features
    }
  }
}

extension ModelConfig {
  /// The whole training loss.
  package func weightedObjectives<S: Scalar>(_ context: ObjectiveContext<S>) throws
    -> WeightedObjectives<S>
  {
    WeightedObjectives(
      try objectives.map { config in
        var own = context
        own.name = config.name
        return WeightedObjectives.Term(
          name: config.name, objective: try config.kind.settings.makeObjective(own),
          schedule: ObjectiveSchedule(
            weight: config.weight, firstEpoch: config.firstEpoch, lastEpoch: config.lastEpoch,
            warmup: config.warmup))
      })
  }

  /// The loss of the first objective that compares with labels: what `loss` means in evaluations,
  /// and whether a node has one label or several.
  package var taskLoss: TaskLoss {
    guard let loss = objectives.lazy.compactMap(\.kind.settings.taskLoss).first else {
      preconditionFailure("a model without a task objective passed validation")
    }
    return loss
  }
}
