import Foundation
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

@Suite("Configs that extend others")
struct ConfigInheritanceTests {
  private let folder: URL

  init() throws { folder = try makeTemporaryFolder() }

  private func write(_ document: JSONValue, to name: String) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(document.prettyText.utf8).write(to: file)
  }

  private func resolve(_ name: String) throws -> ExperimentConfig {
    try ConfigFile(path: name, relativeTo: folder).resolve(quick: false)
  }

  @Test func aChainOfFilesGivesTheWholeConfig() throws {
    try write(sampleConfig, to: "base.json")
    try write(
      [
        "extends": "../base.json", "seeds": [4, 5],
        "models": [["name": "student", "training": ["epochs": 7]]],
      ], to: "far/middle.json")
    try write(
      [
        "extends": "far/middle.json", "name": "last",
        "models": [
          ["name": "student", "objectives": [["name": "lsp", "weight": 3]]],
          [
            "name": "added", "architecture": ["family": "mlp", "hidden": [2]],
            "training": ["epochs": 1, "optimizer": ["type": "adam", "learningRate": 0.1]],
            "objectives": [["name": "task", "type": "bce"]],
          ],
        ],
      ], to: "last.json")
    let config = try resolve("last.json")
    let expected = decode(
      try sample([
        "name": "last", "seeds": [4, 5], "models.student.training.epochs": 7,
        "models.student.objectives.lsp.weight": 3,
      ])
    ).config
    #expect(config.models.dropLast() == expected.models[...])
    #expect(config.models.last?.name == "added")
    #expect(config.seeds == expected.seeds && config.name == "last" && config.data == expected.data)
    let document = RecordEncoder.encode(config)
    #expect(document["extends"] == nil && document["defaults"] == nil)
  }

  @Test(
    arguments: [
      (["a": ["x": 1, "y": 2]], ["a": ["y": 3]], ["a": ["x": 1, "y": 3]]),
      (["a": [1, 2]], ["a": [3]], ["a": [3]]),
      (["a": [["name": "n"]]], ["a": []], ["a": []]),
      (["a": [["name": "n"]]], ["a": [["q": 1]]], ["a": [["q": 1]]]),
      (["a": [1]], ["a": [["name": "n"]]], ["a": [["name": "n"]]]),
      (["a": ["x": 1]], ["a": nil], ["a": nil]),
      (
        ["a": ["type": "adam", "rate": 1]], ["a": ["type": "sgd", "momentum": 1]],
        ["a": ["type": "sgd", "momentum": 1]]
      ),
      (
        ["a": ["type": "adam", "rate": 1]], ["a": ["type": "adam", "epsilon": 1]],
        ["a": ["type": "adam", "rate": 1, "epsilon": 1]]
      ),
      (["a": ["family": "gcn", "x": 1]], ["a": ["family": "gat"]], ["a": ["family": "gat"]]),
      (
        ["a": [["name": "p", "x": 1], ["name": "q"]]],
        ["a": [["name": "r"], ["name": "p", "y": 2]]],
        ["a": [["name": "p", "x": 1, "y": 2], ["name": "q"], ["name": "r"]]]
      ),
    ] as [(JSONValue, JSONValue, JSONValue)])
  func mergingFollowsTheRule(base: JSONValue, own: JSONValue, expected: JSONValue) {
    #expect(ConfigInheritance.merged(own, over: base, listsByName: true) == expected)
  }

  @Test func circlesAreRefusedWithTheirChain() throws {
    try write(["extends": "b.json"], to: "a.json")
    try write(["extends": "./sub/../c.json"], to: "b.json")
    try write(["extends": "a.json"], to: "c.json")
    try write(["extends": "self.json"], to: "self.json")
    let error = try #require(throws: ConfigError.self) { try resolve("a.json") }
    #expect(error.exitCode == 65)
    #expect(
      error.description.contains(
        "a.json extends b.json, which extends c.json, which extends a.json: a circle"),
      "\(error)")
    #expect(throws: ConfigError.self) { try resolve("self.json") }
  }

  @Test func missingFilesAreNamedWithTheirChain() throws {
    try write(["extends": "sub/b.json"], to: "a.json")
    try write(["extends": "c.json"], to: "sub/b.json")
    let error = try #require(throws: InputError.self) { try resolve("a.json") }
    #expect(error.exitCode == 66)
    #expect(
      error.description.hasPrefix(
        "a.json extends sub/b.json, which extends sub/c.json: sub/c.json: no such file"), "\(error)"
    )
    for wrong in [1, "", nil, ["a.json"]] as [JSONValue] {
      try write(["extends": wrong], to: "wrong.json")
      let error = try #require(throws: ConfigError.self) { try resolve("wrong.json") }
      #expect(error.description.contains("expected the path of a file"), "\(error)")
    }
  }

  @Test func defaultsStandUnderEveryModel() throws {
    guard case .object(var members) = sampleConfig else { return }
    members["models"] = [
      ["name": "teacher", "architecture": ["hidden": [8, 8]]],
      ["name": "other", "architecture": ["family": "mlp", "hidden": [3]]],
      ["name": "third", "objectives": [["name": "own", "type": "crossEntropy"]]],
    ]
    members["defaults"] = [
      "architecture": ["family": "gat", "hidden": [4], "heads": 2],
      "training": ["epochs": 3, "optimizer": ["type": "adam", "learningRate": 0.01]],
      "objectives": [["name": "task", "type": "bce"]],
    ]
    try write(.object(members), to: "c.json")
    let models = try resolve("c.json").models
    #expect(models.map { $0.objectives.map(\.name) } == [["task"], ["task"], ["own"]])
    #expect(models.map(\.training.epochs) == [3, 3, 3])
    let document = models.map { RecordEncoder.encode($0)["architecture"] }
    #expect(document[0]?["hidden"] == [8, 8] && document[0]?["family"] == "gat")
    #expect(document[1]?["family"] == "mlp" && document[1]?["heads"] == nil)
    #expect(document[2]?["hidden"] == [4])

    let file = try ConfigFile(path: "c.json", relativeTo: folder)
    let late = try #require(Override(argument: "defaults.training.epochs=9"))
    let error = try #require(throws: ConfigError.self) {
      try file.resolve(quick: false, overrides: [late])
    }
    #expect(error.description.contains("set models.*.KEY"), "\(error)")
    for (wrong, message) in [
      ([1], "expected an object"), (["name": "x"], "a name of its own"),
    ] as [(JSONValue, String)] {
      members["defaults"] = wrong
      try write(.object(members), to: "wrong.json")
      let error = try #require(throws: ConfigError.self) { try resolve("wrong.json") }
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test func starsStandForAllThatMatch() throws {
    let all = try sample(["models.*.training.epochs": 9])
    #expect(decode(all).config.models.map(\.training.epochs) == [9, 9, 9])
    #expect(
      try sample(["models.*.objectives.lsp.weight": 3])
        == sample(["models.student.objectives.lsp.weight": 3]))
    #expect(try sample(["seeds.*": 9])["seeds"] == [9])
    var document = sampleConfig
    let override = try #require(Override(argument: "models.*.training.epochs=1"))
    let paths = try override.apply(to: &document).map { $0.joined(separator: ".") }
    #expect(paths == ["teacher", "student", "mlp"].map { "models.\($0).training.epochs" })
    let problem = try #require(throws: JSONProblem.self) {
      try sample(["models.*.objectives.lps.weight": 1])
    }
    #expect(
      problem.description.hasPrefix(
        "models: has nothing that \"*.objectives.lps.weight\" stands for; did you mean \"lsp\"?"),
      "\(problem)")
    #expect(decode(try sample(["models.*.training.epohcs": 1])).problems.count == 3)
  }

  @Test(arguments: [
    ("models.student.objectives.lsp.weight=0.25", "lsp.weight=0.25"),
    ("models.1.objectives.1.weight=0.25", "lsp.weight=0.25"),
    ("models.student.clip=1", "clip=1"),
    ("models.student.training.epochs=9", "student.training.epochs=9"),
    ("models.*.training.epochs=9", "all.training.epochs=9"),
    ("data.name=cora", "data.name=cora"),
    ("data.shuffle=false", "shuffle=false"),
    ("models.student.architecture.hidden=[4,5]", "student.architecture.hidden=4,5"),
    ("models.student.architecture.hidden=[4]", "student.architecture.hidden=4,"),
  ])
  func marksAreShortAndUnambiguous(argument: String, mark: String) throws {
    let config = decode(sampleConfig).config
    let override = try #require(Override(argument: argument))
    #expect(OverrideMark.text(of: [override], in: config) == mark)
    let twice = try #require(Override(argument: "precision=float64"))
    #expect(
      OverrideMark.text(of: [override, twice, override], in: config)
        == "precision=float64+" + mark)
  }

  @Test(arguments: [
    "data.split={\"type\":\"public\"}", "precision=\"3\"", "precision=a/b", "precision=",
    "precision=[]", "precision=" + String(repeating: "x", count: 80), "models.a/b.x=1",
    "models.all.x=1",
  ])
  func otherMarksAreHashes(argument: String) throws {
    let config = decode(sampleConfig).config
    let override = try #require(Override(argument: argument))
    #expect(OverrideMark.text(of: [override], in: config) == StableHash.hash(config.identity))
  }
}
