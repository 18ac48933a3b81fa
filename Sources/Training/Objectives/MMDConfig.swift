import Distill
import Records
import Tensor

/// Maximum mean discrepancy of channels (neuron selectivity transfer; Huang & Wang 2017).
package struct MMDConfig: FeatureObjectiveSettings {
  package static let name = "mmd"
  package static let note = "Maximum mean discrepancy of channels (Huang & Wang 2017)."
  package static let citation =
    "Huang & Wang, Like what you like: Knowledge distill via neuron selectivity transfer, 2017"

  package var source = TeacherConfig()
  package var features = FeaturePairConfig()
  package var kernel = ChannelKernelConfig()
  package var maxSamples: Int? = 1_024

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    source.fields(visitor)
    features.fields(visitor)
    visitor.record(
      "kernel", &kernel, required: true, "The kernel of two channels, as vectors of length 1.")
    visitor.maxSamples(&maxSamples, "The most nodes over which channels are compared in a step")
  }

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) throws -> any Objective<S> {
    MaximumMeanDiscrepancy(
      name: context.name, tap: features.student, kernel: kernel.settings.channelKernel,
      maxSamples: maxSamples, reference: try reference(context))
  }
}
