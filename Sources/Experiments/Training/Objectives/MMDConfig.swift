import Distill
import Tensor

/// Maximum mean discrepancy of channels (neuron selectivity transfer; Huang & Wang 2017).
struct MMDConfig: FeatureObjectiveSettings {
  static let name = "mmd"
  static let note = "Maximum mean discrepancy of channels (Huang & Wang 2017)."
  static let citation =
    "Huang & Wang, Like what you like: Knowledge distill via neuron selectivity transfer, 2017"

  var source = TeacherConfig()
  var features = FeaturePairConfig()
  var kernel = ChannelKernelConfig()
  var maxSamples: Int? = 1_024

  mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record(
      "kernel", &kernel, required: true, "The kernel of two channels, as vectors of length 1.")
    visitor.maxSamples(&maxSamples, "The most nodes over which channels are compared in a step")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    MaximumMeanDiscrepancy(
      name: context.name, tap: features.student, kernel: kernel.settings.channelKernel,
      maxSamples: maxSamples, reference: try reference(context))
  }
}
