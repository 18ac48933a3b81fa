import Graph
import Layers
import Tensor
import Testing

@testable import Distill

@Suite struct MutualDistillationTests {
  private func student(_ seed: UInt64) -> Network<Double> {
    Network(
      layers: [
        GCNLayer(
          name: "0", inputWidth: 4, outputWidth: 6, normalization: .both, bias: true, seed: seed),
        LinearLayer(name: "1", inputWidth: 6, outputWidth: 3, bias: true, seed: seed),
      ], activation: .elu)
  }

  private func peers(_ seeds: [UInt64]) -> [TeacherFeatures<Double>] {
    seeds.map { TeacherFeatures(teacher: student($0), graphs: smallSamples()) }
  }

  private func input(_ student: Network<Double>) -> (NetworkPass<Double>, ObjectiveInput<Double>) {
    let batch: GraphBatch<Double> = smallBatch()
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    return (pass, ObjectiveInput(batch: batch, taps: pass.taps, context: .evaluation))
  }

  @Test func theMeanOfDistillationFromEachPeer() throws {
    let (_, input) = input(student(1))
    let mutual = MutualDistillation(peers: peers([2, 3]), form: .sigmoid, temperature: 2)
    let single = try [2, 3].map { seed in
      try MutualDistillation(peers: peers([seed]), form: .sigmoid, temperature: 2).evaluate(input)
    }
    let value = try mutual.evaluate(input)
    #expect(single[0].loss > 0 && single[0].loss != single[1].loss)
    #expect(abs(value.loss - (single[0].loss + single[1].loss) / 2) < 1e-14)
    // A student agrees with its own copy.
    let copy = MutualDistillation(peers: peers([1]), form: .sigmoid, temperature: 2)
    #expect(abs(try copy.evaluate(input).loss) < 1e-12)
  }

  @Test(arguments: [
    KnowledgeDistillation<Double>.Form.sigmoid, .softmax(.nodes), .softmax(.nodesAndClasses),
  ])
  func gradientsOfAWholeStudent(_ form: KnowledgeDistillation<Double>.Form) throws {
    let own = student(1)
    for bias in own.parameters where bias.value.rows == 1 {
      bias.value = random(1, bias.value.columns, bias.name, deviation: 0.5)
    }
    let mutual = MutualDistillation(peers: peers([2, 3]), form: form, temperature: 1.5)
    let (pass, first) = input(own)
    pass.backward(try mutual.evaluate(first).gradients)
    let errors = try GradientCheck.compare(own.parameters) {
      try mutual.evaluate(input(own).1).loss
    }
    for (name, error) in errors { #expect(error.agrees, "\(name): \(error)") }
  }
}
