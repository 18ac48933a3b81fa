import Datasets
import Graph
import Records
import Tensor

/// A data set that configs can name.
///
/// A new one is one file with a type that follows this protocol, or ``NodeDataSource``, and its line
/// in ``Registries/data`` or, from another package, one call of `register` before the command line
/// starts.
public protocol DataSource: Sendable {
  /// The name in configs.
  var name: String { get }
  /// What it is, in a sentence.
  var note: String { get }
  /// Where it was published.
  var citation: String { get }
  /// The layout that its files have; nil for data that are generated.
  var layout: (any FileLayout)? { get }
  /// Whether the data are one graph, a part of whose nodes is trained on, and not several graphs.
  var isOneGraph: Bool { get }
  /// Whether the data are always generated, so that they cannot be missing.
  var isGenerated: Bool { get }
  /// Whether labels are those of whole graphs, not of nodes.
  var labelsGraphs: Bool { get }
  /// Settings that it brings, at their defaults; nil for none.
  var settings: (any DataSettings)? { get }
  /// The sizes of the data that a config is about, as published: nobody looks at the data. nil where
  /// only the files tell.
  func sizes(_ config: DataConfig) -> PublishedSizes?
  /// The data for a run.
  ///
  /// - Throws: `DataError` where they are missing or damaged, or cannot be split as the config says.
  func load<S: Scalar>(_ context: RunContext) throws -> ExperimentData<S>
}

extension DataSource {
  /// Not published.
  public var citation: String { "" }
  /// They may be missing.
  public var isGenerated: Bool { false }
  /// They have labels of nodes.
  public var labelsGraphs: Bool { false }
  /// None.
  public var settings: (any DataSettings)? { nil }
}

/// Sizes that networks and memory depend on.
public struct PublishedSizes: Equatable {
  /// Graphs of all parts together.
  public var graphs = 1
  /// Nodes of all graphs together.
  public var nodes: Int
  /// Directed edges of all graphs together, self loops included where the data come with them.
  public var edges: Int
  /// Features of a node.
  public var features: Int
  /// Labels, or classes, of a node.
  public var labels: Int

  /// Sizes of data.
  public init(graphs: Int = 1, nodes: Int, edges: Int, features: Int, labels: Int) {
    self.graphs = graphs
    self.nodes = nodes
    self.edges = edges
    self.features = features
    self.labels = labels
  }

  /// The nodes where there is one graph; nil where there are several.
  package var nodeCountOfOneGraph: Int? { graphs == 1 ? nodes : nil }
}

/// A data set of one graph with a class a node.
public protocol NodeDataSource: DataSource {
  /// Whether its files carry the one public split of Yang et al. 2016.
  var hasPublicSplit: Bool { get }
  /// Whether ten splits are published with it.
  var hasProvidedSplits: Bool { get }
  /// The size of a generated stand-in.
  var standIn: SyntheticNodeShape { get }
  /// The data set, or the stand-in that the config wants where it is missing, with the splits that
  /// its files carry.
  ///
  /// - Throws: `DataError`.
  func nodes<S: Scalar>(_ context: RunContext) throws -> NodeDataset<S>
  /// The splits that are published with it.
  ///
  /// - Throws: `DataError`.
  func providedSplits<S: Scalar>(
    of data: NodeDataset<S>, _ context: RunContext
  ) throws -> [NodeSplit]
}

extension NodeDataSource {
  /// It is one graph.
  public var isOneGraph: Bool { true }
  /// Most data have none.
  public var hasPublicSplit: Bool { false }
  /// Most data have none.
  public var hasProvidedSplits: Bool { false }

  /// Those that the data set itself carries.
  public func providedSplits<S: Scalar>(
    of data: NodeDataset<S>, _ context: RunContext
  ) throws -> [NodeSplit] { data.splits }

  /// The nodes, split and prepared as the config says.
  public func load<S: Scalar>(_ context: RunContext) throws -> ExperimentData<S> {
    let config = context.config.data
    var source: NodeDataset<S> = try nodes(context)
    if config.files != nil { try source.requireClassesFromZero() }
    if let message = source.unusedClasses { context.log.warning("\(message)") }
    var published = source.splits
    if config.split.settings.readsProvidedSplits, !source.isSynthetic {
      published = try providedSplits(of: source, context)
    }
    let split = source.isSynthetic ? config.split.ofStandIn : config.split
    if split != config.split {
      context.log.info("\(source.name) has no published splits; instead: \(split.words)")
    }
    if config.largestComponent {
      source = try source.with(splits: published).restricted(to: source.graph.largestComponent)
      published = source.splits
    }
    let words =
      config.files != nil && split.settings.readsProvidedSplits ? published.inWords : split.words
    // Files that nobody else has tried are checked before anything is trained: the splits that they hold,
    // or what each seed draws.
    let drawn = config.files != nil && !split.settings.readsProvidedSplits
    let parts = { [source, published] (seed: UInt64) throws -> NodeSplit in
      let parts = try split.settings.split(source, seed: seed, published: published)
      if drawn { try source.requireTrainingNodes(ofEachClassIn: [parts]) }
      return parts
    }
    if drawn { for seed in context.config.seeds { _ = try parts(seed) } }
    if config.files != nil, !drawn {
      try source.requireTrainingNodes(ofEachClassIn: published)
      if let message = source.untrainedClasses(published) { context.log.warning("\(message)") }
    }
    return ExperimentData(
      TransductiveDataset(
        source, selfLoops: config.selfLoops, normalizesRows: config.normalizeFeatures == .rows),
      splitInWords: words + config.unseenInWords, published: published,
      rewiredBy: config.rewiring.settings.rewiring, unseenShare: config.inductiveShare, split: parts
    )
  }
}

extension Registry where Value == any DataSource {
  /// Adds a data set.
  public func register(_ source: any DataSource) {
    add(
      Entry(
        name: source.name, note: source.note, citation: source.citation,
        type: String(reflecting: type(of: source)), fresh: source
      ) { _ in source })
  }
}

extension SyntheticNodeShape {
  /// The sizes of a graph of this shape.
  public var sizes: PublishedSizes {
    PublishedSizes(
      nodes: nodes, edges: Int((Double(nodes) * meanDegree).rounded()), features: features,
      labels: classes)
  }
}
