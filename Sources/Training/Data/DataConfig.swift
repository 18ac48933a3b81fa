import Datasets
import Graph
import Records

/// The data set, what to do where it is missing, and how its nodes are prepared.
///
/// PPI, the data sets of one graph, and sources that bring ``DataSettings`` have settings of their own;
/// a setting of the one is an unknown key for the other. Where the name is not known, all settings are
/// shown.
public struct DataConfig: Record {
  /// The data set's name.
  public var name = ""
  /// Where the user's own data are; nil for a data set that the name alone names.
  public var files: FileSourceConfig?
  /// What happens where the data are nowhere to be found.
  public var onMissing = MissingData.fail
  /// Graphs in a training batch.
  public var batchSize = 1
  /// Whether the training graphs are put into a new random order every epoch.
  public var shuffle = true
  package var synthetic = SyntheticDataConfig()
  /// Whether every node gets an edge to itself.
  public var selfLoops = true
  /// What becomes of a node's features.
  public var normalizeFeatures = Normalization.none
  /// What makes the rewired graph.
  public var rewiring = RewiringConfig()
  /// Whether only the largest connected component is kept.
  public var largestComponent = false
  /// The share of the test nodes that training does not see.
  public var inductiveShare = 0.0
  private var chosenSplit: SplitConfig?
  private var chosenShape: SyntheticNodeConfig?
  private var chosen = ChosenSettings()

  /// The settings that the data set itself brings; nil for one without.
  public var settings: (any DataSettings)? {
    get { chosen.name == name ? chosen.settings : source?.settings }
    set { chosen = ChosenSettings(name: name, settings: newValue) }
  }

  /// The split of the nodes; the data set's usual one where the config has none.
  public var split: SplitConfig {
    get { chosenSplit ?? .usual(of: source) }
    set { chosenSplit = newValue }
  }

  /// The size of a generated graph; the data set's own where the config has none.
  public var syntheticNodes: SyntheticNodeConfig {
    get { chosenShape ?? .usual(for: name) }
    set { chosenShape = newValue }
  }

  /// What readers of results must know of test nodes that are unseen; empty where none are.
  package var unseenInWords: String {
    inductiveShare == 0
      ? "" : "; \(NumberFormat.share(inductiveShare)) % of the test nodes are unseen in training"
  }

  /// The name of the data set of several graphs that is built in.
  package static let ppi = "ppi"

  /// The data set, or nil where there is none of that name, or no such layout.
  package var source: (any DataSource)? {
    if let files { return files.source(named: name) }
    return Registries.data[name]?.fresh
  }

  /// Whether the data are one graph with a class a node.
  package var isOneGraph: Bool { source?.isOneGraph ?? false }

  /// What happens where the data are nowhere to be found.
  public enum MissingData: String, CaseIterable, Sendable {
    /// A generated stand-in of the same shape; every output says so.
    case synthetic
    /// The run ends.
    case fail
  }

  /// What becomes of a node's features.
  public enum Normalization: String, CaseIterable, Sendable {
    /// They stay as they are in the files.
    case none
    /// They are divided by their sum.
    case rows
  }

  /// No data set.
  public init() {}

  /// Shows the settings that the named data set has.
  public mutating func fields(_ visitor: any FieldVisitor) {
    commonFields(visitor)
    if source != nil {
      if var own = settings {
        own.fields(visitor)
        settings = own
      }
    } else {
      DataConfig.showAllSettings(to: visitor)
    }
  }

  /// The keys that no data set's own settings may have.
  package static var commonKeys: [String] {
    RecordOutline.fields { visitor in
      var config = DataConfig()
      config.commonFields(visitor)
    }.map { String($0.key.prefix { $0 != "." }) }
  }

