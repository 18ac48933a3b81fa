import Distill
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

/// Objectives made from a config: every setting reaches them.
@Suite("Objectives from configs")
struct ObjectiveBuilderTests {
  private func network(_ widths: [Int], seed: UInt64) -> Network<Double> {
    Network(
      layers: (0..<widths.count - 1).map { l in
        LinearLayer<Double>(
          name: "layers.\(l)", inputWidth: widths[l], outputWidth: widths[l + 1], bias: true,
          seed: seed)
      }, activation: .elu)
  }

  private func graph() throws -> GraphSample<Double> {
    let n = 12
    let ring = (0..<Int32(n)).map { $0 }
    let stream = RandomStream(seed: 1, purpose: "features")
    return GraphSample(
      graph: try CSRGraph(
        nodeCount: n, sources: ring + ring, destinations: ring + ring.map { ($0 + 1) % Int32(n) }),
      features: .normal(n, 5, stream: stream),
      labels: Matrix(n, 3, (0..<3 * n).map { $0 % 4 == 0 ? 1 : 0 }),
      known: (0..<n).map { $0 % 3 != 0 })
  }

  /// The whole loss of the sample config's student in its first step, for networks that have the
  /// widths of the sample, and how often teachers were loaded.
  private func firstLoss(
    _ document: JSONValue, seed: UInt64 = 1
  ) throws -> (losses: [String: Double], parameters: [String], loads: [TeacherConfig]) {
    let (config, problems) = decode(document)
    try #require(problems == [])
    let sample = try graph()
    let student = network([5, 4, 3], seed: seed)
    var loads: [TeacherConfig] = []
    let objectives = try config.models[1].weightedObjectives(
      ObjectiveContext(graphs: [sample], student: student, peers: [], seed: seed) { teacher in
        loads.append(teacher)
        return network([5, 16, 16, 3], seed: teacher.weights == .last ? 7 : 8)
      })
    let context = ForwardContext.training(seed: seed, step: 0)
    let batch = GraphBatch([sample], members: [0])
    let pass = student.forward(batch.features, on: batch.graph, context)
    let value = try objectives.evaluate(
      ObjectiveInput(batch: batch, taps: pass.taps, context: context), epoch: 0)
    #expect(value.total.isFinite)
    for gradient in value.gradients.values { #expect(gradient.isFinite) }
    return (
      Dictionary(uniqueKeysWithValues: value.losses.map { ($0.name, $0.loss) }),
      objectives.parameters.map(\.name), loads
    )
  }

  @Test func everyKindIsMade() throws {
    let made = try firstLoss(sampleConfig)
    #expect(
      Set(made.losses.keys) == ["task", "lsp", "kd", "fitnet", "at", "mmd", "gsp", "gcrd"])
    for (name, loss) in made.losses { #expect(loss > 0, "\(name)") }
    #expect(
      made.parameters == [
        "fitnet.student.weight", "fitnet.student.gamma", "fitnet.student.beta",
        "fitnet.teacher.weight", "fitnet.teacher.gamma", "fitnet.teacher.beta",
        "gcrd.student.weight", "gcrd.student.bias", "gcrd.teacher.weight", "gcrd.teacher.bias",
      ])
  }

  @Test func aTeacherIsLoadedOnceForEachChoiceOfWeights() throws {
    #expect(try firstLoss(sampleConfig).loads.count == 1)
    let both = try firstLoss(
      try sample(["models.student.objectives.gsp.teacherWeights": "selected"]))
    #expect(both.loads.map(\.weights) == [.last, .selected])
  }

