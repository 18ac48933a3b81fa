import Foundation
import Graph
import Tensor

/// Shapes as grids of occupied voxels, in an npz archive: `X_train`, `X_test` (shapes x depth x height
/// x width, integers or booleans, occupied where not 0), `y_train`, `y_test` (their classes).
///
/// A cloud is drawn from a shape's **surface**: occupied voxels with an empty one, or the grid's end,
/// among their six neighbours. Each point lies anywhere within its voxel, with the same density; where
/// there are fewer voxels than points, voxels are drawn with replacement. Shapes without a voxel are
/// left out and counted.
public enum VoxelClouds {
  /// Reads the archive.
  ///
  /// - Parameters:
  ///   - points: Points of a cloud.
  ///   - seed: What points are drawn by, with the part and the shape's place in it.
  /// - Throws: ``DataError``: missing for an array that is not there, malformed for one whose contents
  ///   are wrong or do not fit the others.
  public static func load(
    _ name: String, from files: FileBundle, classNames: [String], points: Int, seed: UInt64
  ) throws -> PointCloudSet {
    var set = PointCloudSet(name: name, source: files.location, classNames: classNames)
    let training = try part("train", of: files, classNames.count, points, seed)
    let testing = try part("test", of: files, classNames.count, points, seed)
    (set.train, set.test) = (training.clouds, testing.clouds)
    if training.empty + testing.empty > 0 {
      set.remarks.append(
        "\(training.empty) training and \(testing.empty) test shapes without a voxel are left out")
    }
    if training.sparse + testing.sparse > 0 {
      set.remarks.append(
        "\(training.sparse) training and \(testing.sparse) test shapes have fewer than \(points) "
          + "surface voxels, which are drawn with replacement")
    }
    return set
  }

  private static func part(
    _ part: String, of files: FileBundle, _ classCount: Int, _ points: Int, _ seed: UInt64
  ) throws -> (clouds: [PointCloud], empty: Int, sparse: Int) {
    let labelArray = try files.array("y_\(part).npy")
    let labels = try labelArray.integers()
    if let place = labels.firstIndex(where: { !(0..<classCount).contains($0) }) {
      throw DataError.malformed(
        labelArray.location,
        "the label of shape \(place) is \(labels[place]); classes from 0 to \(classCount - 1) were "
          + "expected")
    }
    let file = "X_\(part).npy"
    let head = try files.head(of: file, count: NPYLayout.headBytes)
    let layout = try NPYLayout(
      head: head.bytes, fileSize: head.size, dimensions: 4...4, location: files.location(of: file))
    try layout.require(rows: labels.count, as: "\(labelArray.location) has \(labels.count) labels")
    if case .float = layout.element {
      throw DataError.malformed(
        layout.location, "voxels are \(layout.element.name); integers or booleans were expected")
    }
    guard !layout.isColumnMajor else {
      throw DataError.malformed(
        layout.location, "the array is in Fortran order; C order, shape after shape, can be read")
    }
    let extents = Array(layout.shape[1...])
    guard extents.allSatisfy({ (1...1024).contains($0) }) else {
      throw DataError.malformed(
        layout.location, "grids are \(layout.shapeText); extents from 1 to 1,024 were expected")
    }
    // Where there is a shape, a grid is no larger than the file; of no shapes it could have any size.
    guard !labels.isEmpty else { return ([], 0, 0) }
    var grid = VoxelGrid(extents: extents)
    var (clouds, empty, sparse): ([PointCloud], Int, Int) = ([], 0, 0)
    try files.read(file).withUnsafeBytes { bytes in
      let shapeBytes = grid.count * layout.element.size
      for (place, label) in labels.enumerated() {
        let start = layout.start + place * shapeBytes
        grid.fill(
          UnsafeRawBufferPointer(rebasing: bytes[start..<start + shapeBytes]),
          elementSize: layout.element.size)
        let surface = grid.surface
        guard !surface.isEmpty else {
          empty += 1
          continue
        }
        if surface.count < points { sparse += 1 }
        let stream = RandomStream(seed: seed, purpose: "voxel points \(part)", step: place)
        clouds.append(
          PointCloud(points: grid.draw(points, of: surface, by: stream), label: label))
      }
    }
    return (clouds, empty, sparse)
  }
}

/// Which voxels of a grid are occupied.
struct VoxelGrid {
  /// Depth, height and width.
  let extents: [Int]
  private var isOccupied: [Bool]

  var count: Int { isOccupied.count }

  /// An empty grid.
  init(extents: [Int]) {
    self.extents = extents
    isOccupied = [Bool](repeating: false, count: extents.reduce(1, *))
  }

  /// Takes the elements of an array: a voxel is occupied where a byte of its number is not 0.
  mutating func fill(_ bytes: UnsafeRawBufferPointer, elementSize: Int) {
    isOccupied.withUnsafeMutableBufferPointer { voxels in
      for voxel in 0..<voxels.count {
        var any: UInt8 = 0
        for byte in 0..<elementSize { any |= bytes[voxel * elementSize + byte] }
        voxels[voxel] = any != 0
      }
    }
  }

  /// Occupied voxels with an empty neighbour, in the order of the grid.
  var surface: [Int] {
    let (depth, height, width) = (extents[0], extents[1], extents[2])
    var found: [Int] = []
    isOccupied.withUnsafeBufferPointer { voxels in
      for z in 0..<depth {
        for y in 0..<height {
          for x in 0..<width {
            let voxel = (z * height + y) * width + x
            guard voxels[voxel] else { continue }
            let isInside =
              z > 0 && z < depth - 1 && y > 0 && y < height - 1 && x > 0 && x < width - 1
              && voxels[voxel - 1] && voxels[voxel + 1] && voxels[voxel - width]
              && voxels[voxel + width] && voxels[voxel - height * width]
              && voxels[voxel + height * width]
            if !isInside { found.append(voxel) }
          }
        }
      }
    }
    return found
  }

  /// Points within some of the voxels, whose side is 1; coordinates in the order of the extents.
  func draw(_ points: Int, of surface: [Int], by stream: RandomStream) -> Matrix<Float> {
    var random = stream.generator()
    var cloud = Matrix<Float>(uninitialized: points, 3)
    let target = cloud.mutablePointer
    for (row, place) in random.choice(of: points, from: surface.count).enumerated() {
      let voxel = surface[place]
      let corner = [
        voxel / (extents[1] * extents[2]), voxel / extents[2] % extents[1], voxel % extents[2],
      ]
      for axis in 0..<3 {
        target[3 * row + axis] = Float(Double(corner[axis]) + random.uniform())
      }
    }
    return cloud
  }
}
