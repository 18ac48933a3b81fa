import Distill
import Records
import Tensor

/// Cross-layer alignment among students that train together (Guo et al. 2022): the local structures
/// of a student's hidden layers follow those of its peers' hidden layers.
package struct AlignaheadConfig: PeerObjectiveSettings {
  package static let name = "alignahead"
  package static let note =
    "Cross-layer alignment with the students of the group (Guo et al. 2022)."
  package static let citation =
    "Guo et al., Alignahead: Online cross-layer knowledge extraction on graph neural networks, "
    + "IJCNN 2022"

  package var strategy = AlignmentStrategyConfig()
  package var kernel = SimilarityKernelConfig()
  package var direction = LSPDirection.teacherToStudent

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("strategy", &strategy, required: true, "Which layer learns from which.")
    visitor.record(
      "kernel", &kernel, required: true, "The similarity of the features at an edge's two ends.")
    visitor.field(
      "direction", &direction, .choice,
      "KL(peer || own), as in the authors' code, or KL(own || peer).")
  }

  package func problem(student: GroupMember, peer: GroupMember) -> Inconsistency? {
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

  package func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    let strategy = strategy.settings.strategy
    return CrossLayerAlignment(
      peers: context.peers.map {
        ($0, strategy.pairs(own: context.hiddenCount, peer: $0.hiddenCount))
      },
      kernel: kernel.settings.edgeKernel, direction: direction)
  }
}

/// Which layer of a student learns from which layer of a peer.
package struct AlignmentStrategyConfig: Variant {
  package var settings: any AlignmentStrategySettings

  package init(settings: any AlignmentStrategySettings) { self.settings = settings }
  package static let registry = Registry<any AlignmentStrategySettings>(
    "strategies",
    [
      .init(OneToOneConfig.self) { $0 }, .init(AheadConfig.self) { $0 },
      .init(ReversedConfig.self) { $0 }, .init(LayerPairsConfig.self) { $0 },
    ])
}

/// A choice of pairs of layers.
package protocol AlignmentStrategySettings: VariantSettings {
  /// In the terms of the objective.
  var strategy: AlignmentStrategy { get }
}

/// Each layer learns from the one at its place.
package struct OneToOneConfig: AlignmentStrategySettings {
  package static let name = "oneToOne"
  package static let note = "Layer l learns from layer l."

  package var strategy: AlignmentStrategy { .oneToOne }

  package init() {}
}

/// The direction of the authors' code.
package struct AheadConfig: AlignmentStrategySettings {
  package static let name = "alignahead"
  package static let note =
    "Layer l + 1 learns from layer l, and the first from the last: the code's way."

  package var strategy: AlignmentStrategy { .alignahead }

  package init() {}
}

/// The direction of the paper's figure.
package struct ReversedConfig: AlignmentStrategySettings {
  package static let name = "alignaheadReversed"
  package static let note =
    "Layer l learns from layer l + 1, and the last from the first: the figure's way."

  package var strategy: AlignmentStrategy { .alignaheadReversed }

  package init() {}
}

/// Pairs of the user's choice.
package struct LayerPairsConfig: AlignmentStrategySettings {
  package static let name = "pairs"
  package static let note = "The given pairs."

  /// [own hidden layer, peer's hidden layer], each from 0.
  package var pairs: [[Int]] = []

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "pairs", &pairs, .list(of: .list(of: .integer(0...255), count: 2...2), count: 1...65_536),
      required: true,
      "Pairs of hidden layers from 0, [own, peer's]: the first learns from the second.")
  }

  package var inconsistencies: [Inconsistency] {
    firstDuplicate(of: pairs).map {
      [Inconsistency(key: "pairs", message: "the pair \($0) occurs twice")]
    } ?? []
  }

  package var strategy: AlignmentStrategy {
    .pairs(pairs.map { LayerPair(own: $0[0], peer: $0[1]) })
  }
}
