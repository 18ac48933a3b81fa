import Graph

/// Framelet feature distillation: the student's features follow the teacher's in every frequency
/// band.
struct FrameletObjectiveConfig: FeatureObjectiveSettings {
  static let name = "framelet"
  static let note = "Framelet feature distillation: features matched in each frequency band."

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var framelets = FrameletTransformConfig()
  /// The weight of each band; nil for 1 each.
  var bandWeights: [Double]?
  var normalizes = true
  var projection = FitNetProjectionConfig()

  mutating func fields(_ visitor: any FieldVisitor) {
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

  var inconsistencies: [Inconsistency] {
    let bands = framelets.options.bands.count
    guard let bandWeights, bandWeights.count != bands else { return [] }
    let message = "found \(bandWeights.count) weights for \(bands) bands"
    return [Inconsistency(key: "bandWeights", message: message)]
  }
}
