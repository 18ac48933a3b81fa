import Distill
import Tensor

/// Cross-layer alignment among students that train together (Guo et al. 2022): the local structures
/// of a student's hidden layers follow those of its peers' hidden layers.
struct AlignaheadConfig: PeerObjectiveSettings {
  static let name = "alignahead"
  static let note = "Cross-layer alignment with the students of the group (Guo et al. 2022)."
  static let citation =
    "Guo et al., Alignahead: Online cross-layer knowledge extraction on graph neural networks, "
    + "IJCNN 2022"

  var strategy = AlignmentStrategyConfig()
  var kernel = SimilarityKernelConfig()
  var direction = LSPDirection.teacherToStudent

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("strategy", &strategy, required: true, "Which layer learns from which.")
    visitor.record(
      "kernel", &kernel, required: true, "The similarity of the features at an edge's two ends.")
    visitor.field(
      "direction", &direction, .choice,
      "KL(peer || own), as in the authors' code, or KL(own || peer).")
  }

  func problem(student: ModelConfig, peer: ModelConfig) -> Inconsistency? {
    let (own, other) = (student.hiddenCount, peer.hiddenCount)
    guard let list = strategy.settings as? LayerPairsConfig else {
      guard own == 0 || other == 0 else { return nil }
      let bare = own == 0 ? student : peer
      return Inconsistency(
        key: "strategy",
        message: "the model \"\(bare.name)\" has no hidden layer to pair with another")
    }
    for (place, pair) in list.pairs.enumerated() {
      for (model, layer, count) in [(student, pair[0], own), (peer, pair[1], other)]
      where layer >= count {
        return Inconsistency(
          key: "strategy.pairs.\(place)",
          message: "the model \"\(model.name)\" has no hidden layer \(layer) "
            + "(it has \(count), counted from 0)")
      }
    }
    return nil
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    let strategy = strategy.settings.strategy
    return CrossLayerAlignment(
      peers: context.peers.map {
        ($0, strategy.pairs(own: context.hiddenCount, peer: $0.hiddenCount))
      },
      kernel: kernel.settings.edgeKernel, direction: direction)
  }
}

/// Which layer of a student learns from which layer of a peer.
struct AlignmentStrategyConfig: Variant {
  var settings: any AlignmentStrategySettings
  static let registry = Registry<any AlignmentStrategySettings>(
    "strategies",
    [
      .init(OneToOneConfig.self) { $0 }, .init(AheadConfig.self) { $0 },
      .init(ReversedConfig.self) { $0 }, .init(LayerPairsConfig.self) { $0 },
    ])
}

/// A choice of pairs of layers.
protocol AlignmentStrategySettings: VariantSettings {
  /// In the terms of the objective.
  var strategy: AlignmentStrategy { get }
}

/// Each layer learns from the one at its place.
struct OneToOneConfig: AlignmentStrategySettings {
  static let name = "oneToOne"
  static let note = "Layer l learns from layer l."

  var strategy: AlignmentStrategy { .oneToOne }
}

/// The direction of the authors' code.
struct AheadConfig: AlignmentStrategySettings {
  static let name = "alignahead"
  static let note = "Layer l + 1 learns from layer l, and the first from the last: the code's way."

  var strategy: AlignmentStrategy { .alignahead }
}

/// The direction of the paper's figure.
struct ReversedConfig: AlignmentStrategySettings {
  static let name = "alignaheadReversed"
  static let note =
    "Layer l learns from layer l + 1, and the last from the first: the figure's way."

  var strategy: AlignmentStrategy { .alignaheadReversed }
}

/// Pairs of the user's choice.
struct LayerPairsConfig: AlignmentStrategySettings {
  static let name = "pairs"
  static let note = "The given pairs."

  /// [own hidden layer, peer's hidden layer], each from 0.
  var pairs: [[Int]] = []

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "pairs", &pairs, .list(of: .list(of: .integer(0...255), count: 2...2), count: 1...65_536),
      required: true,
      "Pairs of hidden layers from 0, [own, peer's]: the first learns from the second.")
  }

  var inconsistencies: [Inconsistency] {
    firstDuplicate(of: pairs).map {
      [Inconsistency(key: "pairs", message: "the pair \($0) occurs twice")]
    } ?? []
  }

  var strategy: AlignmentStrategy { .pairs(pairs.map { LayerPair(own: $0[0], peer: $0[1]) }) }
}
