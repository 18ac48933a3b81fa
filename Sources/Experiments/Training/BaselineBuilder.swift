import Distill
import Layers
import Tensor

// The objectives that local structure preserving is compared with, from their settings.

extension FeatureObjectiveSettings {
  /// The teacher's features that the objective reads.
  func reference<S: Scalar>(
    _ teachers: TrainedTeachers<S>
  ) throws -> TeacherReference<S> {
    try teachers[source].reference(at: features.teacher)
  }

  /// The columns of the student's and of the teacher's features.
  func widths<S: Scalar>(
    _ teachers: TrainedTeachers<S>
  ) throws -> (student: Int, teacher: Int) {
    guard let student = teachers.context.student.width(at: features.student),
      let teacher = try teachers[source].width(at: features.teacher)
    else { preconditionFailure("the taps of \(features) passed validation") }
    return (student, teacher)
  }
}

extension KDConfig {
  func objective<S: Scalar>(_ teachers: TrainedTeachers<S>) throws -> any Objective<S> {
    KnowledgeDistillation(
      form: predictions.form.distill(), temperature: predictions.temperature,
      nodes: predictions.nodes,
      reference: try teachers[source].reference(at: .logits))
  }
}

extension DistillationFormConfig {
  func distill<S: Scalar>() -> KnowledgeDistillation<S>.Form {
    switch self {
    case .sigmoid: .sigmoid
    case .softmax(let config): .softmax(config.average)
    }
  }
}

extension FitNetConfig {
  func objective<S: Scalar>(
    named name: String, _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    let widths = try widths(teachers)
    return FitNet(
      name: name, tap: features.student, studentWidth: widths.student,
      teacherWidth: widths.teacher, projection: projection.distill, seed: teachers.context.seed,
      reference: try reference(teachers))
  }
}

extension FitNetProjectionConfig {
  var distill: FitNetProjection {
    switch self {
    case .whereWidthsDiffer: .whereWidthsDiffer
    case .student: .student
    case .both(let config): .both(width: config.width, head: config.head)
    }
  }
}

extension ATConfig {
  func objective<S: Scalar>(_ teachers: TrainedTeachers<S>) throws -> any Objective<S> {
    AttentionTransfer(
      tap: features.student, distance: distance, reference: try reference(teachers))
  }
}

extension MMDConfig {
  func objective<S: Scalar>(
    named name: String, _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    let kernel: DiscrepancyKernel =
      switch kernel {
      case .linear: .linear
      case .poly(let config): .poly(degree: config.degree, offset: config.offset)
      case .rbf(let config): .rbf(config.variance.map { .variance($0) } ?? .meanSquaredDistance)
      }
    return MaximumMeanDiscrepancy(
      name: name, tap: features.student, kernel: kernel, maxSamples: maxSamples,
      reference: try reference(teachers))
  }
}

extension GSPConfig {
  func objective<S: Scalar>(
    named name: String, _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    let similarity: GlobalSimilarity =
      switch kernel {
      case .cosine: .cosine
      case .poly(let config): .poly(degree: config.degree, offset: config.offset)
      case .l2: .l2
      case .rbf(let config): .rbf(sigma: config.sigma)
      }
    return GlobalStructurePreserving(
      name: name, tap: features.student, similarity: similarity, maxSamples: maxSamples,
      reference: try reference(teachers))
  }
}

extension GCRDConfig {
  func objective<S: Scalar>(
    named name: String, _ teachers: TrainedTeachers<S>
  ) throws -> any Objective<S> {
    var options = ContrastiveDistillation<S>.Options()
    options.temperature = temperature
    options.width = width
    options.head = head
    options.maxSamples = maxSamples
    let widths = try widths(teachers)
    return ContrastiveDistillation(
      name: name, tap: features.student, studentWidth: widths.student,
      teacherWidth: widths.teacher, options: options, seed: teachers.context.seed,
      reference: try reference(teachers))
  }
}
