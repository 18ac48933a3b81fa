import Foundation

@testable import Datasets
@testable import Graph

/// The folder of real data sets, if there is one.
let nodeDataFolder: String? = {
  let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let folders: [String?] = [
    ProcessInfo.processInfo.environment["GRAPH_DISTILL_DATA"],
    root.appendingPathComponent("../shared/data").standardized.path,
  ]
  return folders.compactMap { $0 }.first {
    FileManager.default.fileExists(atPath: $0 + "/gnn-benchmark")
  }
}()

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
