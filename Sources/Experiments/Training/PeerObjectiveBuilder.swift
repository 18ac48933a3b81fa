import Distill
import Layers
import Tensor

// The objectives that learn from the other students of a group, from their settings.

extension AlignaheadConfig {
  func objective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    let strategy = strategy.distill
    let own = context.student.hiddenCount
    return CrossLayerAlignment(
      peers: context.peers.map { ($0, strategy.pairs(own: own, peer: $0.hiddenCount)) },
      kernel: kernel.distill, direction: direction.distill)
  }
}

extension MutualConfig {
  func objective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    MutualDistillation(
      peers: context.peers, form: predictions.form.distill(),
      temperature: predictions.temperature, nodes: predictions.nodes)
  }
}

extension AlignmentStrategyConfig {
  fileprivate var distill: AlignmentStrategy {
    switch self {
    case .oneToOne: .oneToOne
    case .alignahead: .alignahead
    case .alignaheadReversed: .alignaheadReversed
    case .pairs(let config): .pairs(config.pairs.map { LayerPair(own: $0[0], peer: $0[1]) })
    }
  }
}
