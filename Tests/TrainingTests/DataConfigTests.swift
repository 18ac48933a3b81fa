import Graph
import Testing

@testable import Datasets
@testable import Records
@testable import TestSupport
@testable import Training

/// The sample config with these data.
private func config(_ data: JSONValue) throws -> (config: ExperimentConfig, problems: [String]) {
  decode(try sample(["data": data]))
}

@Suite("Data config")
struct DataConfigTests {
  @Test func defaultsOfOneGraph() throws {
    let data = try config(["name": "cora"]).config.data
    #expect(data.isOneGraph && data.selfLoops && data.normalizeFeatures == .none)
    #expect(data.onMissing == .fail)
    let cora = try NodeBenchmark.named("cora")
    #expect(data.syntheticNodes.shape == cora.standIn)
    // Every default is filled in when the config is written.
    let written = RecordEncoder.encode(data)
    #expect(written["split"] == ["type": "public"])
    #expect(written["syntheticNodes"]?["nodes"] == 2_708)
    #expect(written["syntheticNodes"]?["meanDegree"] == 3.9)
    #expect(written["batchSize"] == nil && written["synthetic"] == nil)
  }

  @Test(arguments: [
    ("photo", "perClass"), ("computers", "perClass"), ("cs", "perClass"), ("physics", "perClass"),
    ("citeseer", "public"), ("pubmed", "public"), ("actor", "provided"), ("texas", "provided"),
    ("syn-cora-h0.30-r1", "perClass"), ("synthetic-nodes", "perClass"),
  ])
  func usualSplits(name: String, split: String) throws {
    #expect(try config(["name": .string(name)]).config.data.split.choiceName == split)
  }

