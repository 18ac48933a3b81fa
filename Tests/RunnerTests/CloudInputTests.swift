import Foundation
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// What a user is told of clouds that cannot be trained on, and the code that the program ends with.
@Suite(.serialized) struct CloudInputTests {
  private static func config(
    _ data: [String: JSONValue], k: Int = 3, objectives: [JSONValue] = []
  ) -> JSONValue {
    let task: JSONValue = ["name": "task", "type": "crossEntropy"]
    let architecture: JSONValue = [
      "family": "dgcnn", "hidden": [4, 4], "embedding": 8, "head": [6], "k": .integer(k),
    ]
    let training: JSONValue = [
      "epochs": 1, "optimizer": ["type": "sgd", "learningRate": 0.1], "checkpoint": "last",
    ]
    func model(_ name: String, _ further: [JSONValue]) -> JSONValue {
      [
        "name": .string(name), "architecture": architecture, "training": training,
        "objectives": .array([task] + further),
      ]
    }
    return [
      "name": "clouds", "seeds": [3],
      "data": .object(data.merging(["batchSize": 4, "points": 4]) { own, _ in own }),
      "models": objectives.isEmpty
        ? [model("teacher", [])] : [model("teacher", []), model("student", objectives)],
    ]
  }

  /// Runs a config on a folder of data that `write` fills, and looks for words in what is said.
  private func expect(
    _ status: Int32, _ words: String..., data: [String: JSONValue], k: Int = 3,
    write: (Workplace) throws -> Void
  ) throws {
    let place = try Workplace(Self.config(data, k: k))
    try FileManager.default.createDirectory(
      at: place.folder.appending(path: "data"), withIntermediateDirectories: true)
    try write(place)
    let (found, log) = place.trainLogged(
      out: "a", ["--data", place.folder.appending(path: "data").path])
    #expect(found == status, "\(log)")
    for word in words { #expect(log.contains(word), "\(log)") }
  }

  // MARK: HDF5

  private func fixture(_ name: String) throws -> Data {
    try Data(contentsOf: packageRoot.appending(path: "Tests/Fixtures/clouds/\(name).h5"))
  }

  /// One of the fixtures as the training file of BIMNet10, whose test file is whole.
  private func expectHDF5(_ name: String, _ words: String, cut: Int = 0) throws {
    try expect(ExitStatus.badData, words, "train.h5", data: ["name": "bimnet10"]) { place in
      let folder = place.folder.appending(path: "data/bimnet10")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try fixture(name).dropLast(cut).write(to: folder.appending(path: "train.h5"))
      try fixture("whole").write(to: folder.appending(path: "test.h5"))
    }
  }

  @Test func wrongHDF5() throws {
    try expectHDF5("no_data", "the file has no array \"data\"")
    try expectHDF5("no_label", "the file has no array \"label\"")
    try expectHDF5("two_coordinates", "clouds x points x 3 was expected")
    try expectHDF5("integers", "not of floating-point numbers")
    try expectHDF5("real_labels", "not of integers")
    try expectHDF5("few_labels", "a label for each of the 5 clouds")
    try expectHDF5("negative", "the label of cloud 1 (counted from 0) is -1")
    try expectHDF5("one_point", "clouds have 1 points, and data.points asks for 4")
    try expectHDF5("whole", "damaged", cut: 100)
  }

  private func writeModelNet40(_ place: Workplace, names: String, train: String) throws {
    let folder = "data/modelnet40_ply_hdf5_2048"
    try place.write("a/\(train)\n", to: "\(folder)/train_files.txt")
    try place.write("a/ply_data_test0.h5\n", to: "\(folder)/test_files.txt")
    try place.write(names, to: "\(folder)/shape_names.txt")
    for name in ["ply_data_train0.h5", "ply_data_test0.h5"] {
      try fixture("whole").write(to: place.folder.appending(path: "\(folder)/\(name)"))
    }
  }

  @Test func labelsBeyondTheNames() throws {
    try expect(
      ExitStatus.badData, "the label of cloud 2 (counted from 0) is 2; the names of 2 classes",
      data: ["name": "modelnet40"]
    ) { try writeModelNet40($0, names: "chair\nbed\n", train: "ply_data_train0.h5") }
  }

  @Test func aListedFileThatIsMissing() throws {
    try expect(ExitStatus.missingInput, "ply_data_train7.h5", data: ["name": "modelnet40"]) {
      try writeModelNet40($0, names: "chair\nbed\nsofa\n", train: "ply_data_train7.h5")
    }
  }

  /// Clouds of two numbers of points stay in the cache side by side.
  @Test func hdf5IsKept() throws {
    let place = try Workplace(Self.config(["name": "modelnet40", "batchSize": 5]))
    try writeModelNet40(place, names: "chair\nbed\nsofa\n", train: "ply_data_train0.h5")
    func train(_ out: String, points: Int) -> String {
      let (status, log) = place.trainLogged(
        out: out,
        [
          "--data", place.folder.appending(path: "data").path, "--set", "data.points=\(points)",
        ])
      #expect(status == ExitStatus.done, "\(log)")
      return log
    }
    for (k, points) in [4, 6, 4, 6].enumerated() {
      #expect(!train("run \(k)", points: points).contains("anew"))
      let kept = try FileManager.default.contentsOfDirectory(
        atPath: place.folder.appending(path: "graph-distill/clouds").path)
      #expect(kept.count == min(k + 1, 2) && kept.allSatisfy { $0.hasPrefix("modelnet40-") })
    }
    #expect(try place.weights("run 0", ["teacher"]) == place.weights("run 2", ["teacher"]))
    // Other contents replace what was made of the first.
    let file = place.folder.appending(path: "data/modelnet40_ply_hdf5_2048/ply_data_train0.h5")
    try fixture("flat_labels").write(to: file)
    #expect(train("run 4", points: 4).contains("was made from other files"))
  }

  // MARK: Folders

  private static let folder: [String: JSONValue] = ["name": "cloud-folder", "path": "mine"]

  private func writeClouds(_ place: Workplace, _ text: String) throws {
    for (name, part) in [("a", 1.0), ("b", 2.0)] {
      for k in 0..<4 {
        let lines = (0..<5).map { "\(part * Double($0)) \(k) \($0 * $0 % 3)\n" }
        try place.write(lines.joined(), to: "data/mine/\(name)/\(k).xyz")
      }
    }
    try place.write(text, to: "data/mine/a/9.xyz")
  }

  @Test func wrongClouds() throws {
    for (text, words) in [
      ("", "the cloud has 0 points; two or more were expected"),
      ("1 2 3\n", "the cloud has 1 points; two or more were expected"),
      ("1 2 3\n1 nan 2\n", "line 2"), ("1 2 3\n1 2\n", "3 coordinates were expected"),
    ] {
      try expect(ExitStatus.badData, words, "a/9.xyz", data: Self.folder) {
        try writeClouds($0, text)
      }
    }
  }

  @Test func pointsAtOnePlaceAreTrainedOnAndCounted() throws {
    let text = String(repeating: "0.1 0.1 0.1\n", count: 5)
    try expect(
      ExitStatus.done, "1 clouds have all their points at one place", data: Self.folder
    ) { try writeClouds($0, text) }
  }

  @Test func fewerPointsThanNeighbours() throws {
    try expect(
      ExitStatus.badData, "models.teacher", "5 nearest neighbours", "4", data: Self.folder, k: 5
    ) { try writeClouds($0, "0 0 0\n1 1 1\n") }
  }

  @Test func wrongMeshes() throws {
    for (text, words) in [
      ("OFF\n3 x 0\n0 0 0\n0 1 0\n0 0 1\n3 0 1 2\n", "line 2"),
      ("OFF\n3 1 0\n0 0 0\n0 1 0\n0 0 1\n3 0 1 3\n", "line 6"),
      ("OFF\n3 2 0\n0 0 0\n0 1 0\n0 0 1\n3 0 1 2\n", "the file ends after 1 of 2 faces"),
    ] {
      try expect(
        ExitStatus.badData, words, "bed_1.off", data: ["name": "off", "path": "mine"]
      ) { place in
        let whole = "OFF\n3 1 0\n0 0 0\n0 1 0\n0 0 1\n3 0 1 2\n"
        for name in ["chair/train/c_1", "chair/test/c_2", "bed/test/bed_2"] {
          try place.write(whole, to: "data/mine/\(name).off")
        }
        try place.write(text, to: "data/mine/bed/train/bed_1.off")
      }
    }
  }

  // MARK: Objectives

  private static let generated: [String: JSONValue] = [
    "name": "synthetic-clouds", "points": 12,
    "generated": ["classes": 3, "trainClouds": 12, "testClouds": 6],
  ]

  private static func objective(
    _ type: String, _ further: [String: JSONValue], student: String, teacher: String
  ) -> JSONValue {
    .object(
      further.merging([
        "name": "extra", "type": .string(type), "teacher": "teacher",
        "studentTap": .string(student), "teacherTap": .string(teacher),
      ]) { own, _ in own })
  }

  @Test func lspBehindTheReadout() throws {
    let lsp = Self.objective(
      "lsp", ["kernel": ["type": "l2"]], student: "readout", teacher: "hidden.0")
    let place = try Workplace(Self.config(Self.generated, objectives: [lsp]))
    let (status, log) = place.trainLogged(out: "a")
    #expect(status == ExitStatus.badData)
    #expect(log.contains("objectives.extra.studentTap") && log.contains("behind the readout"))
  }

  /// What compares rows compares those of whole clouds too.
  @Test func rivalsBehindTheReadout() throws {
    let objectives: [JSONValue] = [
      Self.objective("fitnet", ["name": "fitnet"], student: "readout", teacher: "readout"),
      Self.objective(
        "mmd", ["name": "mmd", "kernel": ["type": "linear"]], student: "head.0",
        teacher: "readout.max"),
      Self.objective("gcrd", ["name": "gcrd", "width": 4], student: "readout", teacher: "head.0"),
      ["name": "kd", "type": "kd", "teacher": "teacher", "form": ["type": "softmax"]],
    ]
    for objective in objectives {
      let place = try Workplace(Self.config(Self.generated, objectives: [objective]))
      let plain = try Workplace(
        Self.config(Self.generated, objectives: [["name": "more", "type": "crossEntropy"]]))
      for (out, threads) in [("a", "1"), ("b", "2")] {
        let (status, log) = place.trainLogged(out: out, ["--threads", threads])
        #expect(status == ExitStatus.done, "\(log)")
      }
      #expect(plain.trainLogged(out: "a").status == ExitStatus.done)
      #expect(try place.weights("a") == place.weights("b"))
      #expect(try place.weights("a", ["teacher"]) == plain.weights("a", ["teacher"]))
      #expect(try place.weights("a", ["student"]) != plain.weights("a", ["student"]))
    }
  }
}
