import Distill
import Graph
import Layers
import Tensor
import Testing

/// Several objectives on the same taps of a whole network, with a frozen teacher.
@Suite struct ObjectiveCompositionTests {
  private func network(_ widths: [Int], seed: UInt64) -> Network<Double> {
    Network(
      layers: (0..<widths.count - 1).map { l in
        GCNLayer<Double>(
          name: "layers.\(l)", inputWidth: widths[l], outputWidth: widths[l + 1],
          normalization: .both, bias: true, seed: seed)
      }, activation: .elu)
  }

  private func samples() throws -> [GraphSample<Double>] {
    try [5, 7, 4].enumerated().map { k, n in
      let ring = (0..<Int32(n)).map { $0 }
      let graph = try CSRGraph(
        nodeCount: n, sources: ring + ring, destinations: ring.map { ($0 + 1) % Int32(n) } + ring)
      let labels: Matrix<Double> = features(n, 3, "labels \(k)")
      return GraphSample(
        graph: graph, features: features(n, 4, "features \(k)"),
        labels: Matrix(n, 3, labels.elements.map { $0 > 0 ? 1 : 0 }),
        known: (0..<n).map { $0 != 1 })
    }
  }

  private func objectives(
    _ frozen: TeacherFeatures<Double>
  ) -> [(any Objective<Double>, ObjectiveSchedule)] {
    let (tap, reference) = (Tap.hidden(0), frozen.reference(at: .activated(1)))
    var contrast = ContrastiveDistillation<Double>.Options()
    contrast.width = 3
    contrast.maxSamples = 6
    return [
      (TaskObjective(.binaryCrossEntropy), ObjectiveSchedule(weight: 1)),
      (
        KnowledgeDistillation(
          form: .sigmoid, temperature: 2, reference: frozen.reference(at: .logits)),
        ObjectiveSchedule(weight: 0.5)
      ),
      (
        FitNet(
          name: "fitnet", tap: tap, studentWidth: 5, teacherWidth: 6, seed: 1, reference: reference),
        ObjectiveSchedule(weight: 20, warmup: 4)
      ),
      (
        AttentionTransfer(tap: tap, reference: reference),
        ObjectiveSchedule(weight: 30, firstEpoch: 1)
      ),
      (
        MaximumMeanDiscrepancy(
          name: "mmd", tap: tap, kernel: .poly(degree: 2, offset: 0), maxSamples: 8,
          reference: reference), ObjectiveSchedule(weight: 2, lastEpoch: 2)
      ),
      (
        GlobalStructurePreserving(
          name: "gsp", tap: .activated(0), similarity: .rbf(sigma: 1), reference: reference),
        ObjectiveSchedule(weight: 3, firstEpoch: 5)
      ),
      (
        ContrastiveDistillation(
          name: "gcrd", tap: tap, studentWidth: 5, teacherWidth: 6, options: contrast, seed: 1,
          reference: reference), ObjectiveSchedule(weight: 0.3)
      ),
    ]
  }

  private let names = ["task", "kd", "fitnet", "at", "mmd", "gsp", "gcrd"]

