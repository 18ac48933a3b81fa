import Foundation
import Testing

@testable import Layers
@testable import Records
@testable import Tensor
@testable import TestSupport
@testable import Training

@Suite("Config")
struct ConfigTests {
  @Test func decodesWithDefaults() throws {
    let (config, problems) = decode(sampleConfig)
    #expect(problems == [])
    #expect(config.precision == .float32)
    #expect(config.data.batchSize == 1)
    #expect(config.data.synthetic.trainGraphs == 20)
    #expect(config.models.map(\.name) == ["teacher", "student", "mlp"])
    guard let gat = config.models[0].architecture.settings as? GATConfig else {
      Issue.record("expected a GAT")
      return
    }
    #expect(gat.heads == [2, 2])
    #expect(gat.negativeSlope == 0.2)
    guard let adam = config.models[0].training.optimizer.settings as? AdamConfig else {
      Issue.record("expected Adam")
      return
    }
    #expect(adam.learningRate == 0.01 && adam.beta2 == 0.999)
  }

  @Test func resolvedConfigDecodesToTheSame() throws {
    let config = decode(sampleConfig).config
    let resolved = RecordEncoder.encode(config)
    let (again, problems) = decode(resolved)
    #expect(problems == [])
    #expect(again == config)
    #expect(RecordEncoder.encode(again) == resolved)
    let text = try JSONParser.parse(resolved.prettyText)
    #expect(text == resolved)
  }

