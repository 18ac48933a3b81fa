import Foundation
import Graph
import Records
import Tensor

/// What the training of a model takes of memory at least, in bytes. A lower bound: where this is not
/// there, the training cannot end well; with a little more, it may still not.
package struct MemoryEstimate {
  package var model: String
  package var parameterCount = 0.0
  /// Values, gradients, the optimiser's state, the kept weights and a file's bytes, of the model's group
  /// too; and its teachers' values.
  package var parameters = 0.0
  /// What is kept of its teachers' features.
  package var teachers = 0.0
  /// What one pass over the largest batch keeps, and the largest of its objectives or its backward
  /// pass has besides.
  package var activations = 0.0
  /// Eigenvectors of a graph and the space of their decomposition.
  package var decompositions = 0.0

  /// Weights, teachers' features and eigenvectors stay while batches pass; a decomposition is over by
  /// then.
  package var total: Double { parameters + max(teachers + activations, decompositions) }

  /// A number of bytes for a person.
  package static func words(_ bytes: Double) -> String {
    switch bytes {
    case ..<1e6: "\(NumberFormat.fixed(bytes / 1e3, digits: 0)) kB"
    case ..<1e9: "\(NumberFormat.fixed(bytes / 1e6, digits: 0)) MB"
    case ..<1e12: "\(NumberFormat.fixed(bytes / 1e9, digits: 1)) GB"
    default: "\(NumberFormat.fixed(bytes / 1e12, digits: 1)) TB"
    }
  }

  /// The sizes for a person.
  package var sizes: String {
    var parts = ["its weights \(Self.words(parameters))"]
    if teachers > 0 { parts.append("its teachers' features \(Self.words(teachers))") }
    parts.append("a batch \(Self.words(activations))")
    if decompositions > 0 { parts.append("an eigen-decomposition \(Self.words(decompositions))") }
    return parts.joined(separator: ", ")
  }
}

extension ExperimentConfig {
  /// The estimates of all models, in their order.
  package func memoryEstimates(on data: DataSizes) -> [MemoryEstimate] {
    models.map { estimate(of: $0, on: data) }
  }

  /// Refuses models that cannot be trained in the memory that is left.
  ///
  /// - Throws: ``RunError`` with the sizes; ``ConfigError`` for a batch of too many edges.
  package func checkMemory(on data: DataSizes, available: AvailableMemory? = .now) throws {
    let most = Double(Int32.max)
    guard data.batch.nodes <= most, data.batch.edges <= most else {
      let message =
        "a batch would have up to \(Int(data.batch.nodes)) nodes and \(Int(data.batch.edges)) "
        + "edges, and there can be \(Int32.max); make data.batchSize smaller"
      throw ConfigError(source: name, problems: [JSONProblem(path: "data", message: message)])
    }
    guard let available else { return }
    let tooLarge = memoryEstimates(on: data).filter { $0.total > available.bytes }
    guard !tooLarge.isEmpty else { return }
    let lines = tooLarge.map {
      "\($0.model) needs at least \(MemoryEstimate.words($0.total)) (\($0.sizes))"
    }
    let advice =
      tooLarge.contains { $0.decompositions > $0.activations }
      ? "take the chebyshev route instead of the exact one"
      : "make the network or the batch smaller"
    throw RunError(
      message:
        "not enough memory: \(available.bound) \(MemoryEstimate.words(available.bytes)), and "
        + "\(lines.joined(separator: "; ")); \(advice), or run it where there is more")
  }

  private var bytesPerNumber: Double { precision == .float32 ? 4 : 8 }

  private func estimate(of model: ModelConfig, on data: DataSizes) -> MemoryEstimate {
    let layers = layers(of: model, on: data)
    var estimate = MemoryEstimate(model: model.name)
    estimate.parameterCount = layers.reduce(0) { $0 + $1.parameters }
    let companions =
      model.group == nil ? [model] : models.filter { $0.group == model.group }
    estimate.parameters = companions.reduce(0) { sum, companion in
      let count = self.layers(of: companion, on: data).reduce(0) { $0 + $1.parameters }
      return sum + count * companion.training.copiesOfParameters
    }
    let teachers = Set(model.objectives.compactMap { $0.kind.settings.teacher?.name })
    for teacher in models where teachers.contains(teacher.name) {
      estimate.parameters += self.layers(of: teacher, on: data).reduce(0) { $0 + $1.parameters }
    }
    estimate.parameters *= bytesPerNumber
    estimate.teachers = bytesPerNumber * teacherNumbers(of: model, on: data)
    let kept =
      data.batch.nodes * layers.reduce(0) { $0 + $1.keptPerNode }
      + data.batch.edges * layers.reduce(0) { $0 + $1.keptPerEdge }
    // Objectives are over, one after the other, when the backward pass begins.
    let passing = max(
      data.batch.nodes * (layers.map(\.passingPerNode).max() ?? 0),
      objectiveNumbers(of: model, on: data))
    estimate.activations = bytesPerNumber * (kept + passing)
    if model.decomposesGraph {
      // In Double: the matrix, its copy in LAPACK's order, and LAPACK's space of 2 n^2.
      estimate.decompositions = 8 * 4 * data.largestGraph * data.largestGraph
    }
    return estimate
  }

  private func layers(of model: ModelConfig, on data: DataSizes) -> [LayerSize] {
    model.architecture.settings.layerSizes(data)
  }
}

extension TrainingConfig {
  /// How often the parameters lie in memory at once: value, gradient, the optimiser's state, the kept
  /// weights, and a file's bytes while weights or a checkpoint are written.
  fileprivate var copiesOfParameters: Double {
    // An optimiser of another package may have none.
    let state: Double =
      switch optimizer.settings {
      case is AdamConfig: 2
      case is SGDConfig: 1
      case let rmsprop as RMSpropConfig:
        1 + (rmsprop.centered ? 1 : 0) + (rmsprop.momentum > 0 ? 1 : 0)
      default: 0
      }
    return 4 + state
  }
}

extension ModelConfig {
  /// Whether an exact framelet transform is asked for.
  fileprivate var decomposesGraph: Bool {
    let transforms =
      ((architecture.settings as? any FrameletArchitectureSettings)?.frameletTransforms ?? [])
      + objectives.compactMap { ($0.kind.settings as? FrameletObjectiveConfig)?.framelets }
    return transforms.contains { $0.route.settings is ExactRouteConfig }
  }
}
