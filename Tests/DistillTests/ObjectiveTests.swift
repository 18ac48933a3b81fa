import Graph
import Layers
import Tensor
import Testing

@testable import Distill

@Suite struct ObjectiveTests {
  /// A student with a tap before and after its activation.
  private let student = Network<Double>(
    layers: [
      GCNLayer(
        name: "0", inputWidth: 4, outputWidth: 5, normalization: .both, bias: true, dropout: 0.2,
        seed: 1),
      LinearLayer(name: "1", inputWidth: 5, outputWidth: 3, bias: true, seed: 1),
    ], activation: .elu)
  private let batch: GraphBatch<Double> = smallBatch()
  private let context = ForwardContext.training(seed: 2, step: 5)

  private func structure(_ tap: Tap, _ kernel: SimilarityKernel) -> LocalStructurePreserving<Double>
  {
    let teacher: Matrix<Double> = random(10, 6, "teacher", deviation: 0.6)
    return LocalStructurePreserving(tap: tap, kernel: kernel, direction: .teacherToStudent) {
      EdgeDistributions(
        on: $1, logProbabilities: localStructure($0.graph, features: teacher, kernel: kernel))
    }
  }

  private func term(
    _ name: String, _ objective: any Objective<Double>, _ schedule: ObjectiveSchedule
  ) -> WeightedObjectives<Double>.Term {
    WeightedObjectives.Term(name: name, objective: objective, schedule: schedule)
  }

  /// Two objectives at one tap, one at each of two others.
  private var objectives: WeightedObjectives<Double> {
    WeightedObjectives([
      term("task", TaskObjective(.binaryCrossEntropy), ObjectiveSchedule()),
      term("rbf", structure(.hidden(0), .rbf(sigma: 1)), ObjectiveSchedule(weight: 3)),
      term("l2", structure(.hidden(0), .l2), ObjectiveSchedule(weight: 0.5, warmup: 4)),
      term("linear", structure(.activated(0), .linear), ObjectiveSchedule(weight: 2)),
      term("late", structure(.logits, .linear), ObjectiveSchedule(weight: 7, firstEpoch: 5)),
    ])
  }

  private func input(_ pass: NetworkPass<Double>) -> ObjectiveInput<Double> {
    ObjectiveInput(batch: batch, taps: pass.taps, context: context)
  }

  private func pass() -> NetworkPass<Double> {
    student.forward(batch.features, on: batch.graph, context)
  }

  @Test(arguments: [0, 1, 10]) func theWholeLossHasItsGradient(_ epoch: Int) throws {
    let objectives = objectives
    // Without a bias the node without edges would lie at 0, the kink of the ELU's slope.
    student.parameters[1].value = random(1, 5, "bias")
    for parameter in student.parameters { parameter.clearGradient() }
    let forward = pass()
    forward.backward(try objectives.evaluate(input(forward), epoch: epoch).gradients)
    let errors = try GradientCheck.compare(student.parameters) {
      try objectives.evaluate(input(pass()), epoch: epoch).total
    }
    #expect(errors.count == 4)
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  @Test func theTotalIsTheWeightedSumOfTheLosses() throws {
    let (objectives, input) = (objectives, input(pass()))
    let value = try objectives.evaluate(input, epoch: 1)
    #expect(value.losses.map { $0.name } == ["task", "rbf", "l2", "linear"])
    let single = try objectives.terms.map { try $0.objective.evaluate(input) }
    #expect(value.losses.map { $0.loss } == single.dropLast().map { $0.loss })
    let weights = [1, 3, 0.25, 2]
    let total = zip(weights, value.losses).reduce(0) { $0 + $1.0 * $1.1.loss }
    #expect(abs(value.total - total) < 1e-14 * total)
    for tap in student.taps {
      var expected = Matrix<Double>(zeros: 10, student.width(at: tap) ?? 0)
      for (weight, one) in zip(weights, single) {
        if let gradient = one.gradients[tap] { expected.add(gradient, scale: weight) }
      }
      let found = value.gradients[tap] ?? Matrix(zeros: 0, 0)
      #expect(GradientCheck.compare(found, with: expected, within: .share(1e-14)).agrees, "\(tap)")
    }
  }

  @Test func anObjectiveThatIsOffIsNotEvaluated() throws {
    final class Counting: Objective {
      let taps: [Tap] = [.logits]
      let parameters = [Parameter<Double>("p", Matrix(zeros: 1, 1))]
      var calls = 0
      func evaluate(_ input: ObjectiveInput<Double>) -> ObjectiveValue<Double> {
        calls += 1
        return ObjectiveValue(loss: 5, gradients: [:])
      }
    }
    let counting = Counting()
    let schedule = ObjectiveSchedule(weight: 4, firstEpoch: 1, lastEpoch: 2, warmup: 2)
    let objectives = WeightedObjectives([term("counting", counting, schedule)])
    #expect(objectives.parameters.map { $0.name } == ["p"])
    let input = input(pass())
    let values = try (0..<5).map { try objectives.evaluate(input, epoch: $0) }
    #expect(counting.calls == 2)
    #expect(values.map { $0.total } == [0, 10, 20, 0, 0])
    #expect(values.map { $0.losses.count } == [0, 1, 1, 0, 0])
    #expect(values.allSatisfy { $0.gradients.isEmpty })
  }

  @Test func schedulesFollowTheirFormulas() {
    func weights(_ schedule: ObjectiveSchedule) -> [Double] {
      (0..<6).map { schedule.weight(inEpoch: $0) }
    }
    #expect(weights(ObjectiveSchedule()) == [1, 1, 1, 1, 1, 1])
    #expect(weights(ObjectiveSchedule(weight: 3, firstEpoch: 2)) == [0, 0, 3, 3, 3, 3])
    #expect(
      weights(ObjectiveSchedule(weight: 3, firstEpoch: 1, lastEpoch: 3)) == [0, 3, 3, 3, 0, 0])
    #expect(weights(ObjectiveSchedule(weight: 8, warmup: 4)) == [2, 4, 6, 8, 8, 8])
    #expect(
      weights(ObjectiveSchedule(weight: 8, firstEpoch: 2, lastEpoch: 3, warmup: 4))
        == [0, 0, 2, 4, 0, 0])
    #expect(weights(ObjectiveSchedule(weight: 8, warmup: 1)) == [8, 8, 8, 8, 8, 8])
    #expect(weights(ObjectiveSchedule(weight: -2, lastEpoch: 0)) == [-2, 0, 0, 0, 0, 0])
  }

  @Test func theTaskObjectiveIsTheTaskLoss() throws {
    let input = input(pass())
    func expect(_ loss: TaskLoss, _ expected: LossValue<Double>) throws {
      let objective = TaskObjective<Double>(loss)
      let value = try objective.evaluate(input)
      #expect(try objective.loss(input) == expected.loss)
      #expect(value.loss == expected.loss && value.gradients == [.logits: expected.dLogits])
    }
    let logits = try input[.logits]
    #expect(batch.counts.contains(0))
    try expect(
      .binaryCrossEntropy,
      binaryCrossEntropy(logits: logits, labels: batch.labels, counts: batch.counts))
    try expect(
      .crossEntropy(smoothing: 0),
      crossEntropy(logits: logits, target: batch.labels, counts: batch.counts))
    try expect(
      .crossEntropy(smoothing: 0.1),
      crossEntropy(
        logits: logits, target: smoothed(batch.labels, amount: 0.1), counts: batch.counts))
  }
}
