import Distill
import Foundation
import Graph
import Layers
import Tensor
import Testing

/// Ten training steps of a small student with labels and local structure preserving, against PyTorch:
/// batching, all layers, both losses, their sum and the optimiser together.
@Suite struct StudentTrajectoryParityTests {
  @Test(arguments: Precision.allCases) func tenSteps(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("student_trajectory", as: S.self)
      let student: Network<S> = makeStudent()
      #expect(try [student.parameterCount] == fixture.integers("parameter_count"))
      try fixture.fill(student.parameters, prefix: "initial.")

      let samples = try (0..<4).map { k in
        try GraphSample(
          graph: fixture.graph("graph\(k)."), features: fixture["graph\(k).features"],
          labels: fixture["graph\(k).labels"], known: fixture.flags("graph\(k).known"))
      }
      let objectives = try makeObjectives(fixture)
      let batches = try fixture.integers("batches")
      let adam = Adam(student.parameters)
      var losses: [String: [Double]] = [:]
      for step in 0..<10 {
        let first = step % 2 * 2
        let batch = GraphBatch(samples, members: Array(batches[first..<first + 2]))
        let context = ForwardContext.training(seed: 1, step: step)
        let pass = student.forward(batch.features, on: batch.graph, context)
        let value = try objectives.evaluate(
          ObjectiveInput(batch: batch, taps: pass.taps, context: context), epoch: 0)
        for (name, loss) in value.losses + [("total", value.total)] {
          losses[name, default: []].append(loss)
        }
        for parameter in student.parameters { parameter.clearGradient() }
        pass.backward(value.gradients)
        if step == 0 {
          try fixture.expect("first.logits", pass.logits)
          try fixture.expect("first.tap", #require(pass.taps[.hidden(2)]).matrix)
          try fixture.expectGradients(of: student.parameters, prefix: "first.gradient.")
        }
        adam.step(learningRate: 0.005)
      }
      for (name, values) in losses {
        try fixture.expect("loss.\(name)", Matrix(1, values.count, values))
      }
      try fixture.expectValues(of: student.parameters, prefix: "final.")
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  private func makeStudent<S: Scalar>() -> Network<S> {
    let layers = (0...4).map { l in
      var options = GATLayer<S>.Options(heads: 2, headWidth: l == 4 ? 5 : 4)
      options.averagesHeads = l == 4
      options.residual = l == 0 ? .none : .perHead
      return GATLayer<S>(
        name: "layer\(l)", inputWidth: l == 0 ? 10 : 8, options: options, seed: 1)
    }
    return Network(layers: layers, activation: .elu)
  }

  private func makeObjectives<S: Scalar>(_ fixture: Fixture<S>) throws -> WeightedObjectives<S> {
    let teacher = try (0..<4).map { k in
      let distribution: Matrix<Double> = try fixture.edges(
        "teacher_distribution", of: "graph\(k).")
      return Matrix<Double>(distribution.rows, 1, distribution.elements.map { log($0) })
        .converted(to: S.self)
    }
    let lsp = LocalStructurePreserving<S>(
      tap: .hidden(2), kernel: .laplacian(scale: 100), direction: .teacherToStudent,
      reference: { batch, graph in
        EdgeDistributions(
          on: graph, logProbabilities: .stacked(batch.members.map { teacher[$0] }))
      })
    return WeightedObjectives([
      .init(name: "task", objective: TaskObjective<S>(.binaryCrossEntropy), schedule: .init()),
      .init(name: "lsp", objective: lsp, schedule: .init()),
    ])
  }
}
