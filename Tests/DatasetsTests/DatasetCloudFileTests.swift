import Foundation
import Graph
import Tensor
import Testing

@testable import Datasets
@testable import TestSupport

private let fixtures = packageRoot.appending(path: "Tests/Fixtures/clouds")

/// Clouds from HDF5 files, meshes and folders, and the cache of what was read.
@Suite struct DatasetCloudFileTests {
  private func write(_ text: String, to url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  // MARK: HDF5

  private func load(_ name: String, points: Int = 4, classes: Int = 3) throws -> PointCloudSet {
    let file = fixtures.appending(path: "\(name).h5").path
    return try HDF5Clouds.load(
      name,
      from: .init(train: [file], test: [file], classNames: (0..<classes).map(String.init)),
      source: "here", points: points)
  }

  @Test(arguments: ["whole", "flat_labels"]) func hdf5(name: String) throws {
    let set = try load(name)
    #expect(set.train.map(\.label) == [1, 0, 2, 1, 0] && set.test.count == 5)
    for (k, cloud) in set.train.enumerated() {
      #expect(cloud.points.rows == 4)
      for i in 0..<4 {
        for a in 0..<3 {
          #expect(cloud.points[i, a] == Float(k) + Float(i) / 8 + Float(a) / 64)
        }
      }
    }
    #expect(try set.dataset(validation: .test).train.count == 5)
  }

  @Test func wrongHDF5IsRefused() throws {
    func expect(_ name: String, _ words: String..., points: Int = 4, classes: Int = 3) {
      for word in words + ["\(name).h5"] {
        expectDataError(.malformed, word) {
          _ = try load(name, points: points, classes: classes)
        }
      }
    }
    expect("no_data", "the file has no array \"data\"")
    expect("no_label", "the file has no array \"label\"")
    expect("two_coordinates", "data", "the shape [5, 6, 2]; clouds x points x 3 was expected")
    expect("integers", "data", "not of floating-point numbers")
    expect("real_labels", "label", "not of integers")
    expect("few_labels", "label", "the shape [3, 1]; a label for each of the 5 clouds")
    expect("whole", "clouds have 6 points, and data.points asks for 7", points: 7)
    expect(
      "whole", "the label of cloud 2 (counted from 0) is 2; the names of 2 classes", classes: 2)
    expect("negative", "the label of cloud 1 (counted from 0) is -1")
    expect("one_point", "clouds have 1 points, and data.points asks for 4")
    expectDataError(.malformed, "cloud 3", "no finite number") {
      _ = try load("not_finite").dataset(validation: .test)
    }
    expectDataError(.missing, "absent.h5", "does not exist") { _ = try load("absent") }
  }

  @Test func truncatedHDF5IsRefused() throws {
    let whole = try Data(contentsOf: fixtures.appending(path: "whole.h5"))
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "cut.h5")
      for length in [0, 7, 100, whole.count / 2, whole.count - 1] {
        try whole.prefix(length).write(to: file)
        expectDataError(.malformed, "cut.h5") {
          _ = try HDF5Clouds.load(
            "cut", from: .init(train: [file.path], test: [file.path], classNames: ["a", "b", "c"]),
            source: "here", points: 4)
        }
      }
    }
  }

  @Test func filesAreListedInTheFolder() throws {
    try withTemporaryFolder { folder in
      let whole = try Data(contentsOf: fixtures.appending(path: "whole.h5"))
      for name in ["ply_data_train0.h5", "ply_data_train1.h5", "ply_data_test0.h5"] {
        try whole.write(to: folder.appending(path: name))
      }
      try write(
        "data/modelnet40_ply_hdf5_2048/ply_data_train0.h5\ndata/x/ply_data_train1.h5\n",
        to: folder.appending(path: "train_files.txt"))
      try write("ply_data_test0.h5\n", to: folder.appending(path: "test_files.txt"))
      try write("chair\nbed\nsofa\n", to: folder.appending(path: "shape_names.txt"))
      let files = try HDF5Clouds.Files(listedIn: folder)
      #expect(files.classNames == ["chair", "bed", "sofa"])
      let set = try HDF5Clouds.load("m", from: files, source: "s", points: 6)
      #expect(set.train.count == 10 && set.test.count == 5)
      try write("", to: folder.appending(path: "shape_names.txt"))
      expectDataError(.malformed, "shape_names.txt", "empty") {
        _ = try HDF5Clouds.Files(listedIn: folder)
      }
    }
  }

  @Test(.enabled(if: realData(holding: "bimnet10") != nil)) func bimNet10() throws {
    let folder = try #require(realData(holding: "bimnet10")) + "/bimnet10"
    let set = try HDF5Clouds.load(
      "bimnet10",
      from: .init(
        train: ["\(folder)/train.h5"], test: ["\(folder)/test.h5"],
        classNames: (0..<10).map(String.init)), source: folder, points: 1_024)
    let parts = try set.dataset(validation: .test)
    #expect(parts.nodeCount == (set.train.count + set.test.count) * 1_024)
    #expect(Set(set.train.map(\.label)) == Set(0..<10))
  }

  // MARK: OFF

  private func mesh(_ text: String) throws -> OFFMesh {
    try OFFMesh(parsing: Array(text.utf8), location: "m.off")
  }

  /// A triangle of area 2 and a square of area 12, in the planes x = 0 and x = 1.
  private static let lines = [
    "7 2 0", "0 0 0", "0 2 0", "0 0 2", "1 0 0", "1 3 0", "1 3 4", "1 0 4", "3 0 1 2",
    "4 3 4 5 6 255 0 0",
  ]

  @Test(arguments: ["OFF\n", "OFF", "OFF # a comment\n\n", "OFF "]) func off(header: String) throws
  {
    let mesh = try mesh(header + Self.lines.joined(separator: "\n"))
    #expect(mesh.vertices.count == 7)
    #expect(mesh.triangles == [SIMD3(0, 1, 2), SIMD3(3, 4, 5), SIMD3(3, 5, 6)])
    let points = try mesh.draw(7_000, by: RandomStream(seed: 1, purpose: "mesh"))
    var inTriangle = 0
    var means = [0.0, 0.0]
    for i in 0..<7_000 {
      let (x, y, z) = (points[i, 0], points[i, 1], points[i, 2])
      if x == 0 {
        inTriangle += 1
        #expect(y >= 0 && z >= 0 && y + z <= 2.0001)
      } else {
        #expect(x == 1 && (0...3).contains(y) && (0...4.0001).contains(z))
        means[0] += Double(y)
        means[1] += Double(z)
      }
    }
    // By area, 2 of 14; and evenly over the square.
    #expect(abs(Double(inTriangle) - 1_000) < 150)
    #expect(abs(means[0] / 6_000 - 1.5) < 0.1 && abs(means[1] / 6_000 - 2) < 0.1)
    let again = try mesh.draw(7_000, by: RandomStream(seed: 1, purpose: "mesh"))
    #expect(again == points)
  }

  @Test func wrongMeshesAreRefusedWithTheLine() {
    func expect(_ words: String..., change: (inout [String]) -> Void) {
      var lines = ["OFF"] + Self.lines
      change(&lines)
      for word in words + ["m.off"] {
        expectDataError(.malformed, word) {
          _ = try mesh(lines.joined(separator: "\n"))
            .draw(3, by: RandomStream(seed: 1, purpose: "mesh"))
        }
      }
    }
    expect("line 1", "does not begin with \"OFF\"") { $0[0] = "PLY" }
    expect("line 2", "'x' is no whole number") { $0[1] = "7 x 0" }
    expect("line 2", "the numbers of vertices, faces and edges") { $0[1] = "7" }
    expect("line 2", "the numbers of vertices, faces and edges") { $0[1] = "7 -2 0" }
    expect("line 2", "do not fit a file") { $0[1] = "7 2000000000 0" }
    expect("line 4", "3 coordinates were expected") { $0[3] = "0 2" }
    expect("line 5", "'nan' is no finite number") { $0[4] = "0 nan 2" }
    expect("line 10", "7 is no vertex; there are 0 to 6") { $0[9] = "3 0 1 7" }
    expect("line 10", "-1 is no vertex") { $0[9] = "3 0 1 -1" }
    expect("line 11", "a number of corners from 3") { $0[10] = "4 3 4 5" }
    expect("line 11", "a number of corners from 3") { $0[10] = "2 3 4" }
    expect("the file ends after 1 of 2 faces") { $0.removeLast() }
    expect("the file ends after 4 of 7 vertices") {
      $0 = Array($0[..<6]).map { $0.isEmpty ? "" : $0 + String(repeating: " ", count: 9) }
    }
    expect("an area of 0.0; no point can be drawn") {
      $0 = ["OFF", "3 1 0", "1 1 1", "1 1 1", "1 1 1", "3 0 1 2"]
    }
    expect("the file is empty") { $0 = [] }
    expect("the file ends after \"OFF\"") { $0 = ["OFF"] }
  }

  @Test func meshesInFolders() throws {
    try withTemporaryFolder { folder in
      let text = "OFF" + Self.lines.joined(separator: "\n")
      for place in [
        "chair/train/chair_1.off", "chair/train/chair_2.off", "chair/test/chair_3.off",
        "bed/train/bed_1.off", "bed/test/bed_2.OFF",
      ] { try write(text, to: folder.appending(path: place)) }
      try write("a note", to: folder.appending(path: "README.txt"))
      let set = try CloudFolder.meshes("off", in: folder, points: 30, seed: 1)
      #expect(set.classNames == ["bed", "chair"])
      #expect(set.train.map(\.label) == [0, 1, 1] && set.test.map(\.label) == [0, 1])
      #expect(set.train[1].points != set.train[2].points)
      try write("OFF\n1 1 0\n0 0 0\n3 0 0 1", to: folder.appending(path: "bed/train/bed_9.off"))
      expectDataError(.malformed, "bed_9.off", "line 4", "1 is no vertex") {
        _ = try CloudFolder.meshes("off", in: folder, points: 30, seed: 1)
      }
      try FileManager.default.removeItem(at: folder.appending(path: "bed"))
      expectDataError(.missing, "one for each of two or more classes") {
        _ = try CloudFolder.meshes("off", in: folder, points: 30, seed: 1)
      }
    }
  }

  // MARK: Folders of clouds

  private func writeClouds(_ folder: URL) throws {
    for k in 0..<5 {
      try write(
        (0..<6).map { "\($0) \(k) 0.5" }.joined(separator: "\n"),
        to: folder.appending(path: "a/\(k).xyz"))
      try write(
        "# x, y, z, normal\n" + (0..<3).map { "\(k),\($0),2,0,0,1" }.joined(separator: "\n"),
        to: folder.appending(path: "b/\(k).txt"))
    }
    try Data(npyDoubles(4, 3, (0..<12).map(Double.init)))
      .write(to: folder.appending(path: "b/5.npy"))
  }

  private func clouds(_ folder: URL, splitSeed: UInt64 = 0) throws -> PointCloudSet {
    try CloudFolder.clouds(
      "c", in: folder, points: 5, seed: 1, testShare: 0.4, splitSeed: splitSeed)
  }

  @Test func cloudsInFolders() throws {
    try withTemporaryFolder { folder in
      try writeClouds(folder)
      let set = try clouds(folder)
      #expect(set.classNames == ["a", "b"])
      // Two of five, and two of six.
      #expect(set.test.map(\.label) == [0, 0, 1, 1] && set.train.count == 7)
      #expect(set.remarks == ["6 clouds have fewer than 5 points, some of which are drawn again"])
      for cloud in set.train + set.test {
        #expect(cloud.points.rows == 5)
        let rows = Set((0..<5).map { cloud.points.row($0).elements })
        // Points are drawn without replacement where there are enough; else each is there.
        if cloud.label == 0 {
          #expect(rows.count == 5)
        } else {
          #expect((3...4).contains(rows.count))
        }
      }
      let again = try clouds(folder)
      #expect(zip(set.test, again.test).allSatisfy { $0.points == $1.points })
      let tests = try (0..<6).map { try clouds(folder, splitSeed: $0).test.map(\.points.elements) }
      #expect(Set(tests).count > 1)
    }
  }

  @Test func wrongCloudsAreRefused() throws {
    try withTemporaryFolder { folder in
      func expect(_ text: String, _ words: String...) throws {
        try writeClouds(folder)
        try write(text, to: folder.appending(path: "a/9.xyz"))
        for word in words + ["9.xyz"] {
          expectDataError(.malformed, word) { _ = try clouds(folder) }
        }
      }
      try expect("", "the cloud has 0 points; two or more were expected")
      try expect("1 2 3\n", "the cloud has 1 points; two or more were expected")
      try expect("1 2 3\n1 2\n", "line 2", "3 coordinates were expected")
      try expect("1 2 3\n\n1 NaN 2\n", "line 3", "'NaN' is no finite number")
      try expect("1 2 3\n1 two 2\n", "line 2", "'two' is no finite number")
      try expect("1 2 3\n1 1e99 2\n", "no finite number")
    }
  }

  // MARK: The cache

  @Test func theCacheIsBelievedOnlyWithItsDigest() throws {
    try withTemporaryFolder { folder in
      try writeClouds(folder.appending(path: "data"))
      let data = folder.appending(path: "data")
      var cache = CloudCache(
        DatasetLocator(environment: ["XDG_CACHE_HOME": folder.path]))
      var (reads, log) = (0, "")
      cache.log = { log += $0 + "\n" }
      func read(_ settings: [String] = ["5"]) throws -> PointCloudSet {
        try cache.clouds(
          "c", source: data.path, files: CloudFolder.allFiles(in: data), settings: settings
        ) {
          reads += 1
          return try clouds(data)
        }
      }
      func expect(_ count: Int, _ set: PointCloudSet) throws {
        let fresh = try clouds(data)
        #expect(reads == count)
        #expect(set.train.map(\.points) == fresh.train.map(\.points))
        #expect(set.test.map(\.points) == fresh.test.map(\.points))
        #expect(set.test.map(\.label) == fresh.test.map(\.label))
        #expect(set.classNames == fresh.classNames && set.remarks == fresh.remarks)
        #expect(set.source == data.path)
      }
      try expect(1, read())
      try expect(1, read())
      #expect(log.isEmpty)
      let kept = folder.appending(path: "graph-distill/clouds")
      let names = try FileManager.default.contentsOfDirectory(atPath: kept.path)
      let file = kept.appending(path: try #require(names.first))
      // Other settings have a file of their own, and both stay.
      try expect(2, read(["6"]))
      for _ in 0..<2 {
        try expect(2, read())
        try expect(2, read(["6"]))
      }
      #expect(log.isEmpty)
      // A source of another content.
      reads = 3
      try write("0 0 0\n1 1 1\n2 2 2\n3 3 3\n4 4 4\n", to: data.appending(path: "a/0.xyz"))
      try expect(4, read())
      #expect(log.contains("was made from other files"))
      try FileManager.default.moveItem(
        at: data.appending(path: "a/1.xyz"), to: data.appending(path: "b/1.xyz"))
      try expect(5, read())
      try expect(5, read())
      // Damage of a single bit, and a file cut short.
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 3] ^= 1
      try bytes.write(to: file)
      log = ""
      try expect(6, read())
      #expect(log.contains("damaged"), "\(log)")
      try bytes.prefix(50).write(to: file)
      try expect(7, read())
      try expect(7, read())
    }
  }

  @Test func aCacheThatCannotBeWrittenStopsNothing() throws {
    try withTemporaryFolder { folder in
      try writeClouds(folder.appending(path: "data"))
      try write("a file", to: folder.appending(path: "graph-distill"))
      var cache = CloudCache(DatasetLocator(environment: ["XDG_CACHE_HOME": folder.path]))
      var log = ""
      cache.log = { log += $0 }
      let data = folder.appending(path: "data")
      let set = try cache.clouds("c", source: "s", files: [], settings: []) { try clouds(data) }
      #expect(set.train.count == 7 && log.contains("could not be kept"))
    }
  }
}
