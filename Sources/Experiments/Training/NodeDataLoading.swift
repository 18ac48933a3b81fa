import Graph
import Tensor

extension RunContext {
  /// The data of one graph that the config names, split as it says.
  ///
  /// - Throws: ``DataError`` where the data are missing or damaged, or cannot be split so.
  func nodeData<S: Scalar>(as type: S.Type = S.self) throws -> ExperimentData<S> {
    let config = self.config.data
    let shape = config.syntheticNodes.shape
    // The generated graph is one data set: it does not depend on the seeds of the run.
    let seed: UInt64 = 1
    var published: [NodeSplit] = []
    let source: NodeDataset<S>
    if config.name == DataConfig.generated {
      source = try SyntheticNodeGraph.generate(name: config.name, shape: shape, seed: seed)
    } else {
      var provider = NodeDataProvider(
        try NodeBenchmark.named(config.name), locator: locator, offline: offline,
        onMissing: config.onMissing == .fail ? .fail : .synthetic(shape: shape, seed: seed))
      provider.log = { log.info("\($0)") }
      provider.progress = showDownload
      source = try provider.dataset()
      published = source.splits
      if case .provided = config.split, !source.isSynthetic {
        published = try provider.providedSplits(of: source)
      }
    }
    let split = source.isSynthetic ? config.split.ofStandIn : config.split
    if split != config.split {
      log.info("\(source.name) has no published splits; instead: \(split.words)")
    }
    let data = ExperimentData(
      TransductiveDataset(
        source, selfLoops: config.selfLoops, normalizesRows: config.normalizeFeatures == .rows),
      splitInWords: split.words, published: published, rewiredBy: config.rewiring.flow
    ) { try split.split(source, seed: $0, published: published) }
    // A split that cannot be had is told before anything is trained.
    for seed in self.config.seeds.prefix(1) { _ = try data.parts(seed: seed) }
    return data
  }
}

extension SplitConfig {
  /// The split for a generated graph, which comes without published ones: a random one of the same
  /// proportions.
  fileprivate var ofStandIn: SplitConfig {
    switch self {
    case .perClass, .shares: return self
    case .published: return .perClass(PerClassSplitConfig())
    case .provided:
      var shares = SharesSplitConfig()
      (shares.training, shares.validation) = (0.48, 0.32)
      return .shares(shares)
    }
  }

  /// The split of a seed.
  fileprivate func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit {
    switch self {
    case .perClass(let config):
      try data.randomPerClass(
        training: config.training, validation: config.validation, seed: seed)
    case .shares(let config):
      try data.randomShares(
        training: config.training, validation: config.validation, seed: seed)
    case .published, .provided: published[Int(seed % UInt64(published.count))]
    }
  }
}
