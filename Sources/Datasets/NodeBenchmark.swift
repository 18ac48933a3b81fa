import Foundation
import Graph
import Tensor

/// A published data set of one graph with a class a node: where its files are and what they hold.
public struct NodeBenchmark: Sendable {
  /// The sizes of the published data.
  public struct Counts: Equatable, Sendable, CustomStringConvertible {
    /// The number of nodes.
    public var nodes: Int
    /// The number of undirected edges, without self loops.
    public var edges: Int
    /// The number of features of a node.
    public var features: Int
    /// The number of classes.
    public var classes: Int

    /// All sizes.
    public init(_ nodes: Int, edges: Int, features: Int, classes: Int) {
      self.nodes = nodes
      self.edges = edges
      self.features = features
      self.classes = classes
    }

    /// The sizes of a data set that was read.
    public init<S: Scalar>(of data: NodeDataset<S>) {
      self.init(
        data.nodeCount, edges: data.edgeCount, features: data.featureCount,
        classes: data.classCount)
    }

    /// The sizes for a person.
    public var description: String {
      "\(nodes) nodes, \(edges) undirected edges, \(features) features, \(classes) classes"
    }
  }

  /// The name: "cora", "photo", "cs", "chameleon", "syn-cora-h0.30-r1", ...
  public let name: String
  /// The files' layout.
  public let layout: any NodeFileLayout
  /// The folder of data sets of this layout, within the folder of all data.
  public let folder: String
  /// The files' names.
  public let files: [String]
  /// The folder on the web that the files are in, if there is one.
  public var url: String?
  /// The sizes of the published data; nil where they are not known.
  public var counts: Counts?
  /// The size of a stand-in for the data, with their share of edges within a class and their mean
  /// number of non-zero features a node.
  public let standIn: SyntheticNodeShape

  /// A data set.
  public init(
    name: String, layout: any NodeFileLayout, folder: String, files: [String], url: String? = nil,
    counts: Counts? = nil, standIn: SyntheticNodeShape = SyntheticNodeShape()
  ) {
    self.name = name
    self.layout = layout
    self.folder = folder
    self.files = files
    self.url = url
    self.counts = counts
    self.standIn = standIn
  }

  /// The data set of this name.
  ///
  /// - Throws: ``DataError`` (malformed) that lists all names, if there is none.
  public static func named(_ name: String) throws -> NodeBenchmark {
    guard let found = all.first(where: { $0.name == name }) else {
      throw DataError.malformed(
        "",
        "there is no data set '\(name)'; known are " + all.map(\.name).joined(separator: ", "))
    }
    return found
  }

  /// Where the data set's files are looked for.
  public var dataFiles: DatasetFiles {
    DatasetFiles(name: name, folder: folder, files: files, url: url)
  }

  /// Whether the files carry the one public split of Yang et al.
  public var hasPublicSplit: Bool { layout.hasPublicSplit }

  /// The files of ten splits that are published apart, for data sets whose own files do not carry them.
  public var splitFiles: DatasetFiles? { layout.splitFiles(name) }

  /// Whether ten splits are published with the data, in their files or in ``splitFiles``.
  public var hasProvidedSplits: Bool { layout.hasProvidedSplits || splitFiles != nil }

  /// Reads the data set from the folder that the user gave, else from the environment's or the
  /// cache; the files may lie in ``folder`` or directly there. The sizes are checked.
  ///
  /// - Throws: ``DataError``: missing if the files are nowhere (the message says where they were
  ///   looked for and where they can be had), malformed as the layout's reader, or for other sizes
  ///   than the published.
  public func load<S: Scalar>(
    locator: DatasetLocator = DatasetLocator(), as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    guard let place = dataFiles.find(locator) else { throw dataFiles.missing(locator) }
    return try load(from: place)
  }

  /// Reads the data set from the folder that has its files. The sizes are checked.
  ///
  /// - Throws: ``DataError``: missing for a file that is not there, malformed as the layout's
  ///   reader, or for other sizes than the published.
  public func load<S: Scalar>(
    from place: URL, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    let data: NodeDataset<S> = try layout.load(name, files: files, from: place)
    if let counts, Counts(of: data) != counts {
      throw DataError.malformed(
        data.source,
        "the data set \(name) has \(Counts(of: data)); the published one has \(counts). Get the "
          + "files again")
    }
    return data
  }
}
