import Distill
import Graph
import Layers
import Tensor

/// What objectives are made from besides their own settings.
struct ObjectiveContext<S: Scalar> {
  /// The graphs that the student is trained on.
  let graphs: [GraphSample<S>]
  /// A trained model of the experiment by name.
  let teacher: (String, LSPConfig.TeacherWeights) throws -> Network<S>
}

extension ModelConfig {
  /// The whole training loss.
  func weightedObjectives<S: Scalar>(_ context: ObjectiveContext<S>) throws -> WeightedObjectives<S>
  {
    WeightedObjectives(
      try objectives.map { config in
        WeightedObjectives.Term(
          name: config.name, objective: try config.kind.objective(context),
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
  fileprivate func objective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    switch self {
    case .bce: return TaskObjective(.binaryCrossEntropy)
    case .crossEntropy: return TaskObjective(.crossEntropy(smoothing: 0))
    case .lsp(let config): return try config.objective(context)
    }
  }
}

extension LSPConfig {
  fileprivate func objective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    let kernel = kernel.distill
    let teacher = try context.teacher(teacherName, teacherWeights)
    let teacherTap = Tap(validated: teacherTap)
    // Made at the first use: a run that goes on after the last epoch of this objective needs none.
    var structure: FrozenLocalStructure<S>?
    return LocalStructurePreserving(
      tap: Tap(validated: studentTap), kernel: kernel, direction: direction.distill
    ) { batch in
      if structure == nil {
        structure = FrozenLocalStructure(
          teacher: teacher, tap: teacherTap, kernel: kernel, graphs: context.graphs)
      }
      return structure!(batch)
    }
  }
}

extension Tap {
  /// The tap of a name that the config's checks have found to exist.
  init(validated name: String) {
    guard let tap = Tap(name) else { preconditionFailure("\(name) passed validation") }
    self = tap
  }
}

extension LSPConfig.Direction {
  fileprivate var distill: LSPDirection {
    switch self {
    case .teacherToStudent: .teacherToStudent
    case .studentToTeacher: .studentToTeacher
    }
  }
}

extension SimilarityKernelConfig {
  fileprivate var distill: SimilarityKernel {
    switch self {
    case .l2: .l2
    case .linear: .linear
    case .poly(let config): .poly(degree: config.degree, offset: config.offset)
    case .rbf(let config): .rbf(sigma: config.sigma)
    case .laplacian(let config): .laplacian(scale: config.scale)
    }
  }
}
