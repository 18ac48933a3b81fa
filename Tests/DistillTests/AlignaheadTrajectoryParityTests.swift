import Distill
import Graph
import Layers
import Tensor
import Testing

/// Three students that take turns, with labels, cross-layer alignment and mutual learning, against
/// PyTorch: who stands still, who has moved, and all gradients of the sum.
@Suite struct AlignaheadTrajectoryParityTests {
  static let strategies: [(name: String, strategy: AlignmentStrategy)] = [
    ("one_to_one", .oneToOne), ("alignahead", .alignahead), ("reversed", .alignaheadReversed),
  ]

  @Test(arguments: Precision.allCases) func fourRounds(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("alignahead", as: S.self)
      let sample = try GraphSample(
        graph: fixture.graph(), features: fixture["features"], labels: fixture["labels"],
        known: fixture.flags("known"))
      for (name, strategy) in Self.strategies {
        try expectTraining(name, strategy, on: sample, fixture)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  private func expectTraining<S: Scalar>(
    _ name: String, _ strategy: AlignmentStrategy, on sample: GraphSample<S>,
    _ fixture: Fixture<S>
  ) throws {
    let students: [Network<S>] = [[5, 4, 6], [5, 4, 6], [7, 3, 5]].map(student)
    for (k, student) in students.enumerated() {
      try fixture.fill(student.parameters, prefix: "initial\(k).")
    }
    let features = students.map { TeacherFeatures(teacher: $0, graphs: [sample]) }
    let objectives = students.indices.map { own in
      makeObjectives(strategy, peers: features.indices.filter { $0 != own }.map { features[$0] })
    }
    let optimizers = students.map { SGD($0.parameters) }
    let batch = GraphBatch([sample], members: [0])
    var losses: [String: [Double]] = [:]
    for round in 0..<4 {
      for (k, student) in students.enumerated() {
        let context = ForwardContext.training(seed: 1, step: round)
        let pass = student.forward(batch.features, on: batch.graph, context)
        let value = try objectives[k].evaluate(
          ObjectiveInput(batch: batch, taps: pass.taps, context: context), epoch: 0)
        for (term, loss) in value.losses { losses[term, default: []].append(loss) }
        for parameter in student.parameters { parameter.clearGradient() }
        pass.backward(value.gradients)
        optimizers[k].step(learningRate: 0.5)
        features[k].networkChanged()
      }
    }
    for (term, values) in losses {
      try fixture.expect("\(name).loss.\(term)", Matrix(1, values.count, values))
    }
    for (k, student) in students.enumerated() {
      try fixture.expectValues(of: student.parameters, prefix: "\(name).final\(k).")
    }
  }

  private func student<S: Scalar>(_ hidden: [Int]) -> Network<S> {
    let widths = [6] + hidden + [4]
    let layers = zip(widths, widths.dropFirst()).enumerated().map { place, width in
      GCNLayer<S>(
        name: "layer\(place)", inputWidth: width.0, outputWidth: width.1, normalization: .right,
        bias: true, seed: 1)
    }
    return Network(layers: layers, activation: .elu)
  }

  private func makeObjectives<S: Scalar>(
    _ strategy: AlignmentStrategy, peers: [TeacherFeatures<S>]
  ) -> WeightedObjectives<S> {
    let alignment = CrossLayerAlignment(
      peers: peers.map { ($0, strategy.pairs(own: 3, peer: $0.hiddenCount)) },
      kernel: .laplacian(scale: 3), direction: .teacherToStudent)
    let mutual = MutualDistillation(peers: peers, form: .sigmoid, temperature: 2)
    return WeightedObjectives([
      .init(name: "task", objective: TaskObjective<S>(.binaryCrossEntropy), schedule: .init()),
      .init(name: "align", objective: alignment, schedule: .init(weight: 0.7)),
      .init(name: "mutual", objective: mutual, schedule: .init(weight: 0.3)),
    ])
  }
}
