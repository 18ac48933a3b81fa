import Foundation
import Graph
import Tensor
import Testing

@testable import Datasets
@testable import Layers
@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// Settings that change nothing beside the others, and data of which nothing could be learnt.
@Suite struct WarningTests {
  /// The warnings of the sample config with changes, as lines.
  private func warnings(_ settings: KeyValuePairs<String, JSONValue>) throws -> [String] {
    let (config, problems) = decode(try sample(settings))
    try #require(problems == [], "\(problems)")
    return config.allWarnings.map(\.description)
  }

  @Test func theSampleHasNone() throws { #expect(try warnings([:]) == []) }

  static let silent: [(KeyValuePairs<String, JSONValue>, path: String, words: String)] = [
    (
      ["models.student.objectives.kd.firstEpoch": 3], "models.student.objectives.kd.firstEpoch",
      "the training ends with epoch 2 (from 0): the objective is never on"
    ),
    (
      ["models.student.objectives.kd.weight": 0], "models.student.objectives.kd.weight",
      "the objective does nothing"
    ),
    (
      ["models.student.objectives.kd.warmup": 4], "models.student.objectives.kd.warmup",
      "its full weight is never reached"
    ),
    (
      ["models.student.objectives.lsp.warmup": 3], "models.student.objectives.lsp.warmup",
      "the objective is on in 2 epochs"
    ),
    (
      ["models.teacher.objectives.task.lastEpoch": 1], "models.teacher.objectives",
      "none is on in epoch 2"
    ),
    (
      ["models.teacher.objectives.task.firstEpoch": 1], "models.teacher.objectives",
      "none is on in epoch 0"
    ),
    (
      ["models.teacher.training.schedule.every": 3], "models.teacher.training.schedule",
      "leaves the learning rate as it is in all 3 epochs"
    ),
    (
      ["models.teacher.training.schedule.factor": 1], "models.teacher.training.schedule",
      "like \"constant\""
    ),
    (
      ["models.student.training.schedule": ["type": "cosine", "minimum": 0.1]],
      "models.student.training.schedule", "leaves the learning rate as it is"
    ),
    (
      ["models.mlp.training.schedule": ["type": "linearWarmup", "epochs": 4]],
      "models.mlp.training.schedule.epochs", "the full rate is never reached"
    ),
    (
      ["models.mlp.training.evaluateEvery": 3], "models.mlp.training.evaluateEvery",
      "after the first epoch and the last alone"
    ),
    (
      ["models.mlp.training.patience": 2], "models.mlp.training.patience",
      "can never end a training of 3 evaluations"
    ),
    (
      ["models.mlp.training.patience": 1, "models.mlp.training.checkpoint": "last"],
      "models.mlp.training.patience", "and not the best ones"
    ),
    (
      [
        "models.mlp.training.checkpoint": "lowestValidationLoss",
        "models.mlp.training.selectOn": "accuracy",
      ],
      "models.mlp.training.selectOn", "goes by the loss"
    ),
    (
      ["models.mlp.training.asPublished": ["separateSteps": true]],
      "models.mlp.training.asPublished.separateSteps", "a model of one objective"
    ),
    (
      [
        "models.mlp.training.checkpoint": "last",
        "models.mlp.training.asPublished": ["reloadsBest": true],
      ],
      "models.mlp.training.asPublished.reloadsBest", "keeps no weights"
    ),
    (
      ["models.mlp.training.optimizer.decoupled": true], "models.mlp.training.optimizer.decoupled",
      "without a weightDecay"
    ),
    (
      ["models.mlp.training.edgeDropout": 0.5], "models.mlp.training.edgeDropout",
      "does not see the data's edges"
    ),
    (["models.mlp.group": "lonely"], "models.mlp.group", "the only one of its group"),
    (
      [
        "models.student.objectives.kd.teacherWeights": "selected",
        "models.teacher.training.checkpoint": "last",
      ],
      "models.student.objectives.kd.teacherWeights", "the same weights"
    ),
    (
      ["metrics": ["thresholdOn": "probability", "threshold": 0]], "metrics.threshold",
      "every label counts as predicted"
    ),
    (
      ["metrics": ["thresholdOn": "probability", "threshold": 1]], "metrics.threshold",
      "no label counts as predicted"
    ),
    (["data.onMissing": "fail"], "data.synthetic", "where the data are missing the run ends"),
    (
      [
        "models.student.objectives.lsp": [
          "name": "bands", "type": "framelet", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1", "bandWeights": [0, 0], "framelets": ["largestEigenvalue": 2],
        ]
      ], "models.student.objectives.bands.bandWeights", "all are 0"
    ),
    (
      [
        "models.student.objectives.lsp": [
          "name": "bands", "type": "framelet", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1", "framelets": ["largestEigenvalue": 2, "dilation": 3],
        ]
      ], "models.student.objectives.bands.framelets.dilation", "of one level"
    ),
  ]

  @Test(arguments: silent.indices) func whatChangesNothingIsSaid(_ place: Int) throws {
    let (settings, path, words) = Self.silent[place]
    let found = try warnings(settings)
    #expect(
      found.count == 1 && found[0].hasPrefix("\(path): ") && found[0].contains(words), "\(found)")
  }

