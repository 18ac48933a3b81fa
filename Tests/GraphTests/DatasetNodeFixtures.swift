import Foundation

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

/// Nodes, undirected edges, features, classes.
struct NodeCounts: Equatable {
  var nodes: Int
  var edges: Int
  var features: Int
  var classes: Int

  init(_ nodes: Int, _ edges: Int, _ features: Int, _ classes: Int) {
    (self.nodes, self.edges, self.features, self.classes) = (nodes, edges, features, classes)
  }

  init<S>(of data: NodeDataset<S>) {
    self.init(data.nodeCount, data.edgeCount, data.featureCount, data.classCount)
  }
}
