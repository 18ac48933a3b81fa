import Graph
import Layers
import Tensor
import Testing

@testable import Distill

@Suite struct CrossLayerAlignmentTests {
  private func student(_ seed: UInt64, hidden: [Int] = [6, 6, 6]) -> Network<Double> {
    var width = 4
    let layers = (hidden + [3]).enumerated().map { place, output -> any GraphLayer<Double> in
      defer { width = output }
      return GCNLayer(
        name: "layers.\(place)", inputWidth: width, outputWidth: output, normalization: .both,
        bias: true, seed: seed)
    }
    return Network(layers: layers, activation: .elu)
  }

  private func peer(
    _ network: Network<Double>, _ strategy: AlignmentStrategy
  ) -> (peer: TeacherFeatures<Double>, pairs: [LayerPair]) {
    let peer = TeacherFeatures(teacher: network, graphs: smallSamples())
    return (peer, strategy.pairs(own: 3, peer: peer.hiddenCount))
  }

  // MARK: Pairs

  @Test func pairsOfEqualDepths() {
    func list(_ strategy: AlignmentStrategy) -> [[Int]] {
      strategy.pairs(own: 4, peer: 4).map { [$0.own, $0.peer] }
    }
    #expect(list(.oneToOne) == [[0, 0], [1, 1], [2, 2], [3, 3]])
    #expect(list(.alignahead) == [[1, 0], [2, 1], [3, 2], [0, 3]])
    #expect(list(.alignaheadReversed) == [[0, 1], [1, 2], [2, 3], [3, 0]])
    #expect(list(.pairs([LayerPair(own: 2, peer: 0)])) == [[2, 0]])
  }

  @Test func pairsOfDifferentDepthsFollowRelativeDepth() {
    func peers(_ own: Int, _ peer: Int) -> [Int] {
      AlignmentStrategy.oneToOne.pairs(own: own, peer: peer).map(\.peer)
    }
    #expect(peers(2, 5) == [0, 4])
    #expect(peers(5, 2) == [0, 0, 1, 1, 1])
    #expect(peers(3, 5) == [0, 2, 4])
    #expect(peers(1, 3) == [2])
    #expect(peers(3, 1) == [0, 0, 0])
    // Shifted along the student's own layers, each of which learns once.
    for strategy in [AlignmentStrategy.alignahead, .alignaheadReversed] {
      for (own, peer) in [(2, 5), (5, 2), (3, 3), (1, 4)] {
        let pairs = strategy.pairs(own: own, peer: peer)
        #expect(pairs.map(\.own).sorted() == Array(0..<own))
        #expect(pairs.allSatisfy { (0..<peer).contains($0.peer) })
      }
    }
  }

  // MARK: The loss

  @Test(arguments: [AlignmentStrategy.oneToOne, .alignahead, .alignaheadReversed])
  func theLossIsTheMeanOverPeersOfLSP(_ strategy: AlignmentStrategy) throws {
    let batch: GraphBatch<Double> = smallBatch()
    let kernel = SimilarityKernel.laplacian(scale: 2)
    let (own, others) = (student(1), [student(2), student(3, hidden: [5, 7])])
    let alignment = CrossLayerAlignment(
      peers: others.map { peer($0, strategy) }, kernel: kernel, direction: .teacherToStudent)
    let taps = own.forward(batch.features, on: batch.graph, .evaluation).taps
    let input = ObjectiveInput(batch: batch, taps: taps, context: .evaluation)
    var expected = 0.0
    for other in others {
      let features = other.forward(batch.features, on: batch.graph, .evaluation).taps
      for pair in strategy.pairs(own: 3, peer: other.layers.count - 1) {
        let lsp = LocalStructurePreserving<Double>(
          tap: .hidden(pair.own), kernel: kernel, direction: .teacherToStudent
        ) {
          EdgeDistributions(
            on: $1,
            logProbabilities: localStructure(
              $0.graph, features: features[.hidden(pair.peer)]!.matrix, kernel: kernel))
        }
        expected += try lsp.evaluate(input).loss / 2
      }
    }
    #expect(abs(try alignment.evaluate(input).loss - expected) < 1e-12)
  }

  /// The gradient of task and alignment together with respect to every parameter of a student, the
  /// peers standing still.
  @Test(arguments: similarityKernels, LSPDirection.allCases)
  func gradientsOfAWholeStudent(_ kernel: SimilarityKernel, _ direction: LSPDirection) throws {
    let batch: GraphBatch<Double> = smallBatch()
    let own = student(1)
    // Away from the kink of the ELU, where a node without edges and with a zero bias would sit.
    for bias in own.parameters where bias.value.rows == 1 {
      bias.value = random(1, bias.value.columns, bias.name, deviation: 0.5)
    }
    let alignment = CrossLayerAlignment(
      peers: [student(2), student(3, hidden: [5, 7])].map { peer($0, .alignahead) },
      kernel: kernel, direction: direction)
    let objectives = WeightedObjectives<Double>([
      .init(
        name: "task", objective: TaskObjective(.binaryCrossEntropy), schedule: ObjectiveSchedule()),
      .init(name: "peers", objective: alignment, schedule: ObjectiveSchedule(weight: 0.7)),
    ])
    func pass() throws -> (NetworkPass<Double>, WeightedObjectives<Double>.Value) {
      let pass = own.forward(batch.features, on: batch.graph, .evaluation)
      let input = ObjectiveInput(batch: batch, taps: pass.taps, context: .evaluation)
      return (pass, try objectives.evaluate(input, epoch: 0))
    }
    let (forward, value) = try pass()
    forward.backward(value.gradients)
    let errors = try GradientCheck.compare(own.parameters) { try pass().1.total }
    for (name, error) in errors { #expect(error.agrees, "\(name): \(error)") }
  }
}
