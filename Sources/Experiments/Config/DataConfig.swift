import Graph

/// The data set, what to do where it is missing, and how its nodes are prepared.
///
/// PPI and the data sets of one graph have settings of their own; a setting of the one is an unknown
/// key for the other. Where the name is not known, all settings are shown.
struct DataConfig: Record {
  var name = ""
  var onMissing = MissingData.fail
  /// Graphs in a training batch.
  var batchSize = 1
  /// Whether the training graphs are put into a new random order every epoch.
  var shuffle = true
  var synthetic = SyntheticDataConfig()
  /// Whether every node gets an edge to itself.
  var selfLoops = true
  var normalizeFeatures = Normalization.none
  var rewiring = RewiringConfig()
  private var chosenSplit: SplitConfig?
  private var chosenShape: SyntheticNodeConfig?

  /// The split of the nodes; the data set's usual one where the config has none.
  var split: SplitConfig {
    get { chosenSplit ?? .usual(for: name) }
    set { chosenSplit = newValue }
  }

  /// The size of a generated graph; the data set's own where the config has none.
  var syntheticNodes: SyntheticNodeConfig {
    get { chosenShape ?? .usual(for: name) }
    set { chosenShape = newValue }
  }

  /// Graphs with several labels a node.
  static let ppi = "ppi"
  /// A generated graph with a class a node.
  static let generated = "synthetic-nodes"
  /// The data sets that can be read or generated.
  static let knownNames = [ppi] + NodeBenchmark.all.map(\.name) + [generated]

  /// Whether the data are one graph with a class a node.
  var isOneGraph: Bool { !name.isEmpty && name != Self.ppi }

  /// What happens where the data are nowhere to be found.
  enum MissingData: String, CaseIterable {
    /// A generated stand-in of the same shape; every output says so.
    case synthetic
    /// The run ends.
    case fail
  }

  /// What becomes of a node's features.
  enum Normalization: String, CaseIterable {
    /// They stay as they are in the files.
    case none
    /// They are divided by their sum.
    case rows
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, Self.nameRule, required: true, "The data set.")
    let isKnown = !name.isEmpty
    if name != Self.generated {
      visitor.field(
        "onMissing", &onMissing, .choice,
        "Where the data are not found: generate a stand-in of the same shape, or fail.")
    }
    if !isKnown || !isOneGraph {
      visitor.field(
        "batchSize", &batchSize, .integer(1...1_000_000), "ppi: graphs in a training batch.")
      visitor.field(
        "shuffle", &shuffle, .boolean, "ppi: put the training graphs into a new order every epoch.")
      visitor.record("synthetic", &synthetic, "ppi: the size of the generated stand-in.")
    }
    if !isKnown || isOneGraph {
      visitor.record(
        "split", &split,
        "One graph: its nodes to train, validate and test on. By default \"public\" for cora, "
          + "citeseer and pubmed, \"provided\" for heterophilic data, \"perClass\" for others.")
      visitor.field(
        "selfLoops", &selfLoops, .boolean,
        "One graph: add an edge from every node to itself (PPI's graphs come with them).")
      visitor.field(
        "normalizeFeatures", &normalizeFeatures, .choice,
        "One graph: leave features as they are, or divide each node's by their sum.")
      visitor.record(
        "rewiring", &rewiring,
        "One graph: the rewired graph beside the original, for models whose \"graph\" is "
          + "\"rewired\".")
      visitor.record(
        "syntheticNodes", &syntheticNodes,
        "The size of \"synthetic-nodes\", or of the generated stand-in for one graph. By default "
          + "that of the data set that it stands for.")
    }
  }

  var inconsistencies: [Inconsistency] {
    guard isOneGraph, let message = split.problem(for: name) else { return [] }
    return [Inconsistency(key: "split.\(SplitConfig.tag)", message: message)]
  }

  private static var nameRule: FieldRule<String> {
    var rule = FieldRule<String>.oneOf(knownNames)
    let family = "syn-cora-"
    rule.expected =
      "a data set: "
      + knownNames.filter { !$0.hasPrefix(family) }.map { "\"\($0)\"" }.joined(separator: ", ")
      + " or \"\(family)hH-rR\" with H from 0.00 to 1.00 and R 1 or 2, such as "
      + "\"\(knownNames.first { $0.hasPrefix(family) } ?? family)\""
    return rule
  }
}

/// The size of the generated stand-in for missing data.
struct SyntheticDataConfig: Record {
  var trainGraphs = 20
  var validGraphs = 2
  var testGraphs = 2
  var nodesPerGraph = 2_245
  /// Mean number of in-edges of a node.
  var meanDegree = 27.3
  var features = 50
  var labels = 121

  mutating func fields(_ visitor: any FieldVisitor) {
    let graphs = FieldRule<Int>.integer(1...10_000)
    visitor.field("trainGraphs", &trainGraphs, graphs, "Graphs to train on.")
    visitor.field("validGraphs", &validGraphs, graphs, "Graphs to validate on.")
    visitor.field("testGraphs", &testGraphs, graphs, "Graphs to test on.")
    visitor.field("nodesPerGraph", &nodesPerGraph, .integer(2...1_000_000), "Nodes of a graph.")
    visitor.field("meanDegree", &meanDegree, .number(.positive), "Mean in-degree of a node.")
    visitor.field("features", &features, .integer(1...100_000), "Width of the node features.")
    visitor.field("labels", &labels, .integer(1...100_000), "Number of labels.")
  }

  var inconsistencies: [Inconsistency] {
    guard meanDegree > Double(nodesPerGraph) else { return [] }
    return [
      Inconsistency(
        key: "meanDegree",
        message: "found \(meanDegree), more than a graph's \(nodesPerGraph) nodes")
    ]
  }
}
