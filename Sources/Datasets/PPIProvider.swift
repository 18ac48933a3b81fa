import Foundation
import Graph
import Tensor

/// Gets PPI from wherever it can be had: a folder of the user's, the cache, the network, or, if
/// that is wanted, a synthetic stand-in.
public struct PPIProvider {
  /// What to do when the data are nowhere and cannot be downloaded.
  public enum Fallback: Equatable, Sendable {
    /// Generate a stand-in of this shape.
    case synthetic(shape: SyntheticPPIShape, seed: UInt64)
    /// Stop with an error that says where the data were sought and how to get them.
    case fail
  }

  /// Where to look.
  public var locator: DatasetLocator
  /// Whether the network must not be used.
  public var offline: Bool
  /// What to do when the data cannot be had.
  public var onMissing: Fallback
  /// How long to wait for the network.
  public var patience = DatasetDownload.Patience()
  /// What to look for and where to download it.
  public var descriptor = PPI.descriptor
  /// Told in a sentence what is being done.
  public var log: (String) -> Void = { _ in }
  /// Told how far a download is.
  public var progress: DatasetDownload.Progress?

  /// A provider.
  public init(locator: DatasetLocator, offline: Bool, onMissing: Fallback) {
    self.locator = locator
    self.offline = offline
    self.onMissing = onMissing
  }

  /// The data set, or its stand-in.
  ///
  /// Data that are found but damaged are an error, never a reason for a stand-in.
  ///
  /// - Throws: ``DataError``: missing if the data are not in the folder that the user gave, or are
  ///   nowhere and no stand-in is wanted; malformed if files are damaged or do not fit each other.
  public func dataset() throws -> GraphDataset<Float> {
    do {
      if let files = try locator.find(descriptor) { return try load(files) }
    } catch var error as DataError
      where locator.directory == nil && error.location.hasPrefix(locator.cacheDirectory)
    {
      let archive = locator.cachedArchive(of: descriptor).path
      error.message += "; remove \(archive) to have it downloaded again"
      throw error
    }
    for place in locator.searched {
      log("\(descriptor.name) is not in \(place.path) (\(place.origin))")
    }
    let reason: String
    do {
      return try download()
    } catch let error as DataError where error.isMissing {
      reason = error.description
    }
    switch onMissing {
    case .synthetic(let shape, let seed):
      log("\(reason); going on with a synthetic stand-in, seed \(seed)")
      return try PPI.synthetic(shape: shape, seed: seed)
    case .fail:
      throw DataError.missing("", missingMessage(reason))
    }
  }

  private func load(_ files: FileBundle) throws -> GraphDataset<Float> {
    let dataset = try PPI.load(from: files)
    let counts = DatasetDescriptor.Counts(of: dataset)
    if counts != descriptor.counts {
      log(
        "\(files.location) is not the published \(descriptor.name): it has \(counts); published "
          + "are \(descriptor.counts)")
    }
    return dataset
  }

  private func download() throws -> GraphDataset<Float> {
    if offline { throw DataError.missing("", "nothing was downloaded, because of --offline") }
    let archive = locator.cachedArchive(of: descriptor)
    log("downloading \(descriptor.name) to \(archive.path)")
    try DatasetDownload.fetch(descriptor, to: archive, patience: patience, progress: progress) {
      file in
      let counts = DatasetDescriptor.Counts(of: try PPI.load(from: Archive(path: file.path)))
      guard counts == descriptor.counts else {
        throw DataError.malformed(
          "",
          "what was downloaded is not the published data set: it has \(counts); expected were "
            + "\(descriptor.counts)")
      }
    }
    return try load(Archive(path: archive.path))
  }

  private func missingMessage(_ reason: String) -> String {
    var looked = locator.searched.map { "  \($0.path) (\($0.origin))" }
    if locator.environmentDirectory == nil {
      looked.append("  ($\(DatasetLocator.variable) is not set)")
    }
    let urls = descriptor.urls.map { "  \($0.absoluteString)" }
    return """
      the data set \(descriptor.name) is missing. These folders were searched for \
      \(DatasetLocator.places(of: descriptor).joined(separator: ", ")):
      \(looked.joined(separator: "\n"))
      and \(reason).
      To get it, download
      \(urls.joined(separator: "\n"))
      into a folder and give that folder with --data or $\(DatasetLocator.variable); or set \
      "onMissing": "synthetic" to go on with a synthetic stand-in.
      """
  }
}
