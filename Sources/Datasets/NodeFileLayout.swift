import Foundation
import Graph
import Tensor

/// How the files of a data set are laid out.
public protocol FileLayout: Sendable {
  /// The name in lists.
  var name: String { get }
  /// What the files hold, in a sentence.
  var note: String { get }
  /// Where the layout was published.
  var citation: String { get }
}

/// The layout of a data set of one graph with a class a node: what reads its files.
public protocol NodeFileLayout: FileLayout {
  /// Whether the files carry the one public split of Yang et al. 2016.
  var hasPublicSplit: Bool { get }
  /// Whether the files carry ten splits.
  var hasProvidedSplits: Bool { get }
  /// Whether files in this layout can hold splits, of any number.
  var mayHoldSplits: Bool { get }
  /// Whether the files lie in a folder; else there is one file.
  var isFolder: Bool { get }
  /// The files of ten splits that are published apart; nil where there are none.
  func splitFiles(_ name: String) -> DatasetFiles?
  /// The name that the files of a folder have in their own names, where they have one.
  ///
  /// - Parameter name: The name of the data, which is taken where the folder has several data sets.
  /// - Throws: ``DataError``: missing where there is none, malformed where it is not clear which.
  func nameOfFiles(_ name: String, in folder: URL) throws -> String
  /// Reads a data set.
  ///
  /// - Parameters:
  ///   - files: The files' names.
  ///   - place: The folder that has them.
  /// - Throws: ``DataError``: missing for what is not there, malformed for what is wrong.
  func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S>
}

extension NodeFileLayout {
  /// Most files carry no public split.
  public var hasPublicSplit: Bool { false }
  /// Most files carry no splits.
  public var hasProvidedSplits: Bool { false }
  /// Those that hold ten, and no others.
  public var mayHoldSplits: Bool { hasProvidedSplits }
  /// Most files are not named after the data.
  public func nameOfFiles(_ name: String, in folder: URL) throws -> String { name }
  /// Most data sets are one file.
  public var isFolder: Bool { false }
  /// Most splits are in the files, if anywhere.
  public func splitFiles(_ name: String) -> DatasetFiles? { nil }
}

/// Files of ``PPI``.
public struct PPILayout: FileLayout {
  /// The name in lists.
  public let name = "ppi"
  /// What the files hold.
  public let note =
    "For each of train, valid, test: a node-link graph in JSON, and features, labels, graph numbers "
    + "and (optional) known labels in npy; as DGL's PPIDataset."
  /// Where the layout was published.
  public let citation =
    "Hamilton, Ying & Leskovec, Inductive representation learning on large graphs, NIPS 2017"

  /// The layout.
  public init() {}
}

/// Files of ``VoxelClouds``.
public struct VoxelLayout: FileLayout {
  /// The name in lists.
  public let name = "voxels"
  /// What the files hold.
  public let note =
    "One npz archive: X_train, X_test (shapes x 32 x 32 x 32, not 0 where occupied), y_train, y_test."
  /// Where the layout was published.
  public let citation = ""

  /// The layout.
  public init() {}
}

/// Files of ``HDF5Clouds``.
public struct HDF5Layout: FileLayout {
  /// The name in lists.
  public let name = "hdf5Clouds"
  /// What the files hold.
  public let note =
    "HDF5 files with data (clouds x points x 3) and label (clouds x 1); ModelNet40's are listed in "
    + "train_files.txt and test_files.txt, and shape_names.txt has the classes."
  /// Where the layout was published.
  public let citation =
    "Qi et al., PointNet: deep learning on point sets for 3D classification and segmentation, CVPR 2017"

  /// The layout.
  public init() {}
}

/// Files of ``CloudFolder/meshes(_:in:points:seed:)``.
public struct OFFLayout: FileLayout {
  /// The name in lists.
  public let name = "off"
  /// What the files hold.
  public let note = "CLASS/train/*.off and CLASS/test/*.off, meshes in text."
  /// Where the layout was published.
  public let citation =
    "Wu et al., 3D ShapeNets: a deep representation for volumetric shapes, CVPR 2015"

