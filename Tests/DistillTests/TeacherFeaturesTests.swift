import Graph
import Layers
import Tensor
import Testing

@testable import Distill

@Suite struct TeacherFeaturesTests {
  private let samples: [GraphSample<Double>] = smallSamples()

  private func teacher(_ seed: UInt64) -> Network<Double> {
    Network(
      layers: [
        GCNLayer(
          name: "0", inputWidth: 4, outputWidth: 6, normalization: .right, bias: true,
          dropout: 0.5, seed: seed),
        LinearLayer(name: "1", inputWidth: 6, outputWidth: 3, bias: true, seed: seed),
      ], activation: .elu)
  }

  /// The teacher has no dropout, and a batch is its graphs one after the other.
  @Test(arguments: similarityKernels) func featuresAndStructuresOfEachBatch(
    _ kernel: SimilarityKernel
  ) throws {
    let teacher = teacher(1)
    let features = TeacherFeatures(teacher: teacher, graphs: samples)
    let structures = teacher.taps.map { features.structure(at: $0, kernel) }
    let references = teacher.taps.map(features.reference)
    for members in [[0], [1], [0, 1], [1, 0], [1, 1, 0]] {
      let batch = GraphBatch(samples, members: members)
      let taps = teacher.forward(batch.features, on: batch.graph, .evaluation).taps
      for (place, tap) in teacher.taps.enumerated() {
        let expected = try #require(taps[tap]).matrix
        let read = references[place](batch, .all(expected.rows))
        #expect(GradientCheck.compare(read, with: expected, within: .share(1e-13)).agrees)
        let structure = localStructure(batch.graph, features: expected, kernel: kernel)
        #expect(
          try GradientCheck.compare(
            structures[place](batch, batch.graph).logProbabilities, with: structure,
            within: .share(1e-13)
          ).agrees)
      }
    }
  }

  /// A teacher of other edges is applied to these; structures are of the student's edges.
  @Test func aTeacherKeepsItsOwnGraph() throws {
    let others = samples.map { sample in
      GraphSample(
        graph: sample.graph.withSelfLoops(), features: sample.features, labels: sample.labels,
        known: sample.known)
    }
    let teacher = teacher(5)
    let features = TeacherFeatures(teacher: teacher, graphs: samples, inputs: others)
    let structure = features.structure(at: .hidden(0), .l2)
    let logits = features.reference(at: .logits)
    let (own, other) = (
      GraphBatch(samples, members: [0, 1]), GraphBatch(others, members: [0, 1])
    )
    let taps = teacher.forward(other.features, on: other.graph, .evaluation).taps
    let expected = try #require(taps[.logits]).matrix
    #expect(
      GradientCheck.compare(logits(own, .all(expected.rows)), with: expected, within: .share(1e-13))
        .agrees)
    let edges = localStructure(
      own.graph, features: try #require(taps[.hidden(0)]).matrix, kernel: .l2)
    #expect(
      try GradientCheck.compare(
        structure(own, own.graph).logProbabilities, with: edges, within: .share(1e-13)
      ).agrees)
    let onOwn = teacher.forward(own.features, on: own.graph, .evaluation).logits
    #expect(!GradientCheck.compare(onOwn, with: expected, within: .share(1e-3)).agrees)
  }

  @Test func nothingIsComputedAgainUntilTheNetworkChanges() throws {
    let network = teacher(2)
    let features = TeacherFeatures(teacher: network, graphs: samples)
    let read = features.structure(at: .hidden(0), .l2)
    func structure(_ batch: GraphBatch<Double>) throws -> Matrix<Double> {
      try read(batch, batch.graph).logProbabilities
    }
    let logits = features.reference(at: .logits)
    let both = GraphBatch(samples, members: [0, 1])
    let all = NodeSample.all(both.graph.nodeCount)
    let first = (try structure(both), logits(both, all))
    network.parameters[0].value.multiply(by: 2)
    #expect(try (structure(both), logits(both, all)) == first)
    features.networkChanged()
    #expect(try structure(both) != first.0 && logits(both, all) != first.1)
  }

  /// Same bits whoever asked before: a run that goes on asks in another order.
  @Test func batchesDoNotMatter() throws {
    let one = TeacherFeatures(teacher: teacher(3), graphs: samples)
    let other = TeacherFeatures(teacher: teacher(3), graphs: samples)
    let structures = [one, other].map { $0.structure(at: .hidden(0), .rbf(sigma: 2)) }
    let both = GraphBatch(samples, members: [0, 1])
    let second = GraphBatch(samples, members: [1])
    _ = try structures[0](second, second.graph)
    #expect(
      try structures[0](both, both.graph).logProbabilities
        == structures[1](both, both.graph).logProbabilities)
  }

  /// A reader that comes later finds what it announced.
  @Test func lateReaders() throws {
    let features = TeacherFeatures(teacher: teacher(4), graphs: samples)
    let both = GraphBatch(samples, members: [0, 1])
    let structure = features.structure(at: .hidden(0), .l2)
    let first = try structure(both, both.graph).logProbabilities
    let logits = features.reference(at: .logits)
    #expect(logits(both, .all(both.graph.nodeCount)).columns == 3)
    #expect(try structure(both, both.graph).logProbabilities == first)
  }
}