  @Test func oneGraph() throws {
    let (config, problems) = decode([
      "name": "one", "seeds": [1],
      "data": [
        "name": "cora", "rewiring": ["type": "sdrf"], "syntheticNodes": ["nodes": 2_000],
        "split": ["type": "shares"],
      ],
      "metrics": ["threshold": 0.4, "thresholdOn": "logit"],
      "models": [
        [
          "name": "gcn", "architecture": ["family": "gcn", "hidden": [2]],
          "training": ["epochs": 2, "optimizer": ["type": "adam", "learningRate": 0.1]],
          "objectives": [["name": "task", "type": "crossEntropy"]],
        ]
      ],
    ])
    try #require(problems == [], "\(problems)")
    #expect(
      config.allWarnings.map(\.path) == [
        "metrics.threshold", "metrics.thresholdOn", "data.rewiring", "data.syntheticNodes",
      ])
  }

  @Test(arguments: [1, 2]) func alignmentOfOneLayer(layers: Int) throws {
    for strategy in ["oneToOne", "alignahead", "alignaheadReversed"] {
      let student: JSONValue = [
        "name": "student", "count": 2,
        "architecture": [
          "family": "gcn", "hidden": .array([JSONValue](repeating: 2, count: layers)),
        ],
        "training": ["epochs": 2, "optimizer": ["type": "adam", "learningRate": 0.1]],
        "objectives": [
          ["name": "task", "type": "bce"],
          [
            "name": "align", "type": "alignahead", "strategy": ["type": .string(strategy)],
            "kernel": ["type": "l2"],
          ],
        ],
      ]
      let document: JSONValue = [
        "name": "group", "seeds": [1], "data": ["name": "ppi"], "models": [student],
      ]
      let (config, problems) = decode(ModelCount.expanded(document).0)
      try #require(problems == [], "\(problems)")
      #expect(
        config.allWarnings.map(\.path)
          == (layers == 1 && strategy != "oneToOne"
            ? ["student_1", "student_2"].map { "models.\($0).objectives.align.strategy" } : []))
    }
  }

  /// A task of weight 0 says what evaluations report; of a model with nothing else nothing is learnt.
  @Test func aTaskOfWeight0() throws {
    #expect(try warnings(["models.student.objectives.task.weight": 0]) == [])
    let found = try warnings(["models.mlp.objectives.task.weight": 0])
    #expect(found.count == 1 && found[0].contains("none is on in epoch 0"), "\(found)")
  }

  @Test func aWeightOf0TakesSeparateSteps() throws {
    #expect(
      try warnings([
        "models.student.objectives.kd.weight": 0,
        "models.student.training.asPublished": ["separateSteps": true],
      ]) == [])
  }

  @Test func aRateThatRisesIsNoCosine() throws {
    let (_, problems) = decode(
      try sample(["models.student.training.schedule": ["type": "cosine", "minimum": 0.2]]))
    #expect(
      problems == [
        "models.student.training.schedule.minimum: found 0.2, which is above the optimiser's "
          + "learningRate, 0.1: the rate would rise"
      ])
  }

  @Test(arguments: [0, 1e-4, 1e7, 1e44]) func temperaturesOutOfRange(_ temperature: Double) throws {
    let (_, problems) = decode(
      try sample(["models.student.objectives.kd.temperature": .real(temperature)]))
    #expect(
      problems.count == 1 && problems[0].contains("at least 0.001 and at most"), "\(problems)")
  }

  @Test func validateAndTheLogSayThem() throws {
    let place = try Workplace(try sample(["models.student.objectives.kd.firstEpoch": 300]))
    #expect(place.run("validate", "sample.json") == 0)
    let line =
      "warning: models.student.objectives.kd.firstEpoch: found 300, but the training ends with epoch "
      + "2 (from 0): the objective is never on\n"
    #expect(place.output.contains(line), "\(place.output)")
    #expect(place.run("validate", "sample.json", "--json") == 0)
    let printed = try JSONParser.parse(place.output)
    guard case .array(let warnings)? = printed["warnings"] else {
      Issue.record("no warnings")
      return
    }
    #expect(warnings.map { $0["path"] } == ["models.student.objectives.kd.firstEpoch"])
    // What is printed is a config that can be run.
    try place.write(place.output, to: "printed.json")
    #expect(place.run("validate", "printed.json") == 0)
    #expect(place.run("sample.json") == 0)
    #expect(place.errors.contains(String(line.dropLast())), "\(place.errors)")
    let plain = try Workplace()
    #expect(plain.run("validate", "sample.json", "--json") == 0)
    #expect(try JSONParser.parse(plain.output)["warnings"] == [])
  }

  @Test func theConfigsOfTheProject() throws {
    let folder = packageRoot.appending(path: "configs")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") && $0 != "schema.json" }
    #expect(files.count > 5)
    for file in files {
      let config = try ConfigFile(path: "configs/\(file)", relativeTo: packageRoot).resolve(
        quick: false)
      #expect(config.allWarnings.map(\.description) == [], "\(file)")
    }
  }

  // MARK: Data

  @Test func aPartWithoutAKnownLabelIsRefused() throws {
    func sample(known: Bool) throws -> GraphSample<Double> {
      GraphSample(
        graph: try CSRGraph(nodeCount: 2, sources: [], destinations: []),
        features: Matrix(zeros: 2, 1), labels: Matrix(zeros: 2, 1), known: [known, false])
    }
    for (place, name) in ["training", "validation", "test"].enumerated() {
      let parts = try (0..<3).map { [try sample(known: $0 != place)] }
      let data = ExperimentData(
        GraphDataset(
          name: "small", source: "folder", isSynthetic: false, train: parts[0], valid: parts[1],
          test: parts[2]))
      let error = #expect(throws: DataError.self) { try data.check(seed: 0) }
      #expect(error?.description.contains("no node of the \(name) part of small") == true)
      #expect(error?.exitCode == ExitStatus.badData)
    }
  }

  @Test func classesThatNoNodeHas() throws {
    func unused(_ classes: [Int], of count: Int? = nil) throws -> String? {
      try NodeDataset<Float>(
        name: "small", source: "file",
        graph: CSRGraph(nodeCount: classes.count, sources: [], destinations: []),
        features: CSRMatrix(nonZerosOf: Matrix(zeros: classes.count, 1)), classes: classes,
        classCount: count
      ).unusedClasses
    }
    #expect(try unused([0, 1, 2, -1]) == nil)
    let shifted = try #require(try unused([1, 2, 3, 1, 2]))
    #expect(shifted.contains("no node is of class 0 (of 0 to 3)"))
    #expect(shifted.hasSuffix("labels seem to count from 1, and should from 0"))
    let gap = try #require(try unused([0, 3, 0, 0, -1]))
    #expect(gap.contains("class 1, 2 (of 0 to 3)") && !gap.contains("count from 1"))
  }
}