  /// A source's own settings stand beside the others, with its own defaults.
  @Test func cloudsBringTheirSettings() throws {
    let written = RecordEncoder.encode(
      try config(["name": "modelnet40", "points": 512]).config.data)
    guard case .object(let members) = written else {
      Issue.record("no object")
      return
    }
    #expect(
      members.keys.sorted() == [
        "augmentation", "batchSize", "dropLast", "generated", "name", "normalize", "onMissing",
        "points", "shuffle", "splitSeed", "testBatchSize", "validation", "validationShare",
      ])
    for data: JSONValue in [
      ["name": "modelnet10", "points": 256, "augmentation": ["shift": 0.1], "dropLast": true],
      ["name": "cloud-folder", "path": "here", "testShare": 0.5],
    ] {
      let (first, problems) = RecordDecoder.decode(DataConfig.self, from: data)
      let (second, more) = RecordDecoder.decode(
        DataConfig.self, from: RecordEncoder.encode(first))
      #expect(problems == [] && more == [] && first == second)
      var other = second
      other.settings = Registries.data["modelnet10"]?.fresh.settings
      #expect(other != first)
    }
    #expect(written["points"] == 512 && written["normalize"] == "none")
    #expect(written["generated"]?["classes"] == 40)
    let data = try config(["name": "modelnet10", "points": 512]).config.data
    #expect(RecordEncoder.encode(data)["normalize"] == "unitSphere")
    #expect(
      data.source?.sizes(data)
        == PublishedSizes(graphs: 4_899, nodes: 4_899 * 512, edges: 0, features: 3, labels: 10))
    #expect(data.evaluationBatchSize == 16 && !data.dropsLastBatch)
    let ppi = try config(["name": "ppi", "batchSize": 3]).config.data
    #expect(ppi.evaluationBatchSize == 3 && !ppi.dropsLastBatch && ppi.settings == nil)
    #expect(
      try config(["name": "cloud-folder"]).problems == [
        "data.path: missing; expected the folder with the files"
      ])
    #expect(
      try config(["name": "cora", "points": 5]).problems.first?.hasPrefix(
        "data.points: unknown key") == true)
    #expect(
      try config(["name": "modelnet10", "augmentation": ["scale": 0.5]]).problems.count == 1)
  }

  @Test func ppiKeepsItsSettings() throws {
    let written = RecordEncoder.encode(try config(["name": "ppi"]).config.data)
    guard case .object(let members) = written else {
      Issue.record("no object")
      return
    }
    #expect(members.keys.sorted() == ["batchSize", "name", "onMissing", "shuffle", "synthetic"])
  }

  @Test(
    arguments: [
      ["name": "cora"], ["name": "cora", "split": ["type": "provided"], "selfLoops": false],
      ["name": "physics", "split": ["type": "perClass", "training": 5], "onMissing": "synthetic"],
      ["name": "squirrel", "split": ["type": "shares", "training": 0.48, "validation": 0.32]],
      ["name": "synthetic-nodes", "syntheticNodes": ["homophily": 0.25]],
      ["name": "photo", "syntheticNodes": ["nodes": 900, "meanDegree": 20]],
    ] as [JSONValue])
  func configsComeBackFromWhatIsWritten(_ data: JSONValue) throws {
    let (first, problems) = try config(data)
    #expect(problems == [])
    let (second, more) = decode(RecordEncoder.encode(first))
    #expect(more == [] && first == second)
    #expect(first.identity == second.identity)
  }

  @Test(
    arguments: [
      (["name": "cra"], "data.name: found \"cra\", expected a data set: \"ppi\""),
      (["name": "ppi", "split": ["type": "perClass"]], "data.split: unknown key"),
      (["name": "ppi", "selfLoops": true], "data.selfLoops: unknown key"),
      (["name": "ppi", "normalizeFeatures": "rows"], "data.normalizeFeatures: unknown key"),
      (["name": "ppi", "syntheticNodes": [:]], "data.syntheticNodes: unknown key"),
      (["name": "cora", "batchSize": 1], "data.batchSize: unknown key"),
      (["name": "cora", "synthetic": [:]], "data.synthetic: unknown key"),
      (["name": "synthetic-nodes", "onMissing": "fail"], "data.onMissing: unknown key"),
      (["name": "cora", "split": ["type": "shars"]], "data.split.type: found \"shars\""),
      (["name": "cora", "split": ["training": 20]], "data.split.type: missing"),
      (
        ["name": "photo", "split": ["type": "public"]],
        "data.split.type: found \"public\", which photo has not (these have: cora, citeseer, pubmed)"
      ),
      (["name": "photo", "split": ["type": "provided"]], "data.split.type: found \"provided\""),
      (["name": "synthetic-nodes", "split": ["type": "public"]], "data.split.type: found"),
      (
        ["name": "cora", "split": ["type": "perClass", "training": 0]], "data.split.training: found"
      ),
      (
        ["name": "cora", "split": ["type": "shares", "training": 0.7, "validation": 0.3]],
        "data.split.validation: found 0.3, which with 0.7"
      ),
      (["name": "cora", "normalizeFeatures": "columns"], "data.normalizeFeatures: found"),
      (
        ["name": "cora", "syntheticNodes": ["nodes": 100]], "data.syntheticNodes.meanDegree: found"
      ),
      (["name": "cora", "split": ["type": "folds", "folds": 2]], "data.split.folds: found 2"),
      (["name": "cora", "inductiveShare": 1], "data.inductiveShare: found 1"),
      (
        ["name": "cora", "inductiveShare": 0.2, "rewiring": ["type": "sdrf"]],
        "data.inductiveShare: found 0.2 beside data.rewiring"
      ),
      (["name": "ppi", "largestComponent": true], "data.largestComponent: unknown key"),
      (
        ["name": "synthetic-nodes", "syntheticNodes": ["homophily": 1.5]],
        "data.syntheticNodes.homophily: found 1.5"
      ),
    ] as [(JSONValue, String)])
  func badDataAreRefused(_ data: JSONValue, message: String) throws {
    let problems = try config(data).problems
    #expect(problems.count == 1 && problems[0].hasPrefix(message), "\(problems)")
  }

  @Test func splitsInWords() {
    let shares = SharesSplitConfig(training: 0.48, validation: 0.32)
    #expect(
      SplitConfig(settings: shares).words
        == "48 % training, 32 % validation, the rest test, random per seed")
    var stratified = shares
    stratified.stratified = true
    #expect(
      SplitConfig(settings: stratified).words
        == "48 % training, 32 % validation, the rest test, of each class, random per seed")
    #expect(SplitConfig(settings: FoldsSplitConfig()).words.hasPrefix("10 folds"))
    #expect(FoldsSplitConfig().testPerTraining(labelled: 100, classes: 2) == 0.125)
    #expect(
      SplitConfig().words
        == "20 training and 30 validation nodes a class, the rest test, random per seed")
  }
}
