import Foundation
import Graph
import Tensor
import Testing

@testable import Datasets
@testable import TestSupport

/// Four clouds of five points, of two classes.
private func tinyClouds() -> PointCloudSet {
  var set = PointCloudSet(name: "tiny", source: "here", classNames: ["a", "b"])
  let clouds = (0..<10).map { k in
    PointCloud(points: .normal(5, 3, stream: RandomStream(seed: 1, purpose: "\(k)")), label: k % 2)
  }
  (set.train, set.test) = (Array(clouds[..<8]), Array(clouds[8...]))
  return set
}

@Suite struct DatasetCloudTests {
  @Test func cloudsOnTheUnitSphere() {
    let stream = RandomStream(seed: 3, purpose: "cloud")
    var points = Matrix<Float>.normal(50, 3, deviation: 7, stream: stream)
    for i in 0..<50 { points[i, 1] += 1_000 }
    let x = PointCloud(points: points, label: 2).onUnitSphere()
    #expect(x.label == 2)
    let radii = (0..<50).map { i in
      (0..<3).reduce(0.0) { $0 + Double(x.points[i, $1] * x.points[i, $1]) }.squareRoot()
    }
    #expect(abs(radii.max()! - 1) < 1e-6)
    for axis in 0..<3 {
      let mean = (0..<50).reduce(0.0) { $0 + Double(x.points[$1, axis]) } / 50
      #expect(abs(mean) < 1e-6)
    }
    // Shape is kept: distances have one ratio.
    func distance(_ m: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
      (0..<3).reduce(0.0) { $0 + pow(Double(m[i, $1]) - Double(m[j, $1]), 2) }.squareRoot()
    }
    let ratio = distance(x.points, 0, 1) / distance(points, 0, 1)
    #expect(abs(distance(x.points, 7, 31) / distance(points, 7, 31) - ratio) < 1e-5)
  }

  @Test func pointsAtOnePlaceStayFinite() {
    let cloud = PointCloud(points: Matrix(repeating: 0.1, 7, 3), label: 0)
    #expect(cloud.isOnePoint)
    #expect(cloud.onUnitSphere().points == Matrix(zeros: 7, 3))
    var other = cloud
    other.points[6, 2] = 0.2
    #expect(!other.isOnePoint)
  }

  @Test func cloudsAreGraphsWithATargetEach() throws {
    let set = tinyClouds()
    let parts = try set.dataset(validation: .test)
    #expect(parts.train.count == 8 && parts.test.count == 2 && parts.valid.count == 2)
    #expect(parts.valid[1].graph === parts.test[1].graph)
    #expect(parts.nodeCount == 50 && parts.edgeCount == 0 && parts.labelledShare == 1)
    #expect(parts.featureCount == 3 && parts.labelCount == 2)
    for (sample, cloud) in zip(parts.train, set.train) {
      #expect(sample.graph.nodeCount == 5 && sample.features.filled == cloud.points)
      #expect(sample.labels == Matrix(1, 2, cloud.label == 0 ? [1, 0] : [0, 1]))
      #expect(sample.known == [true])
    }
  }

  @Test func aShareOfTheTrainingCloudsIsValidatedOn() throws {
    let set = tinyClouds()
    let parts = try set.dataset(validation: .share(0.25, seed: 1))
    #expect(parts.train.count == 6 && parts.valid.count == 2 && parts.test.count == 2)
    #expect(Set(parts.valid.map { $0.labels[0, 0] }) == [0, 1])
    let all = (parts.train + parts.valid).map { $0.features.filled.elements }
    #expect(Set(all) == Set(set.train.map { $0.points.elements }))
    func validated(_ seed: UInt64) throws -> [[Float]] {
      try set.dataset(validation: .share(0.25, seed: seed)).valid.map {
        $0.features.filled.elements
      }
    }
    #expect(try validated(1) == validated(1))
    #expect(Set(try (0..<9).map { try validated($0) }).count > 1)
  }

