import Foundation
import Records
import Tensor

/// Everything that the weights of a model depend on: the code, the data, its own settings and those
/// of all that it learns with and from, the precision and the seed. Equal identities give equal bits,
/// on machines with the same processor and kernels.
package enum ModelIdentity {
  /// The identity of a model with one seed.
  package static func of(
    _ model: ModelConfig, in config: ExperimentConfig, dataset: DatasetSummary, seed: UInt64
  ) -> JSONValue {
    let group = config.groups.first { $0.contains { $0.name == model.name } } ?? [model]
    let names = Set(
      group.flatMap(\.objectives).compactMap { $0.kind.settings.teacher?.name })
    let teachers = config.models.filter { names.contains($0.name) }
    var data = dataset
    data.source = ""
    return [
      "numerics": .string(RunOrigin.current.numerics),
      "model": .string(model.name),
      "group": .array(group.map { RecordEncoder.encode($0) }),
      "teachers": .array(teachers.map { of($0, in: config, dataset: dataset, seed: seed) }),
      "data": config.data.identity,
      "dataset": data.identity,
      "metrics": RecordEncoder.encode(config.metrics),
      "precision": .string(config.precision.rawValue),
      "seed": .integer(Int(clamping: seed)),
    ]
  }

  /// A digest of an identity, which names files and folders.
  package static func digest(_ identity: JSONValue) -> String {
    SHA256.digest(of: Data(identity.compactText.utf8))
  }
}
