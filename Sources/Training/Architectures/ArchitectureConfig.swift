import Layers
import Records
import Tensor

/// A network: the settings of any registered family.
package struct ArchitectureConfig: Variant {
  package var settings: any ArchitectureSettings

  package init(settings: any ArchitectureSettings) { self.settings = settings }
  package static var registry: Registry<any ArchitectureSettings> { Registries.architectures }
  package static let tag = "family"

  /// The names of the features that objectives can read.
  package var taps: [String] { settings.taps }

  /// The network, with first values that depend on the seed and on the places of the parameters
  /// alone: models of one architecture start from the same numbers, so that what differs between
  /// two methods is the method.
  ///
  /// - Parameter nodeCount: The nodes of the one graph that the network is for, which some families
  ///   need; nil where there are several graphs.
  /// - Throws: ``NetworkError`` where the family's blocks do not fit together, or do not make what
  ///   the settings say.
  package func network<S: Scalar>(
    inputWidth: Int, outputWidth: Int, nodeCount: Int? = nil, seed: UInt64
  ) throws -> Network<S> {
    let network: Network<S> = try settings.makeNetwork(
      NetworkContext(
        inputWidth: inputWidth, outputWidth: outputWidth, nodeCount: nodeCount, seed: seed))
    for name in settings.taps {
      guard let tap = Tap(name), network.width(at: tap) != nil else {
        throw NetworkError.missingTap(name, known: network.taps)
      }
    }
    guard let found = network.width(at: .logits), found == outputWidth else {
      throw NetworkError.outputWidth(
        expected: outputWidth, found: network.width(at: .logits) ?? 0)
    }
    return network
  }
}

/// The settings of a family of networks: its keys, its taps, and the network that they make.
///
/// A new family is one file with a type that follows this protocol, and its line in
/// ``Registries/architectures`` or, from another package, one call of `register` before the command
/// line starts.
public protocol ArchitectureSettings: VariantSettings {
  /// Widths of the hidden layers (of one head where there are several).
  var hidden: [Int] { get }
  /// The columns of each hidden layer's output, which are those widths but where there are several
  /// heads.
  var hiddenColumns: [Int] { get }
  /// What stands between the layers.
  var trunk: TrunkConfig { get }
  /// The names of the features that objectives can read, as the network has them.
  var taps: [String] { get }
  /// Those of them that have a row for each graph and not for each node.
  var pooledTaps: [String] { get }
  /// The key of the setting by which layers normalise over the rows of a batch, empty where the family
  /// always does; nil where none do.
  var batchNormKey: String? { get }
  /// What becomes of nodes without edges into them, where users have to be warned of it; else nil.
  var effectOnNodesWithoutNeighbours: String? { get }
  /// The network for data of these sizes.
  ///
  /// - Throws: `NetworkError` where blocks do not fit together, which ends a run before anything is
  ///   trained.
  func makeNetwork<S: Scalar>(_ context: NetworkContext) throws -> Network<S>
  /// Why it is not for data of so many graphs, with the key of the setting at fault; asked before a
  /// network is made. What the graphs themselves have against its layers, these say.
  ///
  /// - Parameter data: The name of the data set.
  func problem(graphs count: Int, of data: String) -> Inconsistency?
  /// Whether it builds graphs of its own from features, so that what it makes of a node is no constant
  /// of the data.
  var buildsGraphs: Bool { get }
  /// The taps whose features live on such graphs; the others live on the data's.
  var tapsOnBuiltGraphs: [String] { get }
  /// What its layers take of memory on such data, from below: what is counted is surely needed.
  func layerSizes(_ data: DataSizes) -> [LayerSize]
}

extension ArchitectureSettings {
  /// Those widths.
  public var hiddenColumns: [Int] { hidden }

  /// Nothing but the activations.
  public var trunk: TrunkConfig { TrunkConfig() }

  /// Of each hidden layer l, `hidden.l` (before the activation) and `hidden.l.activated`; `logits`;
  /// and what the trunk adds.
  public var taps: [String] { trunk.taps(widths: hiddenColumns) }

  /// Those behind the trunk's readout.
  public var pooledTaps: [String] { trunk.pooledTaps }

  /// The trunk's.
  public var batchNormKey: String? {
    if case .batch = trunk.norm.normalization { "norm" } else { nil }
  }

  /// The data's graphs are its own.
  public var buildsGraphs: Bool { false }

  /// None.
  public var tapsOnBuiltGraphs: [String] { [] }

  /// What the trunk has against the hidden layers.
  public var inconsistencies: [Inconsistency] { trunk.inconsistencies(widths: hiddenColumns) }

  /// What the trunk has to warn of.
  public var warnings: [Inconsistency] { trunk.warnings(widths: hiddenColumns) }

  /// Nothing to be warned of.
  public var effectOnNodesWithoutNeighbours: String? { nil }

  /// Nothing.
  public func problem(graphs count: Int, of data: String) -> Inconsistency? { nil }
}

extension Registry where Value == any ArchitectureSettings {
  /// Adds a family of networks.
  public func register<Settings: ArchitectureSettings>(_ type: Settings.Type) {
    add(Entry(type) { $0 })
  }
}

extension FieldRule where Value == [Int] {
  /// More layers than this are a slip of the pen.
  public static var mostLayers: Int { 256 }

  /// Widths of hidden layers; of none, where none are needed.
  public static func widths(atLeast least: Int = 0) -> FieldRule {
    .list(of: .integer(1...65_536), count: least...mostLayers)
  }
}

extension FieldRule where Value == Double {
  /// The probability that dropout sets a value to zero; below 1 in single precision too.
  public static var dropout: FieldRule { .number(.closed(0, 0.9999999)) }
}

extension FieldRule where Value == Activation {
  /// What follows a hidden layer. "gelu" is the exact one, by the error function; "prelu" has a slope a
  /// layer, which is learnt.
  public static var activation: FieldRule {
    .named([
      "elu": .elu, "relu": .relu, "leakyRelu": .leakyReLU(slope: 0.01), "gelu": .gelu,
      "prelu": .prelu,
    ])
  }
}
