import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

@Suite("Schedules, optimisers and weights of classes in configs")
struct ScheduleConfigTests {
  private func training(_ settings: KeyValuePairs<String, JSONValue>) throws -> TrainingConfig {
    let (config, problems) = decode(try sample(settings))
    #expect(problems == [])
    return config.models[2].training
  }

  @Test func aWarmUpStandsBeforeAnySchedule() throws {
    let path = "models.mlp.training"
    let cosine = try training([
      "\(path).epochs": 12, "\(path).warmup": 4, "\(path).schedule": ["type": "cosine"],
    ])
    var alone = cosine
    (alone.warmup, alone.epochs) = (0, 8)
    for epoch in 0..<4 {
      #expect(cosine.learningRate(epoch: epoch) == 0.01 * Double(epoch + 1) / 4)
    }
    for epoch in 4..<12 {
      #expect(cosine.learningRate(epoch: epoch) == alone.learningRate(epoch: epoch - 4))
    }
  }

  @Test func schedulesDecodeWithTheirDefaults() throws {
    let plateau = try training(["models.mlp.training.schedule": ["type": "plateau"]])
      .schedule.settings.plateau
    #expect(plateau == PlateauSchedule(watches: .validationLoss, rule: Plateau.Rule()))
    #expect(plateau?.rule(of: "accuracy").higherIsBetter == false)
    let scores = PlateauSchedule(watches: .validationScore, rule: Plateau.Rule())
    #expect(scores.rule(of: "accuracy").higherIsBetter)
    let exponential = try training([
      "models.mlp.training.schedule": ["type": "exponential", "factor": 0.5]
    ])
    #expect((0..<3).map { exponential.learningRate(epoch: $0) } == [0.01, 0.005, 0.0025])
    #expect(
      try training([
        "models.mlp.training.schedule": ["type": "multiStep", "milestones": [1, 2]]
      ]).schedule.settings.plateau == nil)
  }

  @Test(
    arguments: [
      (
        ["type": "multiStep", "milestones": [2, 2]],
        "milestones: found 2 behind 2, expected a rising"
      ),
      (["type": "multiStep", "milestones": []], "milestones: found [], expected a list of 1 to"),
      (["type": "multiStep"], "milestones: missing"),
      (["type": "exponential"], "factor: missing"),
      (["type": "exponential", "factor": 0], "factor: found 0, expected a number above 0"),
      (["type": "plateau", "minimum": 0.5], "minimum: found 0.5, which is above the optimiser's"),
      (["type": "plateau", "watches": "accuracy"], "watches: found \"accuracy\", expected"),
      (["type": "plateau", "threshold": 1], "threshold: found 1"),
    ] as [(JSONValue, String)])
  func badSchedulesAreRefused(schedule: JSONValue, message: String) throws {
    let problems = decode(try sample(["models.mlp.training.schedule": schedule])).problems
    #expect(problems.count == 1 && problems[0].contains(message), "\(problems)")
    #expect(problems.joined().contains("models.mlp.training.schedule."), "\(problems)")
  }

  @Test(
    arguments: [
      (["type": "plateau"], "schedule.patience", "the rate can never fall"),
      (["type": "plateau", "patience": 0, "factor": 1], "schedule", "like \"constant\""),
      (
        ["type": "multiStep", "milestones": [1, 3]], "schedule.milestones",
        "found 3, but the schedule is of 3 epochs"
      ),
      (["type": "exponential", "factor": 1], "schedule", "like \"constant\""),
    ] as [(JSONValue, String, String)])
  func schedulesThatChangeNothingAreWarnedOf(
    schedule: JSONValue, key: String, words: String
  ) throws {
    let (config, problems) = decode(try sample(["models.mlp.training.schedule": schedule]))
    #expect(problems == [])
    let warnings = config.allWarnings.map(\.description)
    #expect(warnings.count == 1, "\(warnings)")
    #expect(
      warnings.joined().contains("models.mlp.training.\(key)") && warnings.joined().contains(words),
      "\(warnings)")
  }

  @Test(
    arguments: [
      (3, ["type": "constant"], "warmup", "the schedule never begins"),
      (4, ["type": "cosine"], "warmup", "the full rate is never reached"),
      (1, ["type": "linearWarmup", "epochs": 2], "warmup", "begins again behind it"),
    ] as [(Int, JSONValue, String, String)])
  func warmUpsThatLeadNowhereAreWarnedOf(
    warmup: Int, schedule: JSONValue, key: String, words: String
  ) throws {
    let warnings = decode(
      try sample([
        "models.mlp.training.warmup": .integer(warmup), "models.mlp.training.schedule": schedule,
      ])
    ).config.allWarnings.map(\.description)
    #expect(warnings.count == 1 && warnings.joined().contains(words), "\(warnings)")
    #expect(warnings.joined().contains("models.mlp.training.\(key)"), "\(warnings)")
  }

  // MARK: Optimisers

  @Test(
    arguments: [
      (["layers..0": 1], "found the name \"layers..0\", expected words"),
      (["layers.*": 1, "*.0": 2], "\"*.0\" and \"layers.*\" have different values"),
      (["layers.0": -1], "expected an object whose values are each"),
    ] as [(JSONValue, String)])
  func badDecaysAreRefused(decays: JSONValue, message: String) throws {
    for type in ["adam", "sgd", "rmsprop"] {
      let problems = decode(
        try sample([
          "models.mlp.training.optimizer": [
            "type": .string(type), "learningRate": 0.1, "weightDecayOf": decays,
          ]
        ])
      ).problems
      #expect(problems.count == 1 && problems[0].contains(message), "\(problems)")
    }
  }

  @Test func decaysThatChangeNothingAreWarnedOf() throws {
    func warnings(_ optimizer: JSONValue) throws -> String {
      decode(try sample(["models.mlp.training.optimizer": optimizer])).config.allWarnings
        .map(\.description).joined(separator: "\n")
    }
    let same: JSONValue = [
      "type": "rmsprop", "learningRate": 0.1, "weightDecay": 0.5, "weightDecayOf": ["layers": 0.5],
    ]
    #expect(try warnings(same).contains("\"layers\" has the value of weightDecay"))
    let decoupled: JSONValue = [
      "type": "adam", "learningRate": 0.1, "decoupled": true, "weightDecayOf": ["layers.0": 0.5],
    ]
    #expect(try warnings(decoupled) == "")
  }

  @Test func rmspropDecodes() throws {
    let optimizer = try training([
      "models.mlp.training.optimizer": [
        "type": "rmsprop", "learningRate": 0.1, "weightDecayOf": ["layers.1": 0.5],
      ]
    ]).optimizer.settings
    let config = try #require(optimizer as? RMSpropConfig)
    #expect(config.alpha == 0.99 && config.epsilon == 1e-8 && !config.centered)
    #expect(config.momentum == 0 && config.decayGroups.decays == ["layers.1": 0.5])
    #expect(optimizer.makeOptimizer([Parameter<Float>]()) is RMSprop<Float>)
  }

  // MARK: Weights of classes

  @Test(
    arguments: [
      ("classWeights", "equal", "expected \"balanced\", a list of 1 to 65536 values"),
      ("classWeights", [1, -1], "expected \"balanced\""),
      ("classWeights", [0, 0], "all are 0: no node would count"),
      ("focusing", -1, "at least 0 and at most 100"),
    ] as [(String, JSONValue, String)])
  func badWeightsAreRefused(key: String, value: JSONValue, message: String) throws {
    let problems = decode(try sample(["models.student.objectives.task.\(key)": value])).problems
    #expect(problems.count == 1 && problems[0].contains(message), "\(problems)")
    #expect(problems.joined().contains("models.student.objectives.task.\(key)"), "\(problems)")
  }

  @Test func weightsAreWrittenAsTheyAreRead() throws {
    for value in [.null, "balanced", [1, 0.5]] as [JSONValue] {
      let rule = FieldRule<ClassWeights>.classWeights
      let weights = try #require(rule.decode(value))
      #expect(rule.encode(weights) == value)
    }
  }

  /// The weights that a config makes of training labels, class by class; of class -1 the label is not
  /// known.
  private func weights(_ choice: ClassWeights, _ graphs: [[Int]]) throws -> [Double]? {
    let samples = try graphs.map { classes in
      var labels = Matrix<Double>(zeros: classes.count, 3)
      // What is unknown has a label too, which must not count.
      for (node, c) in classes.enumerated() { labels[node, max(c, 0)] = 1 }
      return GraphSample(
        graph: try CSRGraph(nodeCount: classes.count, sources: [], destinations: []),
        features: Matrix(zeros: classes.count, 2), labels: labels, known: classes.map { $0 >= 0 })
    }
    let student = Network<Double>(
      layers: [LinearLayer(name: "l", inputWidth: 2, outputWidth: 3, bias: true, seed: 1)],
      activation: .relu)
    return try choice.weights(
      of: ObjectiveContext(graphs: samples, student: student, peers: [], seed: 1) { _ in student })
  }

  @Test func balancedWeightsAreOfTheKnownTrainingLabels() throws {
    #expect(
      try weights(.balanced, [[0, 1, -1, 1, 2], [-1, -1, 1]]) == [5 / 3.0, 5 / 9.0, 5 / 3.0])
    #expect(try weights(.byHand([1, 2, 3]), [[0]]) == [1, 2, 3])
    #expect(try weights(.none, [[0]]) == nil)
    let error = try #require(throws: ConfigError.self) {
      try weights(.balanced, [[1, 1, -1], [1]])
    }
    #expect(error.exitCode == ExitStatus.badData)
    #expect(
      error.description.contains(
        "classWeights: found \"balanced\", but no training label is of class 0, 2"),
      "\(error)")
  }
}
