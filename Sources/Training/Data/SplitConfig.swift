import Datasets
import Graph
import Records
import Tensor

/// Which nodes of a graph are trained on, validated on and tested on: the settings of any registered
/// split.
public struct SplitConfig: Variant {
  /// The settings of the split.
  public var settings: any SplitSettings

  /// A split of these settings.
  public init(settings: any SplitSettings) { self.settings = settings }
  /// All splits; the first is the default.
  public static var registry: Registry<any SplitSettings> { Registries.splits }

  /// The usual split of a data set: the public one where there is one, else the ten that come with
  /// the data, else numbers of nodes a class (Shchur et al. 2018).
  package static func usual(of source: (any DataSource)?) -> SplitConfig {
    guard let source = source as? any NodeDataSource else { return SplitConfig() }
    if source.hasPublicSplit { return SplitConfig(settings: PublicSplitConfig()) }
    return source.hasProvidedSplits ? SplitConfig(settings: ProvidedSplitConfig()) : SplitConfig()
  }

  /// The split for readers of results, the same for every seed.
  package var words: String { settings.words }

  /// The split for a generated graph, which comes without published ones.
  package var ofStandIn: SplitConfig { SplitConfig(settings: settings.ofStandIn) }
}

/// The settings of a split: its keys, and the parts that they make of a graph.
///
/// A new one is one file with a type that follows this protocol, and its line in ``Registries/splits``
/// or, from another package, one call of `register` before the command line starts. Where parts are
/// drawn, draw them from a `RandomStream` of the seed, so that the same seed gives the same split.
public protocol SplitSettings: VariantSettings {
  /// The split for readers of results, the same for every seed.
  var words: String { get }
  /// What takes its place for a generated graph, which comes without published splits.
  var ofStandIn: any SplitSettings { get }
  /// Whether it is one of those that come with a data set, in files of their own if need be.
  var readsProvidedSplits: Bool { get }
  /// Whether the data set has what the split needs.
  func isAvailable(for source: any NodeDataSource) -> Bool
  /// n_test / n_train where each seed draws a split of its own from the one graph, by which the scores
  /// of the seeds depend on one another; nil where all seeds have the same split.
  ///
  /// - Parameters:
  ///   - labelled: The number of nodes whose class is known.
  ///   - classes: The number of classes.
  func testPerTraining(labelled: Double, classes: Double) -> Double?
  /// The parts for a seed.
  ///
  /// - Parameters:
  ///   - data: The graph with its classes.
  ///   - published: The splits that come with the data.
  /// - Throws: `DataError` where the data cannot be split so.
  func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit
}

extension SplitSettings {
  /// The split itself.
  public var ofStandIn: any SplitSettings { self }
  /// It reads none.
  public var readsProvidedSplits: Bool { false }
  /// Every data set has it.
  public func isAvailable(for source: any NodeDataSource) -> Bool { true }
}

extension Registry where Value == any SplitSettings {
  /// Adds a split.
  public func register<Settings: SplitSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

/// As many nodes of each class, drawn anew for each seed.
package struct PerClassSplitConfig: SplitSettings {
  package static let name = "perClass"
  package static let note =
    "The same numbers of nodes of each class, all others being the test part; random per seed."

  package var training = 20
  package var validation = 30

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let nodes = FieldRule<Int>.integer(1...1_000_000)
    visitor.field("training", &training, nodes, "Nodes of each class to train on.")
    visitor.field("validation", &validation, nodes, "Nodes of each class to validate on.")
  }

  package var words: String {
    "\(training) training and \(validation) validation nodes a class, the rest test, random per "
      + "seed"
  }

  package func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit {
    try data.randomPerClass(training: training, validation: validation, seed: seed)
  }

  package func testPerTraining(labelled: Double, classes: Double) -> Double? {
    let test = labelled - classes * Double(training + validation)
    return max(1, test) / (classes * Double(training))
  }
}

