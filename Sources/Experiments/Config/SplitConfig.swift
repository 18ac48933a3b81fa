import Graph

/// Which nodes of a graph are trained on, validated on and tested on.
enum SplitConfig: Variant {
  case perClass(PerClassSplitConfig)
  case shares(SharesSplitConfig)
  case published(PublicSplitConfig)
  case provided(ProvidedSplitConfig)

  init() { self = .perClass(PerClassSplitConfig()) }

  /// The usual split of a data set: the public one where there is one, else the ten that come with
  /// the data, else numbers of nodes a class (Shchur et al. 2018).
  static func usual(for name: String) -> SplitConfig {
    guard let benchmark = NodeBenchmark.all.first(where: { $0.name == name }) else {
      return SplitConfig()
    }
    if benchmark.hasPublicSplit { return .published(PublicSplitConfig()) }
    return benchmark.hasProvidedSplits ? .provided(ProvidedSplitConfig()) : SplitConfig()
  }

  static let tag = "type"
  static let choices = [
    VariantChoice(Self.perClass), VariantChoice(Self.shares), VariantChoice(Self.published),
    VariantChoice(Self.provided),
  ]

  var settings: any VariantSettings {
    switch self {
    case .perClass(let settings): settings
    case .shares(let settings): settings
    case .published(let settings): settings
    case .provided(let settings): settings
    }
  }

  /// The split for readers of results, the same for every seed.
  var words: String {
    switch self {
    case .perClass(let config):
      "\(config.training) training and \(config.validation) validation nodes a class, the rest "
        + "test, random per seed"
    case .shares(let config):
      "\(Figures.share(config.training)) % training, \(Figures.share(config.validation)) % "
        + "validation, the rest test, random per seed"
    case .published: "public"
    case .provided: "ten published splits, number (seed mod 10)"
    }
  }

  /// What is wrong with the choice for a data set, or nil.
  func problem(for name: String) -> String? {
    func isMissing(_ has: (NodeBenchmark) -> Bool) -> String? {
      let names = NodeBenchmark.all.filter(has).map(\.name)
      guard !names.contains(name) else { return nil }
      return "found \"\(choiceName)\", which \(name) has not (these have: "
        + "\(names.joined(separator: ", ")))"
    }
    switch self {
    case .perClass, .shares: return nil
    case .published: return isMissing(\.hasPublicSplit)
    case .provided: return isMissing(\.hasProvidedSplits)
    }
  }
}

/// As many nodes of each class, drawn anew for each seed.
struct PerClassSplitConfig: VariantSettings {
  static let name = "perClass"
  static let note =
    "The same numbers of nodes of each class, all others being the test part; random per seed."

  var training = 20
  var validation = 30

  mutating func fields(_ visitor: any FieldVisitor) {
    let nodes = FieldRule<Int>.integer(1...1_000_000)
    visitor.field("training", &training, nodes, "Nodes of each class to train on.")
    visitor.field("validation", &validation, nodes, "Nodes of each class to validate on.")
  }
}

/// Shares of all nodes whose class is known, drawn anew for each seed.
struct SharesSplitConfig: VariantSettings {
  static let name = "shares"
  static let note = "Shares of the nodes, all others being the test part; random per seed."

  var training = 0.6
  var validation = 0.2

  mutating func fields(_ visitor: any FieldVisitor) {
    let share = FieldRule<Double>.number(.above(0, atMost: 1))
    visitor.field("training", &training, share, "The share to train on: 0.6, 0.48, 0.2.")
    visitor.field("validation", &validation, share, "The share to validate on: 0.2, 0.32.")
  }

  var inconsistencies: [Inconsistency] {
    guard training + validation >= 1 else { return [] }
    let message =
      "found \(validation), which with \(training) to train on leaves no nodes to test on"
    return [Inconsistency(key: "validation", message: message)]
  }
}

/// The split of Yang et al. 2016: 20 nodes a class, 500 and 1,000.
struct PublicSplitConfig: VariantSettings {
  static let name = "public"
  static let note =
    "The public split of cora, citeseer and pubmed (Yang et al. 2016), the same for every seed."

  mutating func fields(_ visitor: any FieldVisitor) {}
}

/// The ten splits that are published with the data.
struct ProvidedSplitConfig: VariantSettings {
  static let name = "provided"
  static let note =
    "The ten splits in the files of the heterophilic data sets, or of Geom-GCN (Pei et al. 2020) "
    + "for cora, citeseer and pubmed; a seed takes the split whose number is the seed modulo 10."

  mutating func fields(_ visitor: any FieldVisitor) {}
}