  /// The layout.
  public init() {}
}

/// Files of ``CloudFolder/clouds(_:in:points:seed:testShare:splitSeed:)``.
public struct CloudFolderLayout: FileLayout {
  /// The name in lists.
  public let name = "cloudFolder"
  /// What the files hold.
  public let note =
    "CLASS/*.xyz and *.txt, a point a line, or *.npy, n x 3: coordinates come first."
  /// Where the layout was published.
  public let citation = ""

  /// The layout.
  public init() {}
}

/// Files of ``GNNBenchmark``.
public struct GNNBenchmarkLayout: NodeFileLayout {
  /// The name in lists.
  public let name = "gnn-benchmark"
  /// What the files hold.
  public let note =
    "One npz archive: adj_ (or adj_matrix.) and attr_ (or attr_matrix.) with data, indices, indptr, "
    + "shape: sparse matrices in compressed rows; the features may be one dense array attr_matrix; labels."
  /// Where the layout was published.
  public let citation =
    "Shchur et al., Pitfalls of graph neural network evaluation, 2018"

  /// The layout.
  public init() {}

  /// Reads a data set; as the reader of these files.
  public func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S> {
    try GNNBenchmark.load(name, from: Archive(path: place.appendingPathComponent(files[0]).path))
  }
}

/// Files of ``Heterophilous``.
public struct HeterophilousLayout: NodeFileLayout {
  /// The name in lists.
  public let name = "heterophilous"
  /// What the files hold.
  public let note =
    "One npz archive: node_features, node_labels, edges, and splits as masks: train_masks, "
    + "val_masks, test_masks."
  /// Where the layout was published.
  public let citation =
    "Platonov et al., A critical look at the evaluation of GNNs under heterophily, ICLR 2023"
  /// The files carry ten splits.
  public let hasProvidedSplits = true

  /// The layout.
  public init() {}

  /// Reads a data set; as the reader of these files.
  public func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S> {
    try Heterophilous.load(name, from: Archive(path: place.appendingPathComponent(files[0]).path))
  }
}

/// Files of ``Planetoid``.
public struct PlanetoidLayout: NodeFileLayout {
  /// The name in lists.
  public let name = "planetoid"
  /// What the files hold.
  public let note =
    "Python pickles ind.NAME.{allx, ally, tx, ty, graph, ...}, with the public split; ten splits of "
    + "Geom-GCN beside them."
  /// Where the layout was published.
  public let citation =
    "Yang, Cohen & Salakhutdinov, Revisiting semi-supervised learning with graph embeddings, "
    + "ICML 2016"
  /// The files carry the public split.
  public let hasPublicSplit = true
  /// There is a file for each part.
  public let isFolder = true

  /// That of `ind.NAME.graph`.
  public func nameOfFiles(_ name: String, in folder: URL) throws -> String {
    let names = try FileListing.names(of: folder.path).compactMap { file -> String? in
      guard file.hasPrefix("ind."), file.hasSuffix(".graph"), file.count > 10 else { return nil }
      return String(file.dropFirst(4).dropLast(6))
    }
    if names.count == 1 || names.contains(name) { return names.count == 1 ? names[0] : name }
    guard !names.isEmpty else {
      throw DataError.missing(folder.path, "there is no file ind.NAME.graph")
    }
    throw DataError.malformed(
      folder.path,
      "there are the data sets \(names.joined(separator: ", ")), but not \(name); give the data the name of "
        + "one of them")
  }

  /// The layout.
  public init() {}

  /// The files of the splits of Geom-GCN.
  public func splitFiles(_ name: String) -> DatasetFiles? {
    DatasetFiles(
      name: "\(name), splits of Geom-GCN", folder: "geom-gcn/splits",
      files: (0..<10).map { GeomGCN.splitFile(name, $0) },
      url: "https://raw.githubusercontent.com/graphdml-uiuc-jlu/geom-gcn/master/splits/")
  }

  /// Reads a data set; as the reader of these files.
  public func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S> {
    try Planetoid.load(name, from: FolderBundle(folder: place))
  }
}