  @Test func cloudsThatCannotBeTrainedOnAreRefused() {
    func expect(_ words: String, _ change: (inout PointCloudSet) -> Void) {
      var set = tinyClouds()
      change(&set)
      expectDataError(.malformed, words) { _ = try set.dataset(validation: .test) }
    }
    expect("training cloud 2 (counted from 0) has a coordinate that is no finite number") {
      $0.train[2].points[4, 1] = .nan
    }
    expect("test cloud 1 (counted from 0) has 1 points; two or more were expected") {
      $0.test[1].points = Matrix(1, 3, [1, 2, 3])
    }
    expect("training cloud 0 (counted from 0) has 0 points") {
      $0.train[0].points = Matrix(zeros: 0, 3)
    }
    expect("has the label 2, but there are 2 classes, labelled from 0 to 1") {
      $0.train[0].label = 2
    }
  }

  // MARK: Voxels

  /// Shapes in a grid of 4 x 5 x 6: a solid block, an empty one, and a single voxel.
  private static func voxels() -> [String: [UInt8]] {
    var shapes = [[Int32]](repeating: [Int32](repeating: 0, count: 120), count: 3)
    for z in 0..<3 { for y in 0..<4 { for x in 0..<5 { shapes[0][(z * 5 + y) * 6 + x] = 1 } } }
    shapes[2][(1 * 5 + 2) * 6 + 3] = 256
    let bytes = littleEndian(shapes.flatMap { $0 })
    return [
      "X_train.npy": npy("<i4", "(3, 4, 5, 6)", data: bytes),
      "y_train.npy": npyIntegers([1, 0, 1]),
      "X_test.npy": npy("<i4", "(1, 4, 5, 6)", data: Array(bytes[..<480])),
      "y_test.npy": npyIntegers([0]),
    ]
  }

  private static func load(
    _ files: [String: [UInt8]], points: Int = 20, seed: UInt64 = 1
  ) throws -> PointCloudSet {
    try VoxelClouds.load(
      "v", from: MemoryBundle(files: files), classNames: ["a", "b"], points: points, seed: seed)
  }

