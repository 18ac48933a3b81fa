import Graph
import Layers
import Tensor

/// Cross-layer alignment among students that train together (Alignahead; Guo et al., IJCNN 2022):
///
///     loss = 1 / (S - 1) * sum over peers j, sum over pairs (own, peer) of
///            KL between the local structures of h[own] and of h_j[peer]
///
/// with the local structure and the mean over nodes of ``LocalStructurePreserving``, on hidden
/// features before the activation. The peers' side carries no gradient.
public final class CrossLayerAlignment<S: Scalar>: Objective {
  /// A peer with the pairs that it teaches.
  private struct PeerAlignment {
    let pairs: [LayerPair]
    /// The local structure of each of the peer's layers in the pairs.
    let structure: [Int: TeacherStructure<S>]
  }

  /// The similarities of one own layer over the edges that some peers compare: one graph for all peers
  /// where networks do not build their own.
  private struct Side {
    let graph: CSRGraph
    let similarities: Matrix<S>
    var dSimilarities: Matrix<S>
    let backward: (Matrix<S>) -> Matrix<S>
  }

  private let alignments: [PeerAlignment]
  private let kernel: SimilarityKernel
  private let direction: LSPDirection

  /// The student's hidden layers that learn, each once.
  public let taps: [Tap]

  /// - Parameters:
  ///   - peers: The S - 1 other students with the pairs that each teaches; at least one.
  ///   - kernel: The similarity.
  ///   - direction: `teacherToStudent` for KL(peer || own), as published.
  public init(
    peers: [(peer: TeacherFeatures<S>, pairs: [LayerPair])], kernel: SimilarityKernel,
    direction: LSPDirection
  ) {
    precondition(!peers.isEmpty, "alignment needs a peer")
    self.kernel = kernel
    self.direction = direction
    alignments = peers.map { peer, pairs in
      let layers = Set(pairs.map(\.peer)).sorted()
      return PeerAlignment(
        pairs: pairs,
        structure: Dictionary(
          uniqueKeysWithValues: layers.map { ($0, peer.structure(at: .hidden($0), kernel)) }))
    }
    taps = Set(peers.flatMap { $0.pairs.map(\.own) }).sorted().map { .hidden($0) }
  }

  /// The sum over pairs, the mean over peers. Each own layer's similarities are computed once a graph
  /// and their gradients from all its pairs sent back together.
  public func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
    let share = 1 / Double(alignments.count)
    var total = 0.0
    var gradients: [Tap: Matrix<S>] = [:]
    for tap in taps {
      let (features, graph) = (try input[tap], try input.graph(at: tap))
      var sides: [Side] = []
      for alignment in alignments {
        for pair in alignment.pairs where tap == .hidden(pair.own) {
          let peer = try alignment.structure[pair.peer]!(input.batch, graph)
          var place = sides.firstIndex { $0.graph === peer.graph }
          if place == nil {
            place = sides.count
            let (similarities, backward) = kernel.forward(peer.graph, features)
            sides.append(
              Side(
                graph: peer.graph, similarities: similarities,
                dSimilarities: Matrix(zeros: peer.graph.edgeCount, 1), backward: backward))
          }
          let (loss, dScores) = edgeDivergence(
            peer.graph, scores: sides[place!].similarities,
            logProbabilities: peer.logProbabilities,
            direction: direction == .teacherToStudent ? .forward : .reverse)
          total += share * loss
          sides[place!].dSimilarities.add(dScores, scale: S(share))
        }
      }
      for side in sides {
        let gradient = side.backward(side.dSimilarities)
        if gradients[tap] == nil {
          gradients[tap] = gradient
        } else {
          gradients[tap]!.add(gradient)
        }
      }
    }
    return ObjectiveValue(loss: total, gradients: gradients)
  }
}
