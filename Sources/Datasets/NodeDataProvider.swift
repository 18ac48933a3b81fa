import Foundation
import Graph
import Tensor

/// Gets a data set of one graph from wherever it can be had: a folder of the user's, the cache, the
/// network, or, if that is wanted, a generated stand-in.
public struct NodeDataProvider {
  /// What to do when the data are nowhere and cannot be downloaded.
  public enum Fallback: Equatable, Sendable {
    /// Generate a stand-in of this shape.
    case synthetic(shape: SyntheticNodeShape, seed: UInt64)
    /// Stop with an error that says where the data were sought and how to get them.
    case fail
  }

  /// What to look for.
  public var benchmark: NodeBenchmark
  /// Where to look.
  public var locator: DatasetLocator
  /// Whether the network must not be used.
  public var offline: Bool
  /// What to do when the data cannot be had.
  public var onMissing: Fallback
  /// How long to wait for the network.
  public var patience = DatasetDownload.Patience()
  /// Told in a sentence what is being done.
  public var log: (String) -> Void = { _ in }
  /// Told how far the download of a file is.
  public var progress: DatasetDownload.Progress?

  /// A provider.
  public init(
    _ benchmark: NodeBenchmark, locator: DatasetLocator, offline: Bool, onMissing: Fallback
  ) {
    self.benchmark = benchmark
    self.locator = locator
    self.offline = offline
    self.onMissing = onMissing
  }

  /// The data set with the splits that its files carry, or its stand-in, which has none.
  ///
  /// Data that are found but damaged are an error, never a reason for a stand-in.
  ///
  /// - Throws: ``DataError``: missing if the data are not in the folder that the user gave, or are
  ///   nowhere and no stand-in is wanted; malformed if files are damaged or of other sizes.
  public func dataset<S: Scalar>(as type: S.Type = S.self) throws -> NodeDataset<S> {
    let place: URL
    do {
      place = try get(benchmark.dataFiles) { _ = try benchmark.load(from: $0, as: S.self) }
    } catch let error as DataError where error.isMissing && locator.directory == nil {
      guard case .synthetic(let shape, let seed) = onMissing else { throw error }
      log("\(error); going on with a synthetic stand-in, seed \(seed)")
      return try SyntheticNodeGraph.generate(
        name: "\(benchmark.name)-synthetic", shape: shape, seed: seed)
    }
    return try advising(benchmark.dataFiles) { try benchmark.load(from: place) }
  }

  /// The ten splits that are published with the data.
  ///
  /// - Throws: ``DataError``: missing if they are in files of their own that cannot be had,
  ///   malformed if those are damaged or do not fit the data.
  public func providedSplits<S: Scalar>(of data: NodeDataset<S>) throws -> [NodeSplit] {
    guard let files = benchmark.splitFiles else { return data.splits }
    func read(_ folder: URL) throws -> [NodeSplit] {
      try GeomGCN.splits(of: benchmark.name, known: data.known, folder: folder.path)
    }
    let place = try get(files) { _ = try read($0) }
    return try advising(files) { try read(place) }
  }

  /// The folder that has the files, once they are downloaded if need be.
  private func get(_ files: DatasetFiles, check: (URL) throws -> Void) throws -> URL {
    if let place = files.find(locator) { return place }
    guard locator.directory == nil else { throw files.missing(locator) }
    for place in locator.searched {
      log("\(files.name) is not in \(place.path) (\(place.origin))")
    }
    guard !offline else {
      throw files.missing(locator, reason: "nothing was downloaded, because of --offline")
    }
    let folder = files.cacheFolder(locator)
    do {
      if files.url != nil { log("downloading \(files.name) to \(folder.path)") }
      try DatasetDownload.fetch(
        files, to: folder, patience: patience, progress: progress, check: check)
    } catch let error as DataError {
      throw files.missing(locator, reason: error.description)
    }
    return folder
  }

  /// Reads; says what to do about damaged files of the cache.
  private func advising<R>(_ files: DatasetFiles, read: () throws -> R) throws -> R {
    do {
      return try read()
    } catch var error as DataError where error.location.hasPrefix(locator.cacheDirectory) {
      let names = files.files.joined(separator: ", ")
      error.message +=
        "; remove \(names) from \(files.cacheFolder(locator).path) to have them downloaded again"
      throw error
    }
  }
}
