import Distill
import Graph
import Records
import Tensor

/// Framelet feature distillation: the student's features follow the teacher's in every frequency
/// band.
package struct FrameletObjectiveConfig: FeatureObjectiveSettings {
  package static let name = "framelet"
  package static let note =
    "Framelet feature distillation: features matched in each frequency band."

  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var framelets = FrameletTransformConfig()
  /// The weight of each band; nil for 1 each.
  package var bandWeights: [Double]?
  package var normalizes = true
  package var projection = FitNetProjectionConfig()

  package var needsEdges: Bool { true }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record("framelets", &framelets, "The framelet transform.")
    visitor.field(
      "bandWeights", &bandWeights, .orNull(.list(of: .number(.nonNegative), count: 1...64)),
      "A weight for each band: the low pass of the last level, then mask by mask the high passes "
        + "from the first level to the last; null for 1 each.")
    visitor.field(
      "normalizes", &normalizes, .boolean, "Whether each node's features are scaled to length 1.")
    visitor.record("projection", &projection, "The learnt maps between the features.")
  }

  package var inconsistencies: [Inconsistency] {
    let bands = framelets.options.bands.count
    guard let bandWeights, bandWeights.count != bands else { return [] }
    let message = "found \(bandWeights.count) weights for \(bands) bands"
    return [Inconsistency(key: "bandWeights", message: message)]
  }

  package var warnings: [Inconsistency] {
    guard let bandWeights, bandWeights.allSatisfy({ $0 == 0 }) else { return [] }
    return [
      Inconsistency(key: "bandWeights", message: "all are 0: the objective does nothing")
    ]
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    var options = FrameletFeatureDistillation<S>.Options()
    options.framelets = framelets.options
    options.bandWeights = bandWeights
    options.normalizes = normalizes
    options.projection = projection.settings.projection
    let widths = try widths(context)
    return try FrameletFeatureDistillation(
      name: context.name, tap: features.student, studentWidth: widths.student,
      teacherWidth: widths.teacher, options: options, seed: context.seed,
      graphs: context.graphs.map(\.graph), reference: try reference(context))
  }

  package func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency? {
    try graphProblem {
      for graph in data.graphs { _ = try graph.framelets(framelets.options, as: S.self) }
    }.map { Inconsistency(key: "framelets", message: $0) }
  }
}