  @Test func integersMayHaveAPointAndBooleansAreNoNumbers() throws {
    #expect(
      decode(try sample(["models.mlp.training.epochs": .real(5.0)])).config.models[2]
        .training.epochs == 5)
    #expect(
      decode(try sample(["models.mlp.training.epochs": 5.5])).problems == [
        "models.mlp.training.epochs: found 5.5, expected an integer from 1 to 1000000"
      ])
    #expect(decode(try sample(["models.mlp.training.epochs": true])).problems.count == 1)
    #expect(
      decode(try sample(["data.shuffle": 1])).problems == [
        "data.shuffle: found 1, expected true or false"
      ])
  }

  @Test func everyProblemIsToldAtOnce() throws {
    let problems = decode(
      try sample([
        "models.teacher.training.epoch": 3, "models.student.training.epochs": -5,
        "precison": "float64", "models.mlp.architecture.hidden": [4, 0],
      ])
    ).problems
    #expect(problems.count == 4)
    #expect(problems.contains { $0.hasPrefix("models.student.training.epochs: found -5") })
    let unknown = try #require(problems.first { $0.contains("training.epoch:") })
    #expect(unknown.contains("did you mean \"epochs\"?"))
    #expect(unknown.contains("valid keys: asPublished, checkpoint, clipNorm, edgeDropout, epochs"))
    #expect(problems.contains { $0.contains("did you mean \"precision\"?") })
    #expect(problems.contains { $0.hasPrefix("models.mlp.architecture.hidden: found [4,0]") })
  }

  @Test func missingKeysAreTold() throws {
    var document = sampleConfig
    guard case .object(var members) = document else { return }
    members["seeds"] = nil
    members["models"] = [["name": "a"]]
    document = .object(members)
    let problems = decode(document).problems
    #expect(problems.contains { $0.hasPrefix("seeds: missing; expected a list of 1 to") })
    #expect(problems.contains { $0.hasPrefix("models.a.architecture: missing") })
    #expect(problems.contains { $0.hasPrefix("models.a.training: missing") })
    #expect(problems.contains { $0.hasPrefix("models.a.objectives: missing") })
  }

  @Test(
    arguments: [
      ("models.teacher.architecture.heads", [2, 2, 2], "3 values for 2 hidden layers"),
      ("models.teacher.architecture.hidden", [0], "expected a list of 0 to 256"),
      ("models.teacher.architecture.family", "gatt", "did you mean \"gat\"?"),
      ("models.teacher.architecture.featureDropout", 1, "of at least 0 and at most 0.9999999"),
      ("models.student.objectives.lsp.lastEpoch", -1, "expected an integer from 0"),
      ("models.student.objectives.lsp.firstEpoch", 2, "found 1, which is before firstEpoch, 2"),
      (
        "models.student.objectives.lsp.studentTap", "hidden.1",
        "(its taps: hidden.0, hidden.0.activ"
      ),
      (
        "models.student.objectives.lsp.teacherTap", "hidden.2",
        "\"teacher\" has no tap \"hidden.2\""
      ),
      ("models.student.objectives.lsp.teacher", "teachr", "did you mean \"teacher\"?"),
      ("models.student.objectives.lsp.teacher", "mlp", "not trained before \"student\""),
      ("models.student.objectives.lsp.teacher", "student", "not trained before \"student\""),
      ("models.student.objectives.lsp.name", "task", "two objectives are named \"task\""),
      ("models.student.objectives.lsp.kernel.type", "rbf2", "did you mean \"rbf\"?"),
      ("models.student.objectives.lsp.kernel.sigma", 1, "unknown key"),
      ("models.student.objectives.lsp.weight", -1, "of at least 0"),
      ("models.student.objectives.kd.temperature", 0, "expected a number of at least 0.001"),
      (
        "models.student.objectives.kd.form", ["type": "tanh"], "expected \"sigmoid\" or \"softmax\""
      ),
      (
        "models.student.objectives.kd.form", ["type": "sigmoid", "average": "nodes"], "unknown key"
      ),
      ("models.student.objectives.kd.nodes", "some", "expected \"all\" or \"known\""),
      ("models.student.objectives.kd.teacher", "mlp", "not trained before \"student\""),
      ("models.student.objectives.fitnet.projection.width", 0, "expected an integer from 1"),
      ("models.student.objectives.fitnet.projection.head", "relu", "expected \"linear\" or"),
      ("models.student.objectives.at.distance", "l1", "expected \"meanSquared\" or \"norm\""),
      ("models.student.objectives.mmd.kernel.variance", -1, "above 0, or null"),
      ("models.student.objectives.mmd.maxSamples", 0, "expected an integer from 1"),
      ("models.student.objectives.mmd.studentTap", "hidden.9", "has no tap \"hidden.9\""),
      ("models.student.objectives.gsp.kernel.type", "cosin", "did you mean \"cosine\"?"),
      ("models.student.objectives.gsp.teacherTap", "hidden.2", "\"teacher\" has no tap"),
      ("models.student.objectives.gcrd.temperature", -0.1, "expected a number above 0"),
      ("models.student.objectives.gcrd.teacher", "teachr", "did you mean \"teacher\"?"),
      ("models.student.name", "teacher", "two models are named \"teacher\""),
      ("models.student.name", "Stu.dent", "expected a name of lower-case letters"),
      ("models.mlp.objectives.0", sampleConfig["models"]!, "expected an object"),
      ("models.mlp.training.optimizer.learningRate", 0, "expected a number above 0"),
      ("models.mlp.training.clipNorm", 0, "above 0, or null"),
      ("models.student.training.optimizer.nesterov", "yes", "expected true or false"),
      ("models.student.training.optimizer.type", nil, "expected \"adam\" or \"sgd\""),
      ("seeds", [1, 2, 1], "the seed 1 occurs twice"),
      ("seeds", [-1], "an integer of at least 0"),
      ("name", "../evil", "expected a name"),
      ("models", [], "one or more objects"),
      ("data.name", "pip", "expected a data set: \"ppi\","),
      ("data.synthetic.meanDegree", 101, "more than a graph's 100 nodes"),
      ("data", [], "expected an object"),
      ("metrics", ["threshold": 2], "expected a probability from 0 to 1"),
    ] as [(String, JSONValue, String)])
  func badValuesAreRefused(path: String, value: JSONValue, message: String) throws {
    let problems = decode(try sample([path: value])).problems
    #expect(problems.count >= 1)
    #expect(problems.joined(separator: "\n").contains(message), "\(problems)")
  }

  @Test func aModelNeedsATask() throws {
    let objective: JSONValue = [
      "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "logits",
      "teacherTap": "logits", "kernel": ["type": "l2"],
    ]
    #expect(
      decode(try sample(["models.student.objectives": [objective]])).problems == [
        "models.student.objectives: none compares the outputs with labels; "
          + "add one of type bce or crossEntropy"
      ])
  }

  @Test func identityLeavesOutSeedsAndDescription() throws {
    let config = decode(sampleConfig).config
    let more = decode(try sample(["seeds": [1, 2], "description": "other"])).config
    #expect(config.identity == more.identity)
    let other = decode(try sample(["models.mlp.training.epochs": 4])).config
    #expect(config.identity.differences(from: other.identity) == ["models.mlp.training.epochs"])
  }

  @Test func tapsGoByLayer() {
    #expect(
      decode(sampleConfig).config.models[0].architecture.taps == [
        "hidden.0", "hidden.0.activated", "hidden.1", "hidden.1.activated", "logits",
      ])
  }
}

