import Records

/// One term of a model's training loss: what it is, its weight, and the epochs in which it counts.
package struct ObjectiveConfig: Record {
  /// Names the loss in progress and metrics.
  package var name = ""
  package var kind = ObjectiveKind()
  package var weight = 1.0
  /// The first epoch, from 0, in which the objective counts.
  package var firstEpoch = 0
  /// The last one; nil for the last of the training.
  package var lastEpoch: Int?
  /// Over so many epochs from the first the weight rises linearly: in epoch e it is
  /// weight * min(1, (e - firstEpoch + 1) / warmup); 0 for the full weight at once.
  package var warmup = 0

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let epoch = FieldRule<Int>.integer(0...1_000_000)
    visitor.field("name", &name, .name, required: true, "Names the loss in progress and metrics.")
    visitor.variant(&kind)
    visitor.field("weight", &weight, .number(.nonNegative), "The factor in the sum of losses.")
    visitor.field("firstEpoch", &firstEpoch, epoch, "The first epoch, from 0, in which it counts.")
    visitor.field(
      "lastEpoch", &lastEpoch, .orNull(epoch), "The last such epoch; null for the training's last.")
    visitor.field(
      "warmup", &warmup, epoch, "Epochs over which the weight rises linearly from the first on.")
  }

  package var inconsistencies: [Inconsistency] {
    var found = kind.inconsistencies
    if let lastEpoch, lastEpoch < firstEpoch {
      let message = "found \(lastEpoch), which is before firstEpoch, \(firstEpoch)"
      found.append(Inconsistency(key: "lastEpoch", message: message))
    }
    return found
  }

  /// When it counts, in words: "weight 0.5 from epoch 0 to 29, rising over its first 5 epochs".
  package var scheduleInWords: String {
    var words = "weight \(JSONValue.real(weight).compactText)"
    if firstEpoch > 0 || lastEpoch != nil {
      words += " from epoch \(firstEpoch)"
      words += lastEpoch.map { " to \($0)" } ?? " on"
    }
    if warmup > 1 { words += ", rising over its first \(warmup) epochs" }
    return words
  }
}

/// What an objective is: the settings of any registered kind.
package struct ObjectiveKind: Variant {
  package var settings: any ObjectiveSettings

  package init(settings: any ObjectiveSettings) { self.settings = settings }
  package static var registry: Registry<any ObjectiveSettings> { Registries.objectives }
}
