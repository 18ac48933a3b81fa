import Foundation
import Graph
import Tensor

/// Clouds in HDF5 files, as ModelNet40 is distributed: `data` (clouds x points x 3, floats) and `label`
/// (clouds, or clouds x 1; integers). Of each cloud the first points are taken.
public enum HDF5Clouds {
  /// The files of both parts, and the classes in them.
  public struct Files: Sendable {
    /// Paths of those to train on.
    public var train: [String]
    /// Paths of those to test on.
    public var test: [String]
    /// The names of the classes, in the order of labels.
    public var classNames: [String]

    /// Files by their paths.
    public init(train: [String], test: [String], classNames: [String]) {
      self.train = train
      self.test = test
      self.classNames = classNames
    }

    /// The files that `train_files.txt` and `test_files.txt` in a folder list, one a line, of which the
    /// last path component counts; the classes are the lines of `shape_names.txt`.
    ///
    /// - Throws: ``DataError``.
    public init(listedIn folder: URL) throws {
      let bundle = FolderBundle(folder: folder)
      func lines(_ name: String) throws -> [String] {
        let lines = try TextLines(bundle.read(name), location: bundle.location(of: name))
          .map { $0.text.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard !lines.isEmpty else {
          throw DataError.malformed(bundle.location(of: name), "the file is empty")
        }
        return lines
      }
      func files(_ list: String) throws -> [String] {
        try lines(list).map {
          folder.appending(path: URL(filePath: $0).lastPathComponent).path
        }
      }
      train = try files("train_files.txt")
      test = try files("test_files.txt")
      classNames = try lines("shape_names.txt")
    }
  }

  /// Reads all clouds.
  ///
  /// - Throws: ``DataError``: missing for a file that is not there, malformed for one whose contents
  ///   are wrong, and where clouds have fewer than `points` points.
  public static func load(
    _ name: String, from files: Files, source: String, points: Int
  ) throws -> PointCloudSet {
    var set = PointCloudSet(name: name, source: source, classNames: files.classNames)
    set.train = try files.train.flatMap { try clouds($0, files.classNames.count, points) }
    set.test = try files.test.flatMap { try clouds($0, files.classNames.count, points) }
    return set
  }

  private static func clouds(
    _ path: String, _ classCount: Int, _ points: Int
  ) throws -> [PointCloud] {
    let size =
      try FileManager.default.fileExists(atPath: path)
      ? OrdinaryFile.size(path, location: path) : 0
    return try HDF5File.reading(path) { file in
      let data = try file.array("data", .float)
      let label = try file.array("label", .integer)
      guard data.shape.count == 3, data.shape[2] == 3 else {
        throw DataError.malformed(
          data.location, "the array has the shape \(data.shape); clouds x points x 3 was expected")
      }
      let count = data.shape[0]
      guard label.shape == [count] || label.shape == [count, 1] else {
        throw DataError.malformed(
          label.location,
          "the array has the shape \(label.shape); a label for each of the \(count) "
            + "clouds was expected")
      }
      guard data.shape[1] >= points else {
        throw DataError.malformed(
          data.location, "clouds have \(data.shape[1]) points, and data.points asks for \(points)")
      }
      // Even of equal numbers a cloud takes more than a byte, whatever the compression.
      guard count <= size else {
        throw DataError.malformed(
          data.location, "a file of \(size) bytes says that it has \(count) clouds; it is damaged")
      }
      let labels = try label.integers(label.shape)
      if let place = labels.firstIndex(where: { $0 < 0 || $0 >= classCount }) {
        throw DataError.malformed(
          label.location,
          "the label of cloud \(place) (counted from 0) is \(labels[place]); the names of "
            + "\(classCount) classes, labelled from 0, are known")
      }
      let numbers = try data.floats([count, points, 3])
      return (0..<count).map { k in
        PointCloud(
          points: Matrix(points, 3, Array(numbers[(3 * points * k)..<(3 * points * (k + 1))])),
          label: Int(labels[k]))
      }
    }
  }
}
