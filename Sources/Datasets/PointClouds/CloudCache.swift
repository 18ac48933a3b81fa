import Foundation
import Tensor

/// Clouds that were read before, kept so that they need not be parsed and drawn again.
///
/// A file is believed only where the digest of its own bytes is right, and where it was made from files
/// of the same content, by the same version of the reader, with the same settings: its key. Each choice
/// of settings has a file of its own, so that runs with other numbers of points do not replace each
/// other's in turn; a source that changes replaces those that were made from it.
public struct CloudCache {
  /// The folder of the files.
  private let folder: URL
  /// Told in a sentence what is being done.
  public var log: (String) -> Void = { _ in }

  /// To be raised when a reader makes other clouds of the same files.
  private static let version = 1

  /// The cache in the folder that downloads go to.
  public init(_ locator: DatasetLocator) {
    folder = URL(filePath: locator.cacheDirectory).appending(path: "clouds")
  }

  /// The clouds that `read` gives, from the cache where it has them.
  ///
  /// - Parameters:
  ///   - name: The data set; the file's name begins with it.
  ///   - source: Where the clouds come from, for a person.
  ///   - files: All files that they are made from.
  ///   - settings: What else they depend on, and where they lie if data sets of this name lie in
  ///     several places.
  /// - Throws: ``DataError`` for a file that cannot be read; what `read` throws. Nothing where the cache
  ///   cannot be read or written.
  public func clouds(
    _ name: String, source: String, files: [URL], settings: [String],
    read: () throws -> PointCloudSet
  ) throws -> PointCloudSet {
    let key = try Self.key(files, [name] + settings)
    let url = folder.appending(path: "\(name)-\(Self.digest(of: settings)).safetensors")
    if let kept = kept(at: url, key: key, name: name, source: source) { return kept }
    let set = try read()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      _ = try file(of: set, key: key).write(to: url)
    } catch {
      log("clouds could not be kept in \(url.path) (\(error))")
    }
    return set
  }

  /// Sixteen digits that other settings do not have.
  private static func digest(of settings: [String]) -> String {
    let digest = SHA256()
    for setting in settings { digest.update("\(setting.utf8.count) \(setting)") }
    return String(digest.finish().prefix(16))
  }

  private static func key(_ files: [URL], _ settings: [String]) throws -> String {
    let digest = SHA256()
    digest.update([version, settings.count, files.count])
    for setting in settings { digest.update("\(setting.utf8.count) \(setting)") }
    for file in files {
      let bundle = FolderBundle(folder: file.deletingLastPathComponent())
      // With the folders that say class and part.
      let place = file.pathComponents.suffix(3).joined(separator: "/")
      digest.update("\(place.utf8.count) \(place)")
      let bytes = try bundle.read(file.lastPathComponent)
      digest.update([bytes.count])
      digest.update(bytes)
    }
    return digest.finish()
  }

  /// The set in a file, or nil where there is none of this key.
  private func kept(at url: URL, key: String, name: String, source: String) -> PointCloudSet? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      let file = try SafetensorsFile(contentsOf: url, sealed: true)
      guard file.metadata["key"] == key, let classes = file.metadata["classes"],
        let remarks = file.metadata["remarks"]
      else {
        log("\(url.path) was made from other files; reading \(source) anew")
        return nil
      }
      var set = PointCloudSet(name: name, source: source, classNames: Self.list(classes))
      set.remarks = Self.list(remarks)
      set.train = try Self.clouds("train", in: file)
      set.test = try Self.clouds("test", in: file)
      return set
    } catch {
      log("\(error); reading \(source) anew")
      return nil
    }
  }

  private func file(of set: PointCloudSet, key: String) -> SafetensorsFile {
    var file = SafetensorsFile(metadata: [
      "key": key, "classes": set.classNames.joined(separator: "\n"),
      "remarks": set.remarks.joined(separator: "\n"),
    ])
    for (part, clouds) in [("train", set.train), ("test", set.test)] {
      file.set(Matrix.stacked(clouds.map(\.points)), named: "\(part).points")
      file.set(clouds.map(\.points.rows), named: "\(part).counts")
      file.set(clouds.map(\.label), named: "\(part).labels")
    }
    return file
  }

  private static func clouds(_ part: String, in file: SafetensorsFile) throws -> [PointCloud] {
    let points: Matrix<Float> = try file.matrix(named: "\(part).points")
    var start = 0
    return try zip(
      file.integers(named: "\(part).counts"), file.integers(named: "\(part).labels")
    ).map { count, label in
      defer { start += count }
      return PointCloud(points: points.slice(rows: start..<start + count), label: label)
    }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }
}