@Suite("Overrides")
struct OverrideTests {
  @Test func argumentsAreJSONOrText() throws {
    #expect(try #require(Override(argument: "a.b=1.5")).value == .number(1.5))
    #expect(try #require(Override(argument: "a.b=[1,2]")).value == [1, 2])
    #expect(try #require(Override(argument: "a.b=last")).value == "last")
    #expect(try #require(Override(argument: "a.b=x=y")).value == "x=y")
    #expect(try #require(Override(argument: "a.b=")).value == "")
    #expect(try #require(Override(argument: "a.b=1")).path == ["a", "b"])
    #expect(Override(argument: "a.b") == nil)
    #expect(Override(argument: "a..b=1") == nil)
    #expect(Override(argument: "=1") == nil)
  }

  @Test func elementsGoByNameOrIndex() throws {
    let byName = try sample(["models.student.objectives.lsp.weight": 3])
    let byIndex = try sample(["models.1.objectives.1.weight": 3])
    #expect(byName == byIndex)
    #expect(byName != sampleConfig)
    #expect(try sample(["seeds.0": 9])["seeds"] == [9])
  }

  @Test func missingObjectsAreMade() throws {
    #expect(decode(try sample(["models.teacher.training.schedule.every": 5])).problems == [])
    var document: JSONValue = [:]
    _ = try Override(path: "a.b.c", value: 1, origin: "test")!.apply(to: &document)
    #expect(document == ["a": ["b": ["c": 1]]])
  }

  @Test(arguments: [
    ("models.studnet.name", "models: has no element \"studnet\"; did you mean \"student\"?"),
    ("models.7.name", "models: has no element \"7\" (its elements: teacher, student, mlp)"),
    ("seeds.1", "seeds: has no element \"1\" (it has 1, counted from 0)"),
    ("seeds.-1", "seeds: has no element \"-1\""),
    ("name.x", "name: is a string, which has no \"x\" to set (test name.x)"),
  ])
  func pathsThatLeadNowhereAreRefused(path: String, message: String) throws {
    let problem = try #require(throws: JSONProblem.self) { try sample([path: 1]) }
    #expect(problem.description.hasPrefix(message), "\(problem.description)")
  }
}

@Suite("Config files")
struct ConfigFileTests {
  private static func write(_ text: String) throws -> ConfigFile {
    let folder = try makeTemporaryFolder()
    try Data(text.utf8).write(to: folder.appending(path: "c.json"))
    return try ConfigFile(path: "c.json", relativeTo: folder)
  }

