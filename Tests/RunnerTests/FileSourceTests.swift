import Foundation
import Testing

@testable import Datasets
@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// Data by path: `data.source`.
@Suite(.serialized) struct FileSourceTests {
  /// A config of one small model on the ring of ``OwnFiles``.
  private func config(
    _ layout: String, _ path: String, task: String = "crossEntropy", selectOn: String = "rocAUC",
    data more: [String: JSONValue] = [:], family: String = "gcn"
  ) -> JSONValue {
    let data: [String: JSONValue] = [
      "name": "mine", "source": ["layout": .string(layout), "path": .string(path)],
    ]
    return [
      "name": "own", "seeds": [3], "data": .object(data.merging(more) { $1 }),
      "models": [
        [
          "name": "model", "architecture": ["family": .string(family), "hidden": [4]],
          "training": [
            "epochs": 2, "selectOn": .string(selectOn),
            "optimizer": ["type": "adam", "learningRate": 0.01],
          ],
          "objectives": [["name": "task", "type": .string(task)]],
        ]
      ],
    ]
  }

  private func write(_ files: [String: String], in place: Workplace, _ folder: String) throws {
    for (name, text) in files { try place.write(text, to: "\(folder)/\(name)") }
  }

  /// Trains a config on arrays in `mine.npz` beside it.
  private func train(
    _ arrays: StoredArrays, _ config: JSONValue
  ) throws -> (status: Int32, log: String) {
    let place = try Workplace(config)
    try arrays.write(to: place.folder.appending(path: "mine.npz"))
    return place.trainLogged(out: "a")
  }

  private func train(
    _ files: [String: String], _ config: JSONValue
  ) throws -> (status: Int32, log: String) {
    let place = try Workplace(config)
    try write(files, in: place, "mine")
    return place.trainLogged(out: "a")
  }

