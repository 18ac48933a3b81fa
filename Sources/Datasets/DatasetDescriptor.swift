import Foundation
import Graph
import Tensor

/// What must be known of a data set to find, download and check it.
public struct DatasetDescriptor: Sendable {
  /// Sizes by which a complete copy is known.
  public struct Counts: Equatable, Sendable, CustomStringConvertible {
    /// Nodes of the training, validation and test graphs.
    public var nodes: [Int]
    /// Directed edges of the training, validation and test graphs.
    public var edges: [Int]

    /// Counts of the three splits.
    public init(nodes: [Int], edges: [Int]) {
      self.nodes = nodes
      self.edges = edges
    }

    /// The counts of a data set that was read.
    public init<S: Scalar>(of dataset: GraphDataset<S>) {
      let splits = [dataset.train, dataset.valid, dataset.test]
      nodes = splits.map { $0.reduce(0) { $0 + $1.graph.nodeCount } }
      edges = splits.map { $0.reduce(0) { $0 + $1.graph.edgeCount } }
    }

    /// The counts for a person.
    public var description: String {
      func list(_ counts: [Int]) -> String { counts.map(String.init).joined(separator: " / ") }
      return "\(list(nodes)) nodes, \(list(edges)) directed edges"
    }
  }

  /// The name, which is also the name of its folder.
  public var name: String
  /// The archive's file name.
  public var archive: String
  /// A file that an unpacked copy has.
  public var marker: String
  /// Where the archive can be downloaded, the best place first.
  public var urls: [URL]
  /// The counts of the published data.
  public var counts: Counts
  /// The most that a download may bring, in bytes.
  public var downloadLimit: Int

  /// A descriptor from its parts.
  public init(
    name: String, archive: String, marker: String, urls: [URL], counts: Counts,
    downloadLimit: Int = 1 << 30
  ) {
    self.name = name
    self.archive = archive
    self.marker = marker
    self.urls = urls
    self.counts = counts
    self.downloadLimit = downloadLimit
  }
}
