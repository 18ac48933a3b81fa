import Foundation

@testable import Datasets
@testable import Graph
@testable import TestSupport

/// The folder of real data sets, if there is one.
let nodeDataFolder = realData(holding: "gnn-benchmark")

/// A float32 list file.
func npyFloats(_ numbers: [Float]) -> [UInt8] {
  npy("<f4", "(\(numbers.count),)", data: littleEndian(numbers.map(\.bitPattern)))
}

/// The sizes of a data set, in few letters.
typealias NodeCounts = NodeBenchmark.Counts

extension NodeBenchmark.Counts {
  /// Nodes, undirected edges, features, classes.
  init(_ nodes: Int, _ edges: Int, _ features: Int, _ classes: Int) {
    self.init(nodes, edges: edges, features: features, classes: classes)
  }
}