  @Test func theSeedReachesWhatObjectivesLearn() throws {
    let (one, two) = try (firstLoss(sampleConfig), firstLoss(sampleConfig, seed: 2))
    for name in ["fitnet", "gcrd"] { #expect(one.losses[name] != two.losses[name]) }
  }

  @Test func labelSmoothingReachesTheTaskLoss() throws {
    func loss(_ settings: KeyValuePairs<String, JSONValue>) throws -> Double {
      try #require(try firstLoss(try sample(settings)).losses["task"])
    }
    let task = "models.student.objectives.task"
    func loss(smoothing: JSONValue) throws -> Double {
      try loss(["\(task).type": "crossEntropy", "\(task).smoothing": smoothing])
    }
    let plain = try loss(["\(task).type": "crossEntropy"])
    #expect(try loss(smoothing: 0) == plain)
    // The loss is linear in the target: halfway between 0 and 0.4 it is halfway too.
    let (some, more) = try (loss(smoothing: 0.2), loss(smoothing: 0.4))
    #expect(abs(some - plain) > 1e-3 && abs((plain + more) / 2 - some) < 1e-14)
    let others = try loss([
      "\(task).type": "crossEntropy", "\(task).smoothing": 0.2, "\(task).smoothingOver": "others",
    ])
    #expect(abs(others - some) > 1e-4)
  }

  @Test(
    arguments: [
      ("kd.temperature", 2), ("kd.nodes", "known"), ("kd.form.average", "nodesAndClasses"),
      ("kd.form", ["type": "sigmoid"]), ("kd.teacherWeights", "selected"),
      ("fitnet.projection.width", 5), ("fitnet.projection.head", "linear"),
      ("fitnet.projection", ["type": "student"]),
      ("fitnet.projection", ["type": "whereWidthsDiffer"]),
      ("fitnet.studentTap", "hidden.0.activated"), ("fitnet.teacherTap", "hidden.0"),
      ("fitnet.teacherWeights", "selected"),
      ("at.distance", "norm"), ("at.studentTap", "hidden.0.activated"),
      ("at.teacherTap", "hidden.1.activated"), ("at.teacherWeights", "selected"),
      ("mmd.maxSamples", 5), ("mmd.kernel.variance", 0.3), ("mmd.kernel", ["type": "linear"]),
      ("mmd.kernel", ["type": "poly"]), ("mmd.kernel", ["type": "poly", "degree": 3]),
      ("mmd.kernel", ["type": "poly", "offset": 1]), ("mmd.studentTap", "logits"),
      ("mmd.teacherTap", "logits"), ("mmd.teacherWeights", "selected"),
      ("gsp.maxSamples", 5), ("gsp.kernel.degree", 3), ("gsp.kernel.offset", 0.5),
      ("gsp.kernel", ["type": "cosine"]), ("gsp.kernel", ["type": "l2"]),
      ("gsp.kernel", ["type": "rbf"]), ("gsp.kernel", ["type": "rbf", "sigma": 2]),
      ("gsp.studentTap", "logits"), ("gsp.teacherTap", "logits"),
      ("gsp.teacherWeights", "selected"),
      ("gcrd.temperature", 0.5), ("gcrd.width", 4), ("gcrd.head", "linearBatchNormReLU"),
      ("gcrd.maxSamples", 5), ("gcrd.studentTap", "logits"), ("gcrd.teacherTap", "logits"),
      ("gcrd.teacherWeights", "selected"),
    ] as [(String, JSONValue)])
  func everySettingChangesItsLoss(path: String, value: JSONValue) throws {
    let name = String(path.prefix { $0 != "." })
    let before = try firstLoss(sampleConfig).losses
    let after = try firstLoss(try sample(["models.student.objectives.\(path)": value])).losses
    for (objective, loss) in before {
      #expect((after[objective] != loss) == (objective == name), "\(objective)")
    }
  }

  /// The two ways of writing the same.
  @Test func equalSettingsGiveEqualLosses() throws {
    let explicit = try firstLoss(
      try sample([
        "models.student.objectives.mmd.maxSamples": nil,
        "models.student.objectives.gsp.maxSamples": 12,
        "models.student.objectives.gsp.kernel": ["type": "poly", "degree": 2, "offset": 0],
        "models.student.objectives.gcrd.temperature": 0.075,
      ]))
    #expect(explicit.losses == (try firstLoss(sampleConfig).losses))
  }
}
