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