  @Test func quickBlockAppliesOnlyWhenAskedFor() throws {
    let file = try Self.write(sampleConfig.prettyText)
    #expect(try file.resolve(quick: false).models[0].training.epochs == 3)
    #expect(try file.resolve(quick: true).models[0].training.epochs == 1)
    let override = try #require(Override(argument: "models.teacher.training.epochs=7"))
    #expect(try file.resolve(quick: true, overrides: [override]).models[0].training.epochs == 7)
  }

  @Test(
    arguments: [
      (["models.teacher.training.epoch": 1], "(set by the quick block's models.teacher"),
      (["modles.teacher.training.epochs": 1], "did you mean \"models\"?"),
      (["models.techer.training.epochs": 1], "did you mean \"teacher\"?"),
      (["a..b": 1], "found the key \"a..b\""),
      ([1], "expected an object of key paths"),
    ] as [(JSONValue, String)])
  func slipsInTheQuickBlockAreFoundInEveryRun(block: JSONValue, message: String) throws {
    guard case .object(var members) = sampleConfig else { return }
    members["quick"] = block
    let file = try Self.write(JSONValue.object(members).prettyText)
    let error = try #require(throws: ConfigError.self) { try file.resolve(quick: false) }
    #expect(error.description.contains(message), "\(error.description)")
    #expect(error.exitCode == 65)
  }

  @Test func overridesAreNamedInErrors() throws {
    let file = try Self.write(sampleConfig.prettyText)
    let overrides = ["models.0.training.epochs=-1", "models.nobody.x=1", "seeds=[1,1]"]
      .compactMap(Override.init(argument:))
    let error = try #require(throws: ConfigError.self) {
      try file.resolve(quick: false, overrides: overrides)
    }
    #expect(error.problems.count == 2)  // The seeds are looked at once the rest can be read.
    #expect(
      error.description.contains("models.teacher.training.epochs: found -1, expected an integer"))
    #expect(error.description.contains("(set by --set models.0.training.epochs)"))
  }

  @Test func syntaxErrorsHaveFileLineAndColumn() throws {
    let error = try #require(throws: ConfigError.self) { try Self.write("{\n  \"name\": }") }
    #expect(error.description == "c.json:2:11: not valid JSON: found \"}\", expected a value")
  }

  @Test func everyShippedConfigIsValid() throws {
    let folder = packageRoot.appending(path: "configs", directoryHint: .isDirectory)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") && $0 != "schema.json" && !$0.hasPrefix("tables/") }
    #expect(names.contains("ppi_lsp.json"))
    for name in names {
      let file = try ConfigFile(path: name, relativeTo: folder)
      let config = try file.resolve(quick: false)
      #expect(config.name == URL(filePath: name).deletingPathExtension().lastPathComponent)
      _ = try file.resolve(quick: true)
      let (again, problems) = decode(RecordEncoder.encode(config))
      #expect(problems == [] && again == config)
    }
  }

  @Test func theMainConfigIsThePapersProtocol() throws {
    let file = try ConfigFile(path: "configs/ppi_lsp.json", relativeTo: packageRoot)
    let config = try file.resolve(quick: false)
    #expect(config.seeds == [100] && config.data.batchSize == 2)
    #expect(config.models.map(\.name) == ["teacher", "labels_only", "lsp"])
    #expect(config.models.map(\.training.epochs) == [60, 500, 500])
    #expect(config.models.allSatisfy { $0.training.evaluateEvery == 10 })
    #expect(config.models[1].architecture == config.models[2].architecture)
    #expect(config.models[1].training == config.models[2].training)
    guard let lsp = config.models[2].objectives[1].kind.settings as? LSPConfig else {
      Issue.record("expected LSP")
      return
    }
    #expect(lsp.kernel == SimilarityKernelConfig(settings: LaplacianKernelConfig()))
    #expect(lsp.direction == .teacherToStudent && lsp.source.weights == .last)
    #expect(config.models[2].objectives[1].lastEpoch == 29)
  }
}
