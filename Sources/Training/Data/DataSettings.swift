import Graph
import Records
import Tensor

/// Settings that a data set has beside those of all data: they stand in the config's `data`, next to
/// its name, and a source gives them with its own defaults (``DataSource/settings``). Their keys differ
/// from those of ``DataConfig``.
public protocol DataSettings: Record {
  /// Whether an epoch leaves out its last batch where that has fewer graphs than the others. An only
  /// batch stays.
  var dropsLastBatch: Bool { get }
  /// Graphs in a batch of an evaluation; nil for as many as in training.
  var evaluationBatchSize: Int? { get }
  /// What changes each training batch; nil for batches as the data have them.
  func makeAugmentation<S: Scalar>() -> (any BatchAugmentation<S>)?
}

extension DataSettings {
  /// Every graph is trained on.
  public var dropsLastBatch: Bool { false }
  /// As many as in training.
  public var evaluationBatchSize: Int? { nil }
  /// No change.
  public func makeAugmentation<S: Scalar>() -> (any BatchAugmentation<S>)? { nil }
}

extension DataConfig {
  /// Whether an epoch leaves out its incomplete last batch.
  package var dropsLastBatch: Bool { settings?.dropsLastBatch ?? false }
  /// Graphs in a batch of an evaluation.
  package var evaluationBatchSize: Int { settings?.evaluationBatchSize ?? batchSize }
}

/// The settings that the data set of a name brings, for equality by value.
struct ChosenSettings: Equatable {
  var name = ""
  var settings: (any DataSettings)?

  static func == (a: Self, b: Self) -> Bool {
    guard let (own, other) = a.settings.flatMap({ own in b.settings.map { (own, $0) } }) else {
      return a.name == b.name && a.settings == nil && b.settings == nil
    }
    return a.name == b.name && own.isEqual(to: other)
  }
}