  @Test func pointsLieInSurfaceVoxels() throws {
    let set = try Self.load(Self.voxels())
    #expect(set.train.map(\.label) == [1, 1] && set.test.map(\.label) == [0])
    #expect(
      set.remarks == [
        "1 training and 0 test shapes without a voxel are left out",
        "1 training and 0 test shapes have fewer than 20 surface voxels, which are drawn with "
          + "replacement",
      ])
    var seen: Set<[Int]> = []
    for i in 0..<20 {
      let voxel = (0..<3).map { Int(set.train[0].points[i, $0].rounded(.down)) }
      // The block is 3 x 4 x 5 from the grid's corner; its inside is 1 x 2 x 3.
      #expect((0..<3).contains(voxel[0]) && (0..<4).contains(voxel[1]))
      #expect((0..<5).contains(voxel[2]))
      #expect(
        !((1...1).contains(voxel[0]) && (1...2).contains(voxel[1]) && (1...3).contains(voxel[2])))
      #expect(seen.insert(voxel).inserted)
      #expect(
        (0..<3).map { Int(set.train[1].points[i, $0].rounded(.down)) } == [1, 2, 3])
    }
    // All 54 voxels of the surface, and no other, are there to be drawn.
    let all = try Self.load(Self.voxels(), points: 54).train[0].points
    let voxels = Set((0..<54).map { i in (0..<3).map { Int(all[i, $0].rounded(.down)) } })
    #expect(voxels.count == 54)
  }

  @Test func pointsAreAFunctionOfTheSeed() throws {
    func points(_ seed: UInt64) throws -> [Matrix<Float>] {
      let set = try Self.load(Self.voxels(), seed: seed)
      return (set.train + set.test).map(\.points)
    }
    #expect(try points(1) == points(1))
    #expect(try points(1) != points(2))
    #expect(try points(1)[0] != points(1)[2])
  }

  @Test func wrongVoxelsAreRefused() {
    func expect(_ words: String..., change: (inout [String: [UInt8]]) -> Void) {
      var files = Self.voxels()
      change(&files)
      for word in words {
        expectDataError(.malformed, word) { _ = try Self.load(files) }
      }
    }
    expect("y_train.npy", "the label of shape 2 is 2; classes from 0 to 1 were expected") {
      $0["y_train.npy"] = npyIntegers([0, 1, 2])
    }
    expect("X_train.npy", "the array has 3 rows, but") { $0["y_train.npy"] = npyIntegers([0, 1]) }
    expect("3 dimensions, shape (3, 20, 6); 4 can be read") {
      $0["X_train.npy"] = npy("<i4", "(3, 20, 6)", data: Array(repeating: 0, count: 1440))
    }
    expect("voxels are float32; integers or booleans were expected") {
      $0["X_train.npy"] = npy("<f4", "(3, 4, 5, 6)", data: Array(repeating: 0, count: 1440))
    }
    expect("truncated") {
      $0["X_test.npy"] = npy("<i4", "(1, 4, 5, 6)", data: Array(repeating: 0, count: 400))
    }
    expect("truncated", "more than") {
      $0["X_test.npy"] = npy(
        "<i4", "(2147483647, 2147483647, 2147483647, 2147483647)", data: [0])
    }
    expectDataError(.missing, "X_test.npy") {
      var files = Self.voxels()
      files["X_test.npy"] = nil
      _ = try Self.load(files)
    }
  }

  @Test(.enabled(if: realData(holding: "modelnet10-voxel") != nil))
  func modelNet10() throws {
    let folder = try #require(realData(holding: "modelnet10-voxel"))
    let set = try VoxelClouds.load(
      "modelnet10", from: Archive(path: folder + "/modelnet10-voxel/modelnet10.npz"),
      classNames: (0..<10).map(String.init), points: 64, seed: 1)
    #expect(set.train.count == 3_964 && set.test.count == 901)
    #expect(set.remarks[0] == "27 training and 7 test shapes without a voxel are left out")
    let parts = try set.onUnitSphere().dataset(validation: .test)
    #expect(parts.nodeCount == (3_964 + 901) * 64)
  }

  // MARK: Generated clouds

  @Test func generatedCloudsAreOfAllClasses() throws {
    var shape = SyntheticCloudShape()
    (shape.classes, shape.trainClouds, shape.testClouds) = (26, 52, 26)
    let set = try SyntheticClouds.generate(name: "s", shape: shape, points: 80, seed: 4)
    #expect(set.isSynthetic && set.classNames.count == 26 && Set(set.classNames).count == 26)
    #expect(set.train.map(\.label) == (0..<52).map { $0 % 26 })
    for cloud in set.train + set.test {
      #expect(cloud.points.rows == 80 && cloud.points.isFinite && !cloud.isOnePoint)
    }
    let again = try SyntheticClouds.generate(name: "s", shape: shape, points: 80, seed: 4)
    #expect(zip(set.train, again.train).allSatisfy { $0.points == $1.points })
    #expect(set.train[0].points != set.train[26].points)
    #expect(set.train[0].points != set.test[0].points)
    shape.classes = 49
    expectDataError(.malformed, "49 classes of generated clouds; from 2 to 48 can be had") {
      _ = try SyntheticClouds.generate(name: "s", shape: shape, points: 8, seed: 1)
    }
  }

  @Test func occlusionHidesASide() throws {
    var shape = SyntheticCloudShape()
    (shape.trainClouds, shape.noise, shape.occlusion) = (12, 0, 0)
    let whole = try SyntheticClouds.generate(name: "s", shape: shape, points: 2_000, seed: 1)
    shape.occlusion = 0.5
    let half = try SyntheticClouds.generate(name: "s", shape: shape, points: 2_000, seed: 1)
    // Half of a sphere about the origin has its centre of mass at half of its radius.
    func centre(_ cloud: PointCloud) -> Double {
      (0..<3).reduce(0.0) { sum, axis in
        let mean = (0..<2_000).reduce(0.0) { $0 + Double(cloud.points[$1, axis]) } / 2_000
        return sum + mean * mean
      }.squareRoot()
    }
    #expect(centre(whole.train[0]) < 0.1)
    #expect((0.3..<0.6).contains(centre(half.train[0])))
  }
}
