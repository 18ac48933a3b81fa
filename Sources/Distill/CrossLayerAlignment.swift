import Graph
import Layers
import Tensor

/// Which layer of a student learns from which layer of a peer.
public enum AlignmentStrategy: Sendable, Equatable {
  /// l <- l.
  case oneToOne
  /// l + 1 <- l, and 0 <- the last: the direction of the authors' code.
  case alignahead
  /// l <- l + 1, and the last <- 0: the direction of the paper's figure and of the follow-up's text.
  case alignaheadReversed
  /// The given pairs of (own hidden layer, peer's hidden layer).
  case pairs([LayerPair])

  /// The pairs for a student of `own` hidden layers and a peer of `peer`.
  ///
  /// With different depths a layer corresponds to the one at the same relative depth, first to
  /// first and last to last: layer l of the student to layer l (peer - 1) / (own - 1) of the peer,
  /// rounded to the nearest, halves upwards. The strategies shift along the student's own layers.
  /// Pairs of layers that do not exist are left to the caller to refuse.
  public func pairs(own: Int, peer: Int) -> [LayerPair] {
    func corresponding(_ layer: Int) -> Int {
      own > 1 ? (2 * layer * (peer - 1) + own - 1) / (2 * (own - 1)) : peer - 1
    }
    switch self {
    case .oneToOne:
      return (0..<own).map { LayerPair(own: $0, peer: corresponding($0)) }
    case .alignahead:
      return (0..<own).map { LayerPair(own: ($0 + 1) % own, peer: corresponding($0)) }
    case .alignaheadReversed:
      return (0..<own).map { LayerPair(own: $0, peer: corresponding(($0 + 1) % own)) }
    case .pairs(let list):
      return list
    }
  }
}

/// A hidden layer of a student and the hidden layer of a peer that it learns from.
public struct LayerPair: Sendable, Equatable {
  /// The student's hidden layer, from zero.
  public let own: Int
  /// The peer's hidden layer, from zero.
  public let peer: Int

  /// A pair.
  public init(own: Int, peer: Int) {
    self.own = own
    self.peer = peer
  }
}

/// Cross-layer alignment among students that train together (Alignahead; Guo et al., IJCNN 2022):
///
///     loss = 1 / (S - 1) * sum over peers j, sum over pairs (own, peer) of
///            KL between the local structures of h[own] and of h_j[peer]
///
/// with the local structure and the mean over nodes of ``LocalStructurePreserving``, on hidden
/// features before the activation. The peers' side carries no gradient.
public final class CrossLayerAlignment<S: Scalar>: Objective {
  /// A peer with the pairs that it teaches.
  public struct Peer {
    let structure: PeerStructure<S>
    let pairs: [LayerPair]

    /// A peer with the pairs that it teaches.
    public init(_ structure: PeerStructure<S>, pairs: [LayerPair]) {
      self.structure = structure
      self.pairs = pairs
    }
  }

  private let peers: [Peer]
  private let kernel: SimilarityKernel
  private let direction: LSPDirection

  /// The student's hidden layers that learn, each once.
  public let taps: [Tap]

  /// - Parameters:
  ///   - peers: The S - 1 other students; at least one.
  ///   - kernel: The similarity, the same as that of the peers' structures.
  ///   - direction: `teacherToStudent` for KL(peer || own), as published.
  public init(peers: [Peer], kernel: SimilarityKernel, direction: LSPDirection) {
    precondition(!peers.isEmpty, "alignment needs a peer")
    self.peers = peers
    self.kernel = kernel
    self.direction = direction
    taps = Set(peers.flatMap { $0.pairs.map(\.own) }).sorted().map { .hidden($0) }
  }

  /// The sum over pairs, the mean over peers. Each own layer's similarities are computed once and
  /// their gradients from all its pairs sent back together.
  public func evaluate(_ input: ObjectiveInput<S>, weight: Double) -> ObjectiveValue<S> {
    let graph = input.batch.graph
    let share = 1 / Double(peers.count)
    var total = 0.0
    var gradients: [Tap: Matrix<S>] = [:]
    for tap in taps {
      let (similarities, backward) = kernel.forward(graph, input[tap])
      var dSimilarities = Matrix<S>(zeros: graph.edgeCount, 1)
      for peer in peers {
        for pair in peer.pairs where tap == .hidden(pair.own) {
          let (loss, dScores) = edgeDivergence(
            graph, scores: similarities,
            logProbabilities: peer.structure(of: .hidden(pair.peer), for: input.batch),
            direction: direction == .teacherToStudent ? .forward : .reverse)
          total += share * loss
          dSimilarities.add(dScores, scale: S(share))
        }
      }
      gradients[tap] = backward(dSimilarities)
    }
    return ObjectiveValue(loss: total, gradients: gradients)
  }
}

/// The local structures of a student that others learn from, as it stands: kept for each graph until
/// the student changes, so that a peer's forward pass is not repeated while the peer stands still.
public final class PeerStructure<S: Scalar> {
  private let network: Network<S>
  private let taps: [Tap]
  private let kernel: SimilarityKernel
  private var byGraph: [Int: [Tap: Matrix<S>]] = [:]

  /// - Parameters:
  ///   - network: The peer.
  ///   - layers: Its hidden layers that others learn from.
  ///   - kernel: The similarity.
  public init(network: Network<S>, layers: [Int], kernel: SimilarityKernel) {
    self.network = network
    self.kernel = kernel
    taps = Set(layers).sorted().map { .hidden($0) }
  }

  /// Forgets what was computed; to be called after each step of the peer's optimiser.
  public func networkChanged() { byGraph.removeAll(keepingCapacity: true) }

  /// The logarithms of the peer's distributions for the edges of a batch, in its order of edges.
  func callAsFunction(of tap: Tap, for batch: GraphBatch<S>) -> Matrix<S> {
    if batch.members.contains(where: { byGraph[$0] == nil }) { compute(batch) }
    let parts = batch.members.map { member in
      guard let part = byGraph[member]?[tap] else { preconditionFailure("no structure of \(tap)") }
      return part
    }
    return parts.count == 1 ? parts[0] : .stacked(parts)
  }

  /// One pass over the batch, no further than the last layer that is needed.
  private func compute(_ batch: GraphBatch<S>) {
    guard let last = taps.last else { return }
    let pass = network.forward(batch.features, on: batch.graph, .evaluation, through: last)
    for member in batch.members { byGraph[member] = [:] }
    for tap in taps {
      guard let features = pass.taps[tap] else { preconditionFailure("the peer has no \(tap)") }
      let structure = localStructure(batch.graph, features: features, kernel: kernel)
      for (member, edges) in zip(batch.members, batch.edgeRanges) {
        byGraph[member]![tap] = structure.slice(rows: edges)
      }
    }
  }
}