  @Test(arguments: [0, 2, 7]) func wholeModelGradients(epoch: Int) throws {
    let samples = try samples()
    let teacher = network([4, 8, 6, 3], seed: 2)
    let before = teacher.parameters.map { $0.value }
    let frozen = TeacherFeatures(teacher: teacher, graphs: samples)
    let terms = objectives(frozen)
    let whole = WeightedObjectives(
      zip(names, terms).map { .init(name: $0, objective: $1.0, schedule: $1.1) })
    let student = network([4, 5, 3], seed: 3)
    let batch = GraphBatch(samples, members: [2, 0])
    let context = ForwardContext.training(seed: 9, step: 4)
    func evaluate() throws -> (NetworkPass<Double>, WeightedObjectives<Double>.Value) {
      let pass = student.forward(batch.features, on: batch.graph, context)
      let input = ObjectiveInput(batch: batch, taps: pass.taps, context: context)
      return (pass, try whole.evaluate(input, epoch: epoch))
    }

    let parameters = student.parameters + whole.parameters
    for parameter in parameters { parameter.clearGradient() }
    let (pass, value) = try evaluate()
    pass.backward(value.gradients)
    let gradients = parameters.map { $0.gradient }

    let on = zip(names, terms).filter { $0.1.1.weight(inEpoch: epoch) != 0 }
    #expect(value.losses.map { $0.name } == on.map { $0.0 })
    let total = zip(value.losses, on).reduce(0) { $0 + $1.0.loss * $1.1.1.1.weight(inEpoch: epoch) }
    #expect(abs(value.total - total) < 1e-12)

    #expect(Set(parameters.map { $0.name }).count == parameters.count)
    for (parameter, gradient) in zip(parameters, gradients) {
      let gradient = try #require(gradient, "\(parameter.name)")
      let original = parameter.value
      let numerical = try GradientCheck.numericalGradient(at: original) {
        parameter.value = $0
        return try evaluate().1.total
      }
      parameter.value = original
      #expect(
        GradientCheck.compare(gradient, with: numerical).agrees, "\(parameter.name)")
    }
    #expect(teacher.parameters.map { $0.value } == before)
    #expect(teacher.parameters.allSatisfy { $0.gradient == nil })
  }

  @Test func frozenFeaturesAreTheTeachersOwn() throws {
    let samples = try samples()
    let teacher = network([4, 8, 6, 3], seed: 2)
    let frozen = TeacherFeatures(teacher: teacher, graphs: samples)
    let taps: [Tap] = [.activated(1), .hidden(0), .logits]
    // The last is asked for when passes that end before it are known already.
    let early = taps.dropLast().map { frozen.reference(at: $0) }
    _ = early[0](GraphBatch(samples, members: [0, 1]), .all(12))
    let references = early + [frozen.reference(at: .logits)]
    for members in [[1], [2, 0], [0, 1, 2]] {
      let batch = GraphBatch(samples, members: members)
      let pass = teacher.forward(batch.features, on: batch.graph, .evaluation)
      let sample = NodeSample.random(
        of: batch.graph.nodeCount, atMost: 4, for: "test", .training(seed: 1, step: 0))
      #expect(sample.count == 4)
      for (tap, reference) in zip(taps, references) {
        let expected = try #require(pass.taps[tap]).matrix
        for nodes in [sample, .all(batch.graph.nodeCount)] {
          let seen = reference(batch, nodes)
          #expect(
            GradientCheck.compare(seen, with: nodes.rows(of: expected), within: .share(1e-14))
              .agrees)
        }
      }
    }
  }

  /// Later changes of the teacher are not seen: each graph is passed through it once.
  @Test func frozenFeaturesAreComputedOnce() throws {
    let samples = try samples()
    let teacher = network([4, 6, 3], seed: 2)
    let reference = TeacherFeatures(teacher: teacher, graphs: samples).reference(at: .logits)
    let batch = GraphBatch(samples, members: [1])
    let first = reference(batch, .all(7))
    for parameter in teacher.parameters { parameter.value.multiply(by: 2) }
    #expect(reference(batch, .all(7)) == first)
    let other = GraphBatch(samples, members: [0])
    let pass = teacher.forward(other.features, on: other.graph, .evaluation)
    #expect(reference(other, .all(5)) == pass.logits)
  }

  @Test func weightsScaleWhatObjectivesLearnThemselves() throws {
    let (s, t): (Matrix<Double>, Matrix<Double>) = (features(6, 4, "s"), features(6, 5, "t"))
    for head in ProjectionHeadKind.allCases {
      let objective = FitNet(
        name: "fitnet", tap: .hidden(0), studentWidth: 4, teacherWidth: 5,
        projection: .both(width: 3, head: head), seed: 1, reference: constant(t))
      let single = try fullValue(of: objective, at: s)
      for parameter in objective.parameters { parameter.clearGradient() }
      let whole = WeightedObjectives([
        .init(name: "fitnet", objective: objective, schedule: ObjectiveSchedule(weight: 3))
      ])
      let batch: GraphBatch<Double> = try edgelessBatch([Bool](repeating: true, count: 6))
      let threefold = try whole.evaluate(
        ObjectiveInput(batch: batch, taps: [.hidden(0): s], context: .evaluation), epoch: 0)
      var atTap = single.gradient
      atTap.multiply(by: 3)
      #expect(threefold.gradients[.hidden(0)] == atTap)
      for parameter in objective.parameters {
        var expected = try #require(single.ofParameters[parameter.name])
        expected.multiply(by: 3)
        let actual = try #require(parameter.gradient)
        #expect(GradientCheck.compare(actual, with: expected, within: .share(1e-14)).agrees)
      }
    }
  }

  @Test func firstValuesDependOnSeedAndName() {
    func weight(seed: UInt64, name: String) -> Matrix<Float> {
      ProjectionHead<Float>(
        name: name, inputWidth: 30, outputWidth: 20, kind: .linear, seed: seed
      ).parameters[0].value
    }
    let first = weight(seed: 1, name: "a")
    #expect(first == weight(seed: 1, name: "a"))
    #expect(first != weight(seed: 2, name: "a"))
    #expect(first != weight(seed: 1, name: "b"))
    // Xavier-uniform: the variance is 2 / (30 + 20).
    #expect(abs(first.sumOfSquares / 600 - 0.04) < 0.01)
  }
}
