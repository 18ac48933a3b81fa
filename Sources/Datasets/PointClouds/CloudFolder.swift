import Foundation
import Graph
import Tensor

/// Clouds and meshes in a folder that has a folder for each class.
public enum CloudFolder {
  /// Meshes as ModelNet is distributed: `CLASS/train/*.off` and `CLASS/test/*.off`. Points are drawn
  /// from their surface; ``OFFMesh``.
  ///
  /// - Throws: ``DataError``: missing where there are no meshes, malformed for a file that is wrong.
  public static func meshes(
    _ name: String, in folder: URL, points: Int, seed: UInt64
  ) throws -> PointCloudSet {
    let classes = try classFolders(in: folder)
    var set = PointCloudSet(
      name: name, source: folder.path, classNames: classes.map(\.lastPathComponent))
    func clouds(_ part: String) throws -> [PointCloud] {
      let clouds = try classes.enumerated().flatMap { label, place in
        try files(in: place.appending(path: part), endings: ["off"]).map { file in
          let mesh = try OFFMesh(parsing: read(file), location: file.path)
          let stream = RandomStream(
            seed: seed, purpose: "mesh points \(place.lastPathComponent)/\(file.lastPathComponent)")
          return PointCloud(points: try mesh.draw(points, by: stream), label: label)
        }
      }
      guard !clouds.isEmpty else {
        throw DataError.missing(folder.path, "no class has a file \(part)/*.off")
      }
      return clouds
    }
    (set.train, set.test) = (try clouds("train"), try clouds("test"))
    return set
  }

  /// Clouds of `CLASS/*.xyz`, `.txt` (a point a line, its first three numbers) and `.npy` (n x 3 or
  /// more). Of clouds with more points than are asked for, so many are drawn; those with fewer have all
  /// theirs, and draw the rest of them again. Parts are drawn by class.
  ///
  /// - Parameters:
  ///   - testShare: The share of each class to test on; of two or more clouds at least one, and at
  ///     least one is trained on.
  ///   - seed: What points are drawn by.
  ///   - splitSeed: What parts are drawn by.
  /// - Throws: ``DataError``: missing where there are no clouds, malformed for a file that is wrong.
  public static func clouds(
    _ name: String, in folder: URL, points: Int, seed: UInt64, testShare: Double, splitSeed: UInt64
  ) throws -> PointCloudSet {
    let classes = try classFolders(in: folder)
    var set = PointCloudSet(
      name: name, source: folder.path, classNames: classes.map(\.lastPathComponent))
    var sparse = 0
    for (label, place) in classes.enumerated() {
      let clouds = try files(in: place, endings: ["xyz", "txt", "npy"]).map { file in
        let all = try Self.points(parsing: read(file), of: file)
        if all.rows < points { sparse += 1 }
        var random = RandomStream(
          seed: seed, purpose: "cloud points \(place.lastPathComponent)/\(file.lastPathComponent)"
        ).generator()
        let order =
          all.rows < points
          ? Array(0..<all.rows) + random.choice(of: points - all.rows, from: all.rows)
          : random.choice(of: points, from: all.rows)
        let numbers = order.flatMap { row in (0..<3).map { all[row, $0] } }
        return PointCloud(points: Matrix(points, 3, numbers), label: label)
      }
      var random = RandomStream(
        seed: splitSeed, purpose: "cloud split \(place.lastPathComponent)"
      ).generator()
      let order = random.permutation(clouds.count)
      let share = Int((testShare * Double(clouds.count)).rounded())
      let count = clouds.count < 2 ? 0 : min(max(1, share), clouds.count - 1)
      set.test += order.prefix(count).sorted().map { clouds[$0] }
      set.train += order.dropFirst(count).sorted().map { clouds[$0] }
    }
    guard !set.test.isEmpty else {
      throw DataError.missing(
        folder.path,
        "no class has two clouds (*.xyz, *.txt, *.npy), one to train and one to test on")
    }
    if sparse > 0 {
      set.remarks.append(
        "\(sparse) clouds have fewer than \(points) points, some of which are drawn again")
    }
    return set
  }

  /// The points of a cloud's file, whose ending says how they are written.
  ///
  /// - Throws: ``DataError`` (malformed).
  static func points(parsing bytes: [UInt8], of file: URL) throws -> Matrix<Float> {
    let points: Matrix<Float>
    if file.pathExtension == "npy" {
      points = try NPYArray(parsing: bytes, location: file.path).matrix()
      guard points.columns >= 3 || points.rows == 0 else {
        throw DataError.malformed(
          file.path, "the array has \(points.columns) columns; 3 coordinates were expected")
      }
    } else {
      var lines = try NumberLines(bytes, location: file.path)
      var numbers: [Float] = []
      while let line = lines.next() { numbers += try line.numbers(3).map { Float($0) } }
      points = Matrix(numbers.count / 3, 3, numbers)
    }
    guard points.rows >= 2 else {
      throw DataError.malformed(
        file.path, "the cloud has \(points.rows) points; two or more were expected")
    }
    guard points.isFinite else {
      throw DataError.malformed(file.path, "a coordinate is no finite number")
    }
    return points
  }

  /// The files that all clouds of a folder are made of, for their digest; in order.
  ///
  /// - Throws: ``DataError``.
  package static func allFiles(in folder: URL) throws -> [URL] {
    try classFolders(in: folder).flatMap { place in
      try ["", "train", "test"].flatMap {
        try files(in: place.appending(path: $0), endings: ["off", "xyz", "txt", "npy"])
      }
    }
  }

  private static func classFolders(in folder: URL) throws -> [URL] {
    let folders = try contents(of: folder).filter(\.hasDirectoryPath)
    guard folders.count >= 2 else {
      throw DataError.missing(
        folder.path,
        "there are \(folders.count) folders in it; one for each of two or more classes "
          + "was expected")
    }
    return folders
  }

  private static func files(in folder: URL, endings: Set<String>) throws -> [URL] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try contents(of: folder).filter { endings.contains($0.pathExtension.lowercased()) }
  }

  /// What is in a folder and not hidden, by name.
  private static func contents(of folder: URL) throws -> [URL] {
    do {
      return try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles
      ).sorted { $0.lastPathComponent < $1.lastPathComponent }
    } catch {
      throw DataError.missing(
        folder.path, "the folder cannot be read (\(error.localizedDescription))")
    }
  }

  private static func read(_ file: URL) throws -> [UInt8] {
    try FolderBundle(folder: file.deletingLastPathComponent()).read(file.lastPathComponent)
  }
}
