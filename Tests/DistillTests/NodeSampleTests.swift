import Distill
import Graph
import Layers
import Tensor
import Testing

@Suite struct NodeSampleTests {
  private func sample(
    of count: Int = 100, atMost limit: Int? = 10, name: String = "gcrd", seed: UInt64 = 1,
    step: Int = 0
  ) -> NodeSample {
    .random(of: count, atMost: limit, for: name, .training(seed: seed, step: step))
  }

  @Test func isAFunctionOfSeedNameAndStep() throws {
    let first = sample()
    #expect(first == sample())
    #expect(first != sample(seed: 2))
    #expect(first != sample(step: 1))
    #expect(first != sample(name: "gsp"))
    let indices = try #require(first.indices)
    #expect(indices.count == 10)
    #expect(indices == Set(indices).sorted())
    #expect(indices.allSatisfy((0..<100).contains))
  }

  /// The first numbers of the permutation that the stream of seed, name and step gives, computed in
  /// Python from the definitions.
  @Test func theChoiceIsThatOfTheDefinitions() {
    #expect(
      sample(of: 20, atMost: 6, name: "lsp", seed: 9, step: 3).indices == [0, 4, 7, 13, 14, 15])
  }

  @Test func takesAllWhereThereAreNoMore() {
    #expect(sample(of: 10) == .all(10))
    #expect(sample(of: 0) == .all(0))
    #expect(sample(atMost: nil) == .all(100))
  }

  @Test func choosesEveryNodeAsOften() {
    var counts = [Int](repeating: 0, count: 20)
    for step in 0..<2_000 {
      for node in sample(of: 20, atMost: 5, step: step).indices ?? [] { counts[node] += 1 }
    }
    // 500 +- 19.4 each.
    for count in counts { #expect((400...600).contains(count)) }
  }

  @Test func rowsAndTheirBackwardPassAreAdjoint() {
    let nodes = sample(of: 12, atMost: 5)
    let (x, dy): (Matrix<Double>, Matrix<Double>) = (features(12, 3, "x"), features(5, 3, "dy"))
    let forward = GradientCheck.projection(nodes.rows(of: x), on: dy)
    let backward = GradientCheck.projection(nodes.rowsBackward(dy), on: x)
    #expect(abs(forward - backward) < 1e-12)
  }

  /// An objective with a sample sees those nodes alone, and takes others in the next step.
  @Test func objectivesLookAtTheSample() throws {
    let (s, t): (Matrix<Float>, Matrix<Float>) = (
      features(50, 4, "student"), features(50, 6, "teacher")
    )
    let objective = GlobalStructurePreserving(
      name: "gsp", tap: .hidden(0), similarity: .cosine, maxSamples: 8, reference: constant(t))
    let value = try evaluate(objective, at: s, seed: 4, step: 2)
    let nodes = sample(of: 50, atMost: 8, name: "gsp", seed: 4, step: 2)
    let moved = (0..<50).filter { value.gradient.row($0).sumOfSquares > 0 }
    #expect(moved == nodes.indices)
    #expect(try evaluate(objective, at: s, seed: 4, step: 2).gradient == value.gradient)
    #expect(try evaluate(objective, at: s, seed: 4, step: 3).gradient != value.gradient)
    let chosen = try evaluate(
      GlobalStructurePreserving(
        name: "all", tap: .hidden(0), similarity: .cosine,
        reference: constant(nodes.rows(of: t))), at: nodes.rows(of: s))
    #expect(chosen.loss == value.loss)
  }
}
