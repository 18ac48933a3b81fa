import Datasets
import Graph
import Tensor

/// The data of an experiment. Which nodes are trained on may depend on the seed, so the parts are
/// asked for with a seed; what all seeds share is here.
public final class ExperimentData<S: Scalar> {
  package let summary: DatasetSummary
  /// Features of a node.
  public let featureCount: Int
  /// Labels, or classes, of a node.
  public let labelCount: Int
  /// The graphs, each once though several parts may share it.
  public let graphs: [CSRGraph]
  /// Whether models train on the graphs that they are tested on: no test node is unseen.
  package let trainsOnAllNodes: Bool
  private let drawSplit: ((UInt64) throws -> NodeSplit)?
  private let make: (UInt64) throws -> GraphDataset<S>
  private let rewire: ((UInt64, () throws -> Void) throws -> RewiredParts)?
  private var latest: (seed: UInt64, parts: GraphDataset<S>)?
  private var latestRewired: (seed: UInt64, parts: RewiredParts)?

  /// The parts on the rewired graph, and what was done to make it.
  package typealias RewiredParts = (parts: GraphDataset<S>, rewiring: RewiredGraph)

  /// Data whose parts are the same for every seed.
  ///
  /// - Parameter words: How the graphs are split, where readers of results must know.
  public init(_ parts: GraphDataset<S>, splitInWords words: String? = nil) {
    var summary = DatasetSummary()
    summary.name = parts.name
    summary.source = parts.source
    summary.synthetic = parts.isSynthetic
    summary.nodes = parts.nodeCount
    summary.edges = parts.edgeCount
    summary.labelledShare = parts.labelledShare
    summary.split = words
    summary.digest = DataDigest.of(parts)
    self.summary = summary
    featureCount = parts.featureCount
    labelCount = parts.labelCount
    var seen: Set<ObjectIdentifier> = []
    graphs = parts.samples.map { $0.graph }.filter { seen.insert(ObjectIdentifier($0)).inserted }
    trainsOnAllNodes = true
    drawSplit = nil
    make = { _ in parts }
    rewire = nil
  }

  /// One graph with a split for each seed.
  ///
  /// - Parameters:
  ///   - data: The graph, prepared as the config says.
  ///   - words: The split in words.
  ///   - published: The splits that seeds take theirs from; none where they draw them.
  ///   - rewiring: What rewires the graph; nil where there is no rewired graph.
  ///   - unseenShare: The share of the test nodes that training does not see.
  ///   - split: The parts for a seed.
  public init(
    _ data: TransductiveDataset<S>, splitInWords words: String, published: [NodeSplit] = [],
    rewiredBy rewiring: Rewiring? = nil, unseenShare: Double = 0,
    split: @escaping (UInt64) throws -> NodeSplit
  ) {
    let source = data.source
    var summary = DatasetSummary()
    summary.name = source.name
    summary.source = source.source
    summary.synthetic = source.isSynthetic
    summary.nodes = source.nodeCount
    summary.edges = data.graph.edgeCount
    summary.labelledShare =
      Double(source.known.lazy.filter { $0 }.count) / Double(source.nodeCount)
    summary.split = words
    summary.homophily = source.edgeHomophily
    summary.digest = DataDigest.of(data, splits: published)
    summary.classes = source.classCount
    summary.testPerTraining = published.testPerTraining
    self.summary = summary
    featureCount = source.featureCount
    labelCount = source.classCount
    graphs = [data.graph]
    trainsOnAllNodes = unseenShare == 0
    drawSplit = split
    make = { seed in
      let split = try split(seed)
      guard unseenShare > 0 else { return data.parts(split) }
      return data.parts(split, unseen: try split.unseen(share: unseenShare, seed: seed))
    }
    rewire = rewiring.map { rewiring in
      { seed, check in
        let rewired = try rewiring(source.graph, seed, check)
        return (data.on(rewired.graph).parts(try split(seed)), rewired)
      }
    }
  }

  /// The number of nodes where there is one graph, all of whose nodes training sees; else nil.
  public var nodeCountOfOneGraph: Int? {
    graphs.count == 1 && trainsOnAllNodes ? graphs[0].nodeCount : nil
  }

  /// Whether the data are generated.
  public var isSynthetic: Bool { summary.synthetic }

  /// The split of the one graph's nodes for a seed; nil for several graphs.
  ///
  /// - Throws: `DataError` where the data cannot be split so.
  package func split(seed: UInt64) throws -> NodeSplit? { try drawSplit?(seed) }

  /// The parts that a seed trains, validates and tests on.
  ///
  /// - Throws: `DataError` where the data cannot be split so.
  public func parts(seed: UInt64) throws -> GraphDataset<S> {
    if let latest, latest.seed == seed { return latest.parts }
    let parts = try make(seed)
    latest = (seed, parts)
    return parts
  }

  /// The same on the rewired graph, with what was done to make it.
  ///
  /// - Parameter check: Called between the steps of the rewiring; what it throws ends it.
  /// - Throws: ``DataError``, `CurvatureError` where the graph cannot be rewired.
  package func rewired(
    seed: UInt64, check: () throws -> Void = {}
  ) throws -> RewiredParts {
    if let latestRewired, latestRewired.seed == seed { return latestRewired.parts }
    guard let rewire else { preconditionFailure("a model on a rewired graph passed the checks") }
    let parts = try rewire(seed, check)
    latestRewired = (seed, parts)
    return parts
  }

  /// The parts on the graph of a model's choice.
  package func parts(seed: UInt64, on graph: ModelConfig.GraphChoice) throws -> GraphDataset<S> {
    switch graph {
    case .original: try parts(seed: seed)
    case .rewired: try rewired(seed: seed).parts
    }
  }
}
