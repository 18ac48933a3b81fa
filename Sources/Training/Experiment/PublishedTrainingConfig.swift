import Records

/// Quirks of the training loop that frameless distillation was published with.
package struct PublishedTrainingConfig: Record {
  /// Each objective takes a step of its own.
  package var separateSteps = false
  /// Every epoch ends with the best weights so far.
  package var reloadsBest = false

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "separateSteps", &separateSteps, .boolean,
      "Each objective takes an optimiser step of its own, one after the other; one of weight 0 takes "
        + "its step with a gradient of 0, by which moments and weight decay still move the weights."
    )
    visitor.field(
      "reloadsBest", &reloadsBest, .boolean,
      "After every epoch the network goes back to the weights kept so far; the optimiser goes on as "
        + "it stands.")
  }
}