  private func expect(
    _ outcome: (status: Int32, log: String), _ status: Int32, _ fragments: String...,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.log)", sourceLocation: location)
    for fragment in fragments {
      #expect(outcome.log.contains(fragment), "\(outcome.log)", sourceLocation: location)
    }
  }

  // MARK: Layouts

  @Test func arrays() throws {
    let counts = "40 nodes, 40 undirected edges, 2 features, 2 classes, "
    expect(
      try train(OwnFiles.npz, config("npz", "mine.npz")), 0, "mine, ",
      counts + "1 split (layout npz)")
    expect(
      try train(OwnFiles.heterophilous, config("heterophilous", "mine.npz")), 0,
      counts + "2 splits (layout heterophilous)")
    let perClass: [String: JSONValue] = [
      "split": ["type": "perClass", "training": 5, "validation": 5]
    ]
    for dense in [false, true] {
      expect(
        try train(
          OwnFiles.gnnBenchmark(dense: dense), config("gnn-benchmark", "mine.npz", data: perClass)),
        0, counts + "0 splits (layout gnn-benchmark)")
    }
  }

  @Test func folders() throws {
    let counts = "40 nodes, 40 undirected edges, 2 features, 2 classes, "
    expect(try train(OwnFiles.csv, config("csv", "mine")), 0, counts + "1 split (layout csv)")
    expect(
      try train(
        OwnFiles.geomGCN,
        config(
          "geom-gcn", "mine",
          data: ["split": ["type": "shares", "training": 0.5, "validation": 0.2]])),
      0, counts + "0 splits (layout geom-gcn)")
  }

  @Test func severalGraphs() throws {
    let document = config("ppi", "mine", task: "bce", selectOn: "microF1")
    let place = try Workplace(document)
    let folder = place.folder.appending(path: "mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try OwnFiles.writePPI(to: folder)
    expect(
      place.trainLogged(out: "a"), 0,
      "2 graphs to train on, 1 to validate and 1 to test on, 16 nodes, 16 directed edges, 3 features, "
        + "2 labels (layout ppi)")
    #expect(place.run("describe", "sample.json") == 0, "\(place.errors)")
    #expect(place.output.contains("mine, 4 graphs, 16 nodes, 16 edges, 3 features, 2 labels"))
    // Where one graph is wanted.
    try place.write(
      config("ppi", "mine", task: "bce", selectOn: "microF1", family: "fmlp").prettyText,
      to: "one.json")
    #expect(place.run("describe", "one.json") == ExitStatus.badData)
    #expect(place.errors.contains("models.model.architecture"), "\(place.errors)")
    #expect(place.run("validate", "sample.json", "--set", "data.split=perClass") == 65)
    #expect(place.errors.contains("data.split: unknown key"), "\(place.errors)")
  }

  // MARK: Before a run

  /// Nothing is said of sizes that nobody has read.
  @Test func sizesAreReadOrUnknown() throws {
    let place = try Workplace(config("npz", "mine.npz"))
    #expect(place.run("validate", "sample.json") == 0, "\(place.errors)")
    #expect(place.output.contains("memory: not known before the data are read"))
    #expect(place.run("describe", "sample.json") == ExitStatus.missingInput)
    try OwnFiles.npz.write(to: place.folder.appending(path: "mine.npz"))
    #expect(place.run("describe", "sample.json") == 0, "\(place.errors)")
    #expect(place.output.contains("mine, 1 graph, 40 nodes, 80 edges, 2 features, 2 classes"))
    #expect(place.output.contains("2 x 4"))
  }

  @Test func settingsOfTheCatalogueAreNotForFiles() throws {
    for key in ["onMissing", "syntheticNodes", "synthetic", "batchSize"] {
      let problems = decode(config("npz", "x.npz", data: [key: .object([:])])).problems
      #expect(problems.first?.hasPrefix("data.\(key): unknown key") == true, "\(problems)")
    }
    let written = RecordEncoder.encode(decode(config("npz", "x.npz")).config.data)
    #expect(written["split"] == ["type": "provided"] && written["onMissing"] == nil)
    #expect(written["source"] == ["layout": "npz", "path": "x.npz"])
    let planetoid = decode(config("planetoid", "x")).config.data
    #expect(planetoid.split.choiceName == "public")
    #expect(decode(config("geom-gcn", "x")).config.data.split.choiceName == "perClass")
    #expect(
      decode(config("csv", "x", data: ["split": ["type": "public"]])).problems.first?.contains(
        "which mine has not") == true)
  }

  @Test func namesAndLayouts() throws {
    for (document, fragment) in [
      (config("heterophilus", "x"), "data.source.layout: found \"heterophilus\", expected"),
      (config("heterophilus", "x"), "did you mean \"heterophilous\"?"),
      (config("npz", ""), "data.source.path: found \"\", expected the path of a file or folder"),
      (config("npz", "x", data: ["name": ""]), "data.name: found \"\", expected a name of 1"),
    ] {
      let place = try Workplace(document)
      #expect(place.run("validate", "sample.json") == ExitStatus.badData)
      #expect(place.errors.contains(fragment), "\(place.errors)")
    }
    // Without a source the name is one of the catalogue.
    let problems = decode(config("npz", "x", data: ["source": nil, "name": "corra"])).problems
    #expect(
      problems.first?.hasSuffix(
        "beside data.source, which says where they are; did you mean \"cora\"?")
        == true, "\(problems)")
  }

  // MARK: Where files are

  @Test func pathsAreRelativeToTheConfigThenToTheData() throws {
    let place = try Workplace(config("npz", "mine.npz"))
    let missing = place.trainLogged(out: "a", ["--data", "shelf"])
    expect(
      missing, ExitStatus.missingInput, "data.source.path, \"mine.npz\"",
      place.folder.appending(path: "shelf/mine.npz").path,
      place.folder.appending(path: "mine.npz").path,
      "--data")
    try place.write("", to: "shelf/other")
    try OwnFiles.npz.write(to: place.folder.appending(path: "shelf/mine.npz"))
    expect(place.trainLogged(out: "b", ["--data", "shelf"]), 0, "shelf/mine.npz: 40 nodes")
    try OwnFiles.npz.write(to: place.folder.appending(path: "mine.npz"))
    let beside = place.trainLogged(out: "c", ["--data", "shelf"])
    expect(beside, 0, "mine.npz: 40 nodes")
    #expect(!beside.log.contains("shelf/mine.npz: 40 nodes"))

    // The run's own copy says where they were found, so that they are found from elsewhere.
    #expect(
      try place.json("c/config.json")["data"]?["source"]?["path"]
        == .string(place.folder.appending(path: "mine.npz").standardizedFileURL.path))
    #expect(
      place.runReally(["predict", "c", "--model", "model", "--offline", "--out", "p.npz"]) == 0)
    // Moved into the folder of data, they are the same data: the run goes on, and predicts.
    try FileManager.default.removeItem(at: place.folder.appending(path: "mine.npz"))
    expect(place.trainLogged(out: "c", ["--data", "shelf"]), 0)
    #expect(
      place.runReally([
        "predict", "c", "--model", "model", "--offline", "--data", "shelf", "--out", "p.npz",
      ]) == 0)
  }

  /// A config elsewhere that is extended has its data beside itself.
  @Test func pathsOfAnExtendedConfig() throws {
    let place = try Workplace(["extends": "deep/base.json", "name": "mine"])
    try place.write(config("npz", "../files/mine.npz").prettyText, to: "deep/base.json")
    try place.write("", to: "files/other")
    try OwnFiles.npz.write(to: place.folder.appending(path: "files/mine.npz"))
    expect(place.trainLogged(out: "a"), 0, "files/mine.npz: 40 nodes")
  }

  // MARK: What is wrong with files

  @Test func anotherLayout() throws {
    expect(
      try train(OwnFiles.npz, config("heterophilous", "mine.npz")), ExitStatus.badData,
      "node_labels", "there is edge_index, test_mask, train_mask, val_mask, x, y",
      "the layout heterophilous is: One npz archive")
    expect(
      try train(OwnFiles.csv, config("npz", "mine")), ExitStatus.badData,
      "a folder with edges.csv, nodes.csv, split.csv", "the layout npz is one of a file")
    expect(
      try train(OwnFiles.csv, config("planetoid", "mine")), ExitStatus.badData,
      "no file ind.NAME.graph", "there is edges.csv")
    expect(
      try train(OwnFiles.csv, config("ppi", "mine", task: "bce", selectOn: "microF1")),
      ExitStatus.badData, "train_graph", "the layout ppi is: For each of train")
  }

  @Test func badTables() throws {
    for (file, line, text, fragment) in [
      ("nodes.csv", 3, "n2,0,1", "line 4: there are 3 fields, but 4 headings"),
      ("nodes.csv", 3, "n1,0,1,1", "line 4: the id 'n1' stands in an earlier line too"),
      ("nodes.csv", 3, "n2,one,1,1", "line 4: the label 'one' is not a class"),
      ("nodes.csv", 3, "n2,0,1,nan", "line 4: the feature b is 'nan'"),
      ("edges.csv", 1, "n0,n77", "line 2: there is no node 'n77' in nodes.csv"),
      ("split.csv", 2, "n0,test", "line 3: the node 'n0' has a part already"),
    ] {
      var files = OwnFiles.csv
      var lines = files[file]!.split(separator: "\n").map(String.init)
      lines[line] = text
      files[file] = lines.joined(separator: "\n") + "\n"
      expect(
        try train(files, config("csv", "mine")), ExitStatus.badData, "\(file): \(fragment)")
    }
    for (weight, fragment) in [
      ("-1", "the weight is '-1'; a finite number of at least 0"),
      ("nan", "the weight is 'nan'; a finite number of at least 0"),
      ("0.5", "the weight is '0.5', and edges cannot be weighted yet"),
    ] {
      var files = OwnFiles.csv
      files["edges.csv"] = "source,target,weight\nn0,n1,1\nn1,n2,\(weight)\n"
      expect(
        try train(files, config("csv", "mine")), ExitStatus.badData,
        "edges.csv: line 3: \(fragment)")
    }
  }

  @Test func badArrays() throws {
    func expectRefusal(
      _ fragment: String, _ data: [String: JSONValue] = [:],
      at location: SourceLocation = #_sourceLocation, change: (inout StoredArrays) -> Void
    ) throws {
      var arrays = OwnFiles.npz
      change(&arrays)
      expect(
        try train(arrays, config("npz", "mine.npz", data: data)), ExitStatus.badData, fragment,
        at: location)
    }
    let n = OwnFiles.nodeCount
    try expectRefusal("the destination of edge 0 (counted from 0) is 40") {
      $0.set("edge_index", [2, 1], [0, n])
    }
    try expectRefusal("training and validation parts overlap") {
      $0.set("val_mask", [n], OwnFiles.mask("train"))
    }
    try expectRefusal("its test part has no nodes") {
      $0.set("test_mask", [n], [Bool](repeating: false, count: n))
    }
    try expectRefusal("but classes count from 0") {
      $0.set("y", [n], OwnFiles.classes.map { $0 + 1 })
    }
    try expectRefusal("no training node is of class 1") {
      $0.set("y", [n], OwnFiles.mask("train").map { $0 ? 0 : 1 })
    }
    for (weight, fragment) in [
      (-0.5, "the weight of edge 1 (counted from 0) is -0.5"),
      (.nan, "the weight of edge 1 (counted from 0) is nan"), (0.5, "edges cannot be weighted yet"),
    ] {
      var weights = [Double](repeating: 1, count: n)
      weights[1] = weight
      try expectRefusal(fragment) { $0.set("edge_weight", [n], weights) }
    }
    try expectRefusal("the files hold no split; one or more were expected") {
      for part in ["train", "val", "test"] { $0.remove("\(part)_mask") }
    }
    try expectRefusal("edges cannot have features or weights yet") {
      $0.set("edge_attr", [n, 1], [Double](repeating: 1, count: n))
    }
    var weighted = OwnFiles.gnnBenchmark()
    weighted.set("adj_data", [n], [2] + [Double](repeating: 1, count: n - 1))
    expect(
      try train(weighted, config("gnn-benchmark", "mine.npz")), ExitStatus.badData,
      "the edge from node 0 to node 1 has the weight 2.0")
  }

  /// A class that one of the splits in the files does not train on is a warning, and one that none of
  /// them does an error; so is one that a drawn split leaves out, for any seed.
  @Test func rareClasses() throws {
    let n = OwnFiles.nodeCount
    var classes = OwnFiles.classes
    classes[0] = 2
    var arrays = OwnFiles.heterophilous
    arrays.set("node_labels", [n], classes)
    arrays.set(
      "train_masks", [2, n], OwnFiles.mask("train") + OwnFiles.mask("train", shift: 4))
    arrays.set("val_masks", [2, n], OwnFiles.mask("val") + OwnFiles.mask("val", shift: 4))
    arrays.set("test_masks", [2, n], OwnFiles.mask("test") + OwnFiles.mask("test", shift: 4))
    let document = config("heterophilous", "mine.npz", selectOn: "accuracy")
    expect(
      try train(arrays, document), 0,
      "mine: in 1 of 2 splits nodes to validate or test on are of a class that no training node has"
    )
    (classes[0], classes[4]) = (0, 2)
    arrays.set("node_labels", [n], classes)
    arrays.set("train_masks", [2, n], OwnFiles.mask("train") + OwnFiles.mask("train"))
    arrays.set("val_masks", [2, n], OwnFiles.mask("val") + OwnFiles.mask("val"))
    arrays.set("test_masks", [2, n], OwnFiles.mask("test") + OwnFiles.mask("test"))
    expect(
      try train(arrays, document), ExitStatus.badData,
      "all 2 splits of mine: no training node is of class 2, but")
    let shares: [String: JSONValue] = [
      "split": ["type": "shares", "training": 0.1, "validation": 0.1]
    ]
    let drawn = try train(
      arrays, config("heterophilous", "mine.npz", selectOn: "accuracy", data: shares))
    expect(drawn, ExitStatus.badData, "the split '0.1 / 0.1, seed 3': no training node is of class")
  }

  /// Nodes to validate on that are all of one class have no ROC-AUC: nothing can be selected by it, and
  /// where the loss selects it is left out.
  @Test func aMetricThatIsNotDefinedOnAPart() throws {
    var arrays = OwnFiles.npz
    arrays.set(
      "val_mask", [OwnFiles.nodeCount], (0..<OwnFiles.nodeCount).map { $0 % 8 == 4 })
    let document = config("npz", "mine.npz")
    expect(
      try train(arrays, document), ExitStatus.runFailed,
      "the metric \"rocAUC\" is not defined on the validation part")
    let place = try Workplace(document)
    try arrays.write(to: place.folder.appending(path: "mine.npz"))
    expect(
      place.trainLogged(
        out: "a", ["--set", "models.model.training.checkpoint=lowestValidationLoss"]), 0,
      "validation loss ")
  }

  @Test func aMetricThatDoesNotApply() throws {
    let place = try Workplace(
      config("ppi", "mine", task: "bce", selectOn: "balancedAccuracy"))
    #expect(place.run("validate", "sample.json") == ExitStatus.badData)
    #expect(
      place.errors.contains(
        "models.model.training.selectOn: found \"balancedAccuracy\", which is not defined for"),
      "\(place.errors)")
  }

  // MARK: Statistics

  /// How certain a mean over seeds is follows from the splits that the files hold.
  @Test func overlapOfSplits() {
    var data = decode(config("npz", "x.npz")).config.data
    var summary = DatasetSummary(name: "mine", nodes: 40)
    (summary.classes, summary.testPerTraining) = (2, 0)
    #expect(data.overlap(on: summary) == .oneSplit)
    summary.testPerTraining = 0.5
    #expect(data.overlap(on: summary) == .drawnSplits(testPerTraining: 0.5))
    data.split = SplitConfig(settings: PerClassSplitConfig())
    // 40 nodes, 20 + 30 of each of two classes: at least one test node for 40 to train on.
    #expect(data.overlap(on: summary) == .drawnSplits(testPerTraining: 1 / 40))
  }
}
