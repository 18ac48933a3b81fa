import Graph
import Tensor

/// A data set in three parts: graphs to train on, to validate on and to test on.
///
/// The parts may be different graphs, of which training never sees the other parts' nodes
/// (inductive), or one and the same graph of which each part counts other nodes (transductive, see
/// ``TransductiveDataset``).
public struct GraphDataset<S: Scalar>: Sendable {
  /// Its name for tables and files; that of a stand-in contains "synthetic".
  public let name: String
  /// Where it comes from, for a person: a path, or "synthetic stand-in, seed 100".
  public let source: String
  /// Whether it was generated rather than measured. Every output made with it must say so.
  public let isSynthetic: Bool
  /// The graphs to train on.
  public let train: [GraphSample<S>]
  /// The graphs to choose models on.
  public let valid: [GraphSample<S>]
  /// The graphs to report on.
  public let test: [GraphSample<S>]
  /// What each graph of `test` is of, where these are scored apart too; else empty.
  public let testParts: [TestPart]

  /// A data set from its parts; all graphs must have the same numbers of features and of labels.
  public init(
    name: String, source: String, isSynthetic: Bool, train: [GraphSample<S>],
    valid: [GraphSample<S>], test: [GraphSample<S>], testParts: [TestPart] = []
  ) {
    precondition(testParts.isEmpty || testParts.count == test.count, "a part for each test graph")
    let all = train + valid + test
    precondition(
      all.allSatisfy {
        $0.features.columns == all[0].features.columns && $0.labels.columns == all[0].labels.columns
      }, "the graphs of a data set differ in their features or labels")
    self.name = name
    self.source = source
    self.isSynthetic = isSynthetic
    self.train = train
    self.valid = valid
    self.test = test
    self.testParts = testParts
  }

  /// All graphs: training, validation, test.
  public var samples: [GraphSample<S>] { train + valid + test }
  /// The graphs of all parts, each once.
  private var graphs: [CSRGraph] {
    var seen: Set<ObjectIdentifier> = []
    return samples.map(\.graph).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// The number of nodes of all graphs. A graph that parts share counts once.
  public var nodeCount: Int { graphs.reduce(0) { $0 + $1.nodeCount } }
  /// The number of directed edges of all graphs, self loops included.
  public var edgeCount: Int { graphs.reduce(0) { $0 + $1.edgeCount } }
  /// The share of all targets (nodes, or graphs) that count in some part, 0 to 1.
  public var labelledShare: Double {
    var known: [ObjectIdentifier: [Bool]] = [:]
    for sample in samples {
      known[ObjectIdentifier(sample.graph), default: sample.known].combine(sample.known)
    }
    let targets = known.values.reduce(0) { $0 + $1.count }
    let counted = known.values.reduce(0) { $0 + $1.lazy.filter { $0 }.count }
    return targets == 0 ? 0 : Double(counted) / Double(targets)
  }
  /// The number of features of a node.
  public var featureCount: Int { samples.first?.features.columns ?? 0 }
  /// The number of labels of a node.
  public var labelCount: Int { samples.first?.labels.columns ?? 0 }

  /// The same data in another precision.
  ///
  /// - Throws: ``CSRMatrixError`` for a sparse feature that is too large for it.
  public func converted<T: Scalar>(to type: T.Type = T.self) throws -> GraphDataset<T> {
    func convert(_ samples: [GraphSample<S>]) throws -> [GraphSample<T>] {
      try samples.map {
        GraphSample(
          graph: $0.graph, features: try $0.features.converted(), labels: $0.labels.converted(),
          known: $0.known)
      }
    }
    return GraphDataset<T>(
      name: name, source: source, isSynthetic: isSynthetic, train: try convert(train),
      valid: try convert(valid), test: try convert(test), testParts: testParts)
  }
}

extension [Bool] {
  /// True also where the other list is.
  fileprivate mutating func combine(_ other: [Bool]) {
    for place in indices where other[place] { self[place] = true }
  }
}
