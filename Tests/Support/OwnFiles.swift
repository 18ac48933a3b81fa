import Foundation

/// One small graph in each of the layouts that a config can name by path: a ring of 40 nodes, whose two
/// classes take turns, with two features.
enum OwnFiles {
  static let nodeCount = 40
  static let classes: [Int] = (0..<nodeCount).map { $0 % 2 }
  static let features: [Double] = (0..<nodeCount).flatMap { node -> [Double] in
    let place = Double(node + 1) / Double(nodeCount)
    return [Double(classes[node]) + 0.5, place]
  }
  static let next: [Int] = (0..<nodeCount).map { ($0 + 1) % nodeCount }

  /// Whether each node is in a part: 20 to train on, 10 to validate and 10 to test.
  static func mask(_ part: String, shift: Int = 0) -> [Bool] {
    (0..<nodeCount).map { node -> Bool in
      let place = (node + shift) % 8
      switch part {
      case "train": return place < 4
      case "val": return place == 4 || place == 5
      default: return place > 5
      }
    }
  }

  static var npz: StoredArrays {
    var arrays = StoredArrays()
    arrays.set("x", [nodeCount, 2], features)
    arrays.set("edge_index", [2, nodeCount], Array(0..<nodeCount) + next)
    arrays.set("y", [nodeCount], classes)
    for part in ["train", "val", "test"] { arrays.set("\(part)_mask", [nodeCount], mask(part)) }
    return arrays
  }

  static var heterophilous: StoredArrays {
    var arrays = StoredArrays()
    arrays.set("node_features", [nodeCount, 2], features)
    arrays.set("node_labels", [nodeCount], classes)
    arrays.set(
      "edges", [nodeCount, 2], (0..<nodeCount).flatMap { node -> [Int] in [node, next[node]] })
    for part in ["train", "val", "test"] {
      arrays.set("\(part)_masks", [2, nodeCount], mask(part) + mask(part, shift: 2))
    }
    return arrays
  }

  /// - Parameter dense: Whether names are the later ones, and features one dense array.
  static func gnnBenchmark(dense: Bool = false) -> StoredArrays {
    let prefix = dense ? "adj_matrix." : "adj_"
    var arrays = StoredArrays()
    arrays.set("\(prefix)data", [nodeCount], [Double](repeating: 1, count: nodeCount))
    arrays.set("\(prefix)indices", [nodeCount], next)
    arrays.set("\(prefix)indptr", [nodeCount + 1], Array(0...nodeCount))
    arrays.set("\(prefix)shape", [2], [nodeCount, nodeCount])
    if dense {
      arrays.set("attr_matrix", [nodeCount, 2], features)
    } else {
      arrays.set("attr_data", [2 * nodeCount], features)
      arrays.set(
        "attr_indices", [2 * nodeCount], (0..<2 * nodeCount).map { entry -> Int in entry % 2 })
      arrays.set("attr_indptr", [nodeCount + 1], (0...nodeCount).map { row -> Int in 2 * row })
      arrays.set("attr_shape", [2], [nodeCount, 2])
    }
    arrays.set("labels", [nodeCount], classes)
    return arrays
  }

  static var csv: [String: String] {
    var files = [
      "nodes.csv": "id,label,a,b\n", "edges.csv": "source,target\n", "split.csv": "id,part\n",
    ]
    for node in 0..<nodeCount {
      files["nodes.csv"]! +=
        "n\(node),\(classes[node]),\(features[2 * node]),\(features[2 * node + 1])\n"
      files["edges.csv"]! += "n\(node),n\(next[node])\n"
      let part = mask("train")[node] ? "train" : mask("val")[node] ? "valid" : "test"
      files["split.csv"]! += "n\(node),\(part)\n"
    }
    return files
  }

  static var geomGCN: [String: String] {
    var (edges, nodes) = ("node_id\tnode_id\n", "node_id\tfeature\tlabel\n")
    for node in 0..<nodeCount {
      edges += "\(node)\t\(next[node])\n"
      nodes += "\(node)\t\(1 - classes[node]),1\t\(classes[node])\n"
    }
    return ["out1_graph_edges.txt": edges, "out1_node_feature_label.txt": nodes]
  }

  /// Two graphs to train on, one to validate and one to test, each of four nodes with three features
  /// and two labels.
  static func writePPI(to folder: URL) throws {
    let numbers: KeyValuePairs<String, [Int]> = [
      "train": [1, 1, 1, 1, 2, 2, 2, 2], "valid": [3, 3, 3, 3], "test": [4, 4, 4, 4],
    ]
    for (part, graphs) in numbers {
      let count = graphs.count
      let nodes = (0..<count).map { "{\"id\": \($0)}" }.joined(separator: ", ")
      let links = (0..<count).map { node -> String in
        let target = node / 4 * 4 + (node + 1) % 4
        return "{\"source\": \(node), \"target\": \(target)}"
      }.joined(separator: ", ")
      let graph =
        "{\"directed\": true, \"multigraph\": false, \"graph\": {}, \"nodes\": [\(nodes)], "
        + "\"links\": [\(links)]}"
      try Data(graph.utf8).write(to: folder.appending(path: "\(part)_graph.json"))
      var arrays = StoredArrays()
      arrays.set("\(part)_graph_id", [count], graphs)
      let features: [Double] = (0..<3 * count).map { Double($0 % 5) }
      let labels: [Int] = (0..<2 * count).map { ($0 / 2 + $0) % 2 }
      arrays.set("\(part)_feats", [count, 3], features)
      arrays.set("\(part)_labels", [count, 2], labels)
      try arrays.writeFiles(to: folder)
    }
  }
}