/// Shares of all nodes whose class is known, drawn anew for each seed.
package struct SharesSplitConfig: SplitSettings {
  package static let name = "shares"
  package static let note = "Shares of the nodes, all others being the test part; random per seed."

  package var training = 0.6
  package var validation = 0.2
  /// Whether the shares are those of each class.
  package var stratified = false

  package init(training: Double = 0.6, validation: Double = 0.2) {
    self.training = training
    self.validation = validation
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let share = FieldRule<Double>.number(.above(0, atMost: 1))
    visitor.field("training", &training, share, "The share to train on: 0.6, 0.48, 0.2.")
    visitor.field("validation", &validation, share, "The share to validate on: 0.2, 0.32.")
    visitor.field(
      "stratified", &stratified, .boolean,
      "Draw the shares from each class, so that all parts have the classes in the same proportions."
    )
  }

  package var inconsistencies: [Inconsistency] {
    guard training + validation >= 1 else { return [] }
    let message =
      "found \(validation), which with \(training) to train on leaves no nodes to test on"
    return [Inconsistency(key: "validation", message: message)]
  }

  package var words: String {
    "\(NumberFormat.share(training)) % training, \(NumberFormat.share(validation)) % validation, the rest "
      + "test, \(stratified ? "of each class, " : "")random per seed"
  }

  package func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit {
    guard stratified else {
      return try data.randomShares(training: training, validation: validation, seed: seed)
    }
    return try .randomStratified(
      data.classes, classCount: data.classCount, training: training, validation: validation,
      seed: seed)
  }

  package func testPerTraining(labelled: Double, classes: Double) -> Double? {
    let trained = (training * labelled).rounded()
    let validated = (validation * labelled).rounded()
    return (labelled - trained - validated) / max(1, trained)
  }
}

/// Cross-validation: one fold after the other is tested on, seed after seed.
package struct FoldsSplitConfig: SplitSettings {
  package static let name = "folds"
  package static let note =
    "Cross-validation, the classes in the same proportions in each fold: seed s tests on fold s modulo "
    + "their number, validates on the next and trains on the others. Seeds 0 to folds - 1 test on each "
    + "node once; further ones deal the nodes anew."

  package var folds = 10

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("folds", &folds, .integer(3...1000), "The number of folds: 5, 10.")
  }

  package var words: String { "\(folds) folds, one to test on, the next to validate on" }

  package func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit {
    try .crossValidation(
      data.classes, classCount: data.classCount, folds: folds, turn: Int(seed % UInt64(folds)),
      seed: seed / UInt64(folds))
  }

  package func testPerTraining(labelled: Double, classes: Double) -> Double? {
    1 / Double(folds - 2)
  }
}

/// The split of Yang et al. 2016: 20 nodes a class, 500 and 1,000.
package struct PublicSplitConfig: SplitSettings {
  package static let name = "public"
  package static let note =
    "The public split of cora, citeseer and pubmed (Yang et al. 2016), the same for every seed."

  package var words: String { "public" }
  package var ofStandIn: any SplitSettings { PerClassSplitConfig() }

  package init() {}

  package func isAvailable(for source: any NodeDataSource) -> Bool { source.hasPublicSplit }

  package func testPerTraining(labelled: Double, classes: Double) -> Double? { nil }

  package func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit {
    try published.split(ofSeed: seed, of: data.source)
  }
}

/// The ten splits that are published with the data.
package struct ProvidedSplitConfig: SplitSettings {
  package static let name = "provided"
  package static let note =
    "The ten splits in the files of the heterophilic data sets, or of Geom-GCN (Pei et al. 2020) "
    + "for cora, citeseer and pubmed; a seed takes the split whose number is the seed modulo 10. Of data "
    + "by source, as many as the files hold."

  package var words: String { "ten published splits, number (seed mod 10)" }
  /// A random one of the same proportions.
  package var ofStandIn: any SplitSettings { SharesSplitConfig(training: 0.48, validation: 0.32) }
  package var readsProvidedSplits: Bool { true }

  package init() {}

  package func isAvailable(for source: any NodeDataSource) -> Bool { source.hasProvidedSplits }

  /// They have 48 % of the nodes to train and 20 % to test on (Pei et al. 2020); those of the filtered
  /// files (Platonov et al. 2023) have that on average.
  package func testPerTraining(labelled: Double, classes: Double) -> Double? { 0.20 / 0.48 }

  package func split<S: Scalar>(
    _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
  ) throws -> NodeSplit {
    try published.split(ofSeed: seed, of: data.source)
  }
}

extension [NodeSplit] {
  /// The split whose number is the seed modulo their number.
  ///
  /// - Throws: ``DataError`` (malformed) where there are none.
  fileprivate func split(ofSeed seed: UInt64, of source: String) throws -> NodeSplit {
    guard !isEmpty else {
      throw DataError(
        .malformed, at: source,
        "the files hold no split; one or more were expected. Choose how nodes are drawn with data.split, "
          + "such as \"perClass\" or \"shares\"")
    }
    return self[Int(seed % UInt64(count))]
  }
  /// The splits that files hold, for readers of results.
  package var inWords: String {
    count == 1
      ? "the one in the files, for every seed"
      : "\(count) in the files, number (seed mod \(count))"
  }

  /// The mean number of test nodes for each training node where seeds have different splits; 0 where
  /// all have the one; nil where there are none.
  package var testPerTraining: Double? {
    guard count > 1 else { return isEmpty ? nil : 0 }
    return Double(reduce(0) { $0 + $1.test.count })
      / Double(reduce(0) { $0 + $1.training.count })
  }
}
