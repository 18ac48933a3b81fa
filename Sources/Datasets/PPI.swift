import Foundation
import Graph
import Tensor

/// PPI: 24 graphs of proteins in human tissues, 50 features and 121 labels a node, 20 graphs to
/// train on, 2 to validate and 2 to test.
///
/// Hamilton, Ying, Leskovec: Inductive Representation Learning on Large Graphs, NIPS 2017; in the
/// file layout of DGL's `PPIDataset`. For each split in train, valid, test:
///
/// - `SPLIT_graph.json`: all the split's graphs as one node-link graph. Its self loops are kept as
///   they are; links that occur twice count once, and those of an undirected graph go both ways.
/// - `SPLIT_feats.npy`, nodes x features: used as they are (the published file is standardised).
/// - `SPLIT_labels.npy`, nodes x labels, each 0 or 1.
/// - `SPLIT_graph_id.npy`, nodes: the graph of each node; the nodes of a graph follow each other.
/// - `SPLIT_label_known_mask.npy`, nodes, optional: whether a node's labels are known. Where they
///   are not, the node stays in the graph and counts in no loss and no metric.
public enum PPI {
  /// The published data set.
  public static let descriptor = DatasetDescriptor(
    name: "ppi", archive: "ppi.zip", marker: "train_graph.json",
    urls: [URL(string: "https://data.dgl.ai/dataset/ppi.zip")!],
    counts: .init(nodes: [44_906, 6_514, 5_524], edges: [1_271_274, 205_434, 167_500]))

  /// Reads the data set from an archive or a folder.
  ///
  /// Other sizes than the published are accepted: compare ``DatasetDescriptor/Counts``.
  ///
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for one whose
  ///   contents are wrong or do not fit the others.
  public static func load(from files: FileBundle) throws -> GraphDataset<Float> {
    var splitOfGraph: [Int: String] = [:]
    var splits: [[GraphSample<Float>]] = []
    for split in ["train", "valid", "test"] {
      let (samples, ids) = try NodeLinkSplit.load(split, from: files)
      for id in ids {
        if let other = splitOfGraph.updateValue(split, forKey: id) {
          throw DataError.malformed(
            files.location(of: "\(split)_graph_id.npy"),
            "graph \(id) is also in the split \(other)")
        }
      }
      splits.append(samples)
    }
    for (split, samples) in zip(["valid", "test"], splits.dropFirst()) {
      for (what, file, count) in [
        ("features", "feats", \GraphSample<Float>.features.columns),
        ("labels", "labels", \GraphSample<Float>.labels.columns),
      ] where samples[0][keyPath: count] != splits[0][0][keyPath: count] {
        throw DataError.malformed(
          files.location(of: "\(split)_\(file).npy"),
          "nodes have \(samples[0][keyPath: count]) \(what), those of the training graphs have "
            + "\(splits[0][0][keyPath: count])")
      }
    }
    return GraphDataset(
      name: descriptor.name, source: files.location, isSynthetic: false, train: splits[0],
      valid: splits[1], test: splits[2])
  }
}