/// Files of ``GeomGCN``.
public struct GeomGCNLayout: NodeFileLayout {
  /// The name in lists.
  public let name = "geom-gcn"
  /// What the files hold.
  public let note = "A folder of text: out1_graph_edges.txt and out1_node_feature_label.txt."
  /// Where the layout was published.
  public let citation =
    "Pei et al., Geom-GCN: geometric graph convolutional networks, ICLR 2020"
  /// There is a file of edges and one of nodes.
  public let isFolder = true

  /// The layout.
  public init() {}

  /// Reads a data set; as the reader of these files.
  public func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S> {
    try GeomGCN.load(name, from: FolderBundle(folder: place))
  }
}

/// Files of ``ArrayGraph``.
public struct ArrayLayout: NodeFileLayout {
  /// The name in lists.
  public let name = "npz"
  /// What the files hold.
  public let note =
    "One npz archive of plain arrays, as PyTorch Geometric names them: x, edge_index, y, and "
    + "(optional) train_mask, val_mask, test_mask."
  /// Nobody's publication.
  public let citation = ""
  /// Masks are optional.
  public let mayHoldSplits = true

  /// The layout.
  public init() {}

  /// Reads a data set; as the reader of these files.
  public func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S> {
    try ArrayGraph.load(name, from: Archive(path: place.appendingPathComponent(files[0]).path))
  }
}

/// Files of ``CSVGraph``.
public struct CSVLayout: NodeFileLayout {
  /// The name in lists.
  public let name = "csv"
  /// What the files hold.
  public let note =
    "A folder of tables in text: nodes.csv (id, label, features), edges.csv (source, target), and "
    + "(optional) split.csv (id, part)."
  /// Nobody's publication.
  public let citation = ""
  /// The table of parts is optional.
  public let mayHoldSplits = true
  /// There is a table of nodes and one of edges.
  public let isFolder = true

  /// The layout.
  public init() {}

  /// Reads a data set; as the reader of these files.
  public func load<S: Scalar>(
    _ name: String, files: [String], from place: URL
  ) throws -> NodeDataset<S> {
    try CSVGraph.load(name, from: FolderBundle(folder: place))
  }
}

extension NodeFileLayout {
  /// Reads a data set that is at a path: a file, or the folder of several.
  ///
  /// - Throws: ``DataError``: missing where there is nothing at the path; malformed where it is a file
  ///   and the layout is one of a folder, or the other way round, and as the layout's reader, with what
  ///   the layout wants.
  package func load<S: Scalar>(_ name: String, at path: String) throws -> NodeDataset<S> {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw DataError.missing(path, "there is no such file or folder")
    }
    guard isDirectory.boolValue == isFolder else {
      let contents = isFolder ? "" : " with \(FileListing.words(of: path))"
      throw DataError.malformed(
        path,
        "this is a \(isFolder ? "file" : "folder\(contents)"); the layout \(self.name) is one of a "
          + "\(isFolder ? "folder" : "file"): \(note)")
    }
    let url = URL(fileURLWithPath: path)
    do {
      return isFolder
        ? try load(nameOfFiles(name, in: url), files: [], from: url).renamed(name)
        : try load(
          name, files: [url.lastPathComponent], from: url.deletingLastPathComponent())
    } catch let error as DataError where error.isMissing {
      throw FileListing.wrongLayout(error, path: path, layout: self)
    }
  }
}

extension PPILayout {
  /// Reads graphs that are at a path: a folder, or a zip archive of one.
  ///
  /// - Throws: ``DataError``: missing where there is nothing at the path; malformed as ``PPI``.
  package func load(_ name: String, at path: String) throws -> GraphDataset<Float> {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw DataError.missing(path, "there is no such file or folder")
    }
    do {
      let data = try PPI.load(
        from: isDirectory.boolValue
          ? FolderBundle(folder: URL(fileURLWithPath: path)) : Archive(path: path))
      return GraphDataset(
        name: name, source: data.source, isSynthetic: false, train: data.train, valid: data.valid,
        test: data.test)
    } catch let error as DataError where error.isMissing {
      throw FileListing.wrongLayout(error, path: path, layout: self)
    }
  }
}
