import Datasets
import Graph
import Tensor

/// The digest of what training sees of data: graphs, features, labels, which nodes count, and the
/// splits that the files carry. Where the files lie, how they are packed and how many threads read
/// them does not matter; a feature of the other sign does.
///
/// It is the SHA-256 of the numbers as they lie in memory, each list after its length.
package struct DataDigest {
  private let digest = SHA256()

  /// The digest of graphs in three parts.
  package static func of<S: Scalar>(_ data: GraphDataset<S>) -> String {
    let digest = DataDigest()
    for part in [data.train, data.valid, data.test] {
      digest.add([part.count])
      for sample in part {
        digest.add(sample.graph)
        digest.add(sample.features)
        digest.add(sample.labels)
        digest.add(sample.known.map { UInt8($0 ? 1 : 0) })
      }
    }
    return digest.digest.finish()
  }

  /// The digest of one graph, and of splits that are not drawn from the seed.
  package static func of<S: Scalar>(_ data: TransductiveDataset<S>, splits: [NodeSplit]) -> String {
    let digest = DataDigest()
    digest.add(data.source.graph)
    digest.add(data.graph)
    digest.add(data.features)
    digest.add([data.source.classCount])
    digest.add(data.source.classes)
    for split in splits {
      for part in [split.training, split.validation, split.test] { digest.add(part) }
    }
    return digest.digest.finish()
  }

  private func add<Number: BitwiseCopyable>(_ numbers: [Number]) {
    digest.update([numbers.count])
    digest.update(numbers)
  }

  private func add(_ graph: CSRGraph) {
    add(graph.inStart)
    add(graph.source)
  }

  private func add<S: Scalar>(_ matrix: Matrix<S>) {
    add([matrix.rows, matrix.columns])
    add(matrix.elements)
  }

  private func add<S: Scalar>(_ features: NodeFeatures<S>) {
    switch features {
    case .dense(let matrix):
      add(matrix)
    case .sparse(let matrix):
      add([matrix.rows, matrix.columns])
      add(matrix.rowStart)
      add(matrix.column)
      add(matrix.value)
    }
  }
}