  /// The settings that data sets do not bring themselves.
  private mutating func commonFields(_ visitor: any FieldVisitor) {
    // Before the name, which may then be any.
    visitor.optionalRecord(
      "source", &files, "Where data of your own are, which the name is then free to name.")
    visitor.field(
      "name", &name, files == nil ? Self.nameRule : Self.freeNameRule, required: true,
      "The data set.")
    let source = source
    if source?.isGenerated != true, files == nil {
      visitor.field(
        "onMissing", &onMissing, .choice,
        "Where the data are not found: generate a stand-in of the same shape, or fail.")
    }
    if source?.isOneGraph != true {
      visitor.field(
        "batchSize", &batchSize, .integer(1...1_000_000),
        "Several graphs: those of a training batch.")
      visitor.field(
        "shuffle", &shuffle, .boolean,
        "Several graphs: put those to train on into a new order every epoch.")
      if source?.settings == nil, files == nil {
        visitor.record("synthetic", &synthetic, "ppi: the size of the generated stand-in.")
      }
    }
    if source?.isOneGraph != false {
      visitor.record(
        "split", &split,
        "One graph: its nodes to train, validate and test on. By default \"public\" for cora, "
          + "citeseer and pubmed, \"provided\" for heterophilic data and for a source whose layout "
          + "can hold splits, \"perClass\" for others.")
      visitor.field(
        "largestComponent", &largestComponent, .boolean,
        "One graph: keep the nodes of its largest connected component alone, before it is split.")
      visitor.field(
        "inductiveShare", &inductiveShare, .number(.halfOpen(0, 1)),
        "One graph: the share of the test nodes that are absent, with all edges at them, while models "
          + "train and are chosen, and are then met on the whole graph (0.2 in the production setting of "
          + "GLNN). Results have the scores of all test nodes, and apart those of the others as "
          + "transductive.METRIC and of these as inductive.METRIC.")
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
      if files == nil {
        visitor.record(
          "syntheticNodes", &syntheticNodes,
          "The size of \"synthetic-nodes\", or of the generated stand-in for one graph. By default "
            + "that of the data set that it stands for.")
      }
    }
  }

  /// Shows each kind of settings that some data set brings.
  private static func showAllSettings(to visitor: any FieldVisitor) {
    var seen: Set<ObjectIdentifier> = []
    for source in Registries.data.entries.map(\.fresh) {
      guard let kind = source.settings.map({ type(of: $0) }),
        seen.insert(ObjectIdentifier(kind)).inserted
      else { continue }
      var settings: any DataSettings = kind.init()
      settings.fields(visitor)
    }
  }

  /// A split that the data set has not, and what is wrong with its own settings.
  public var inconsistencies: [Inconsistency] {
    var found = settings?.inconsistencies ?? []
    if inductiveShare > 0, rewiring.settings.rewiring != nil {
      found.append(
        Inconsistency(
          key: "inductiveShare",
          message: "found \(inductiveShare) beside data.rewiring, which sees all nodes; expected "
            + "one of them alone"))
    }
    guard let source = source as? any NodeDataSource, !split.settings.isAvailable(for: source)
    else { return found }
    let others = Registries.data.entries.map(\.fresh).filter {
      ($0 as? any NodeDataSource).map(split.settings.isAvailable) ?? false
    }
    let message =
      "found \"\(split.choiceName)\", which \(name) has not (these have: "
      + "\(others.map(\.name).joined(separator: ", ")))"
    found.append(Inconsistency(key: "split.\(SplitConfig.tag)", message: message))
    return found
  }

  private static var nameRule: FieldRule<String> {
    let names = Registries.data.names
    var rule = FieldRule<String>.oneOf(names)
    let family = "syn-cora-"
    rule.expected =
      "a data set: "
      + names.filter { !$0.hasPrefix(family) }.map { "\"\($0)\"" }.joined(separator: ", ")
      + " or \"\(family)hH-rR\" with H from 0.00 to 1.00 and R 1 or 2, such as "
      + "\"\(names.first { $0.hasPrefix(family) } ?? family)\"; or any name for data of your own, "
      + "beside data.source, which says where they are"
    // The same key has any name beside a source.
    rule.schema = ["anyOf": [.object(rule.schema), .object(freeNameRule.schema)]]
    return rule
  }

  /// The name of data that ``files`` says the place of.
  private static var freeNameRule: FieldRule<String> {
    FieldRule(
      expected: "a name of 1 to 64 characters",
      schema: ["type": "string", "pattern": "^.{1,64}$"]
    ) {
      guard case .string(let name) = $0, (1...64).contains(name.count),
        !name.contains(where: \.isNewline)
      else { return nil }
      return name
    } encode: {
      .string($0)
    }
  }

  /// What of the settings makes the data what they are: all but where files lie, of whose content
  /// results keep a digest.
  package var identity: JSONValue {
    guard case .object(var members) = RecordEncoder.encode(self) else { return nil }
    if case .object(var source)? = members["source"] {
      source["path"] = nil
      members["source"] = .object(source)
    }
    return .object(members)
  }
}
