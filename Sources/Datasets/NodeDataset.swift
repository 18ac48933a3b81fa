import Graph
import Tensor

/// A data set of one graph, each of whose nodes belongs to one class.
public struct NodeDataset<S: Scalar>: Sendable {
  /// The class of a node whose class is not known.
  public static var unknown: Int { -1 }

  /// Its name for tables and files.
  public let name: String
  /// Where it comes from, for a person: a path.
  public let source: String
  /// Whether it was generated to stand in for data. Every output made with it must say so.
  public let isSynthetic: Bool
  /// The graph: symmetric, without self loops and parallel edges. It may be disconnected and have
  /// isolated nodes.
  public let graph: CSRGraph
  /// Node features, n x f, as they are in the files.
  public let features: CSRMatrix<S>
  /// The class of each node, 0 ..< classCount, or ``unknown``.
  public let classes: [Int]
  /// The number of classes.
  public let classCount: Int
  /// The splits that the files carry; none where they are to be drawn.
  public let splits: [NodeSplit]

  /// A data set from its parts.
  ///
  /// - Parameter classCount: The number of classes; without it one more than the largest class.
  /// - Throws: ``DataError`` (malformed) for a graph without nodes or
  ///   features, features, classes or splits of
  ///   another number of nodes, classes out of range or all unknown, and splits with nodes of unknown class.
  public init(
    name: String, source: String, graph: CSRGraph, features: CSRMatrix<S>, classes: [Int],
    classCount: Int? = nil, splits: [NodeSplit] = [], isSynthetic: Bool = false
  ) throws {
    func fail(_ message: String) -> DataError {
      .malformed(source, "the data set \(name): \(message)")
    }
    guard graph.nodeCount > 0 else { throw fail("its graph has no nodes") }
    guard features.rows == graph.nodeCount else {
      throw fail("there are \(features.rows) rows of features for \(graph.nodeCount) nodes")
    }
    guard features.columns > 0 else { throw fail("its nodes have no features") }
    guard classes.count == graph.nodeCount else {
      throw fail("there are \(classes.count) labels for \(graph.nodeCount) nodes")
    }
    let largest = classes.max() ?? NodeDataset.unknown
    guard largest >= 0 else { throw fail("no node's class is known") }
    // As many classes as nodes means a damaged label, and would ask for a huge output layer.
    guard largest < graph.nodeCount else {
      throw fail("a node is of class \(largest), but there are only \(graph.nodeCount) nodes")
    }
    let count = classCount ?? largest + 1
    // A row of the labels is as long as there are classes. However strange the data, that may not be
    // the larger part of them by far.
    let (labels, held) = (
      graph.nodeCount.multipliedReportingOverflow(by: count),
      graph.nodeCount + graph.edgeCount + features.count
    )
    guard !labels.overflow, labels.partialValue <= 16 * held + (1 << 24) else {
      throw fail(
        "a node is of class \(largest); \(count) classes of \(graph.nodeCount) nodes with "
          + "\(graph.edgeCount) edges and \(features.count) non-zero features cannot be meant")
    }
    if let node = classes.firstIndex(where: { $0 < NodeDataset.unknown || $0 >= count }) {
      throw fail("the class of node \(node) is \(classes[node]); 0 to \(count - 1) was expected")
    }
    if let split = splits.first(where: { $0.nodeCount != graph.nodeCount }) {
      throw fail("its split '\(split.name)' is of \(split.nodeCount) nodes")
    }
    for split in splits {
      for node in NodeSplit.Part.allCases.flatMap(split.nodes) where classes[node] < 0 {
        throw fail("its split '\(split.name)' has node \(node), whose class is not known")
      }
    }
    self.name = name
    self.source = source
    self.isSynthetic = isSynthetic
    self.graph = graph
    self.features = features
    self.classes = classes
    self.classCount = count
    self.splits = splits
  }

  /// The number of nodes.
  public var nodeCount: Int { graph.nodeCount }
  /// The number of undirected edges.
  public var edgeCount: Int { graph.edgeCount / 2 }
  /// The number of features of a node.
  public var featureCount: Int { features.columns }
  /// Whether the class of each node is known.
  public var known: [Bool] { classes.map { $0 >= 0 } }

  /// The classes as one-hot rows, n x classCount; a row of zeros where the class is unknown.
  public var labels: Matrix<S> {
    var labels = Matrix<S>(zeros: nodeCount, classCount)
    for (node, label) in classes.enumerated() where label >= 0 { labels[node, label] = 1 }
    return labels
  }

  /// The share of edges between nodes of the same class, 0 to 1; edges at nodes whose class is
  /// unknown do not count. 0 without edges.
  public var edgeHomophily: Double {
    var (same, all) = (0, 0)
    for i in 0..<nodeCount where classes[i] >= 0 {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
        let other = classes[Int(graph.source[e])]
        guard other >= 0 else { continue }
        all += 1
        if other == classes[i] { same += 1 }
      }
    }
    return all == 0 ? 0 : Double(same) / Double(all)
  }

  /// The same data with other splits.
  ///
  /// - Throws: ``DataError`` (malformed) for a split of another number of nodes, or with nodes of
  ///   unknown class.
  public func with(splits: [NodeSplit]) throws -> NodeDataset {
    try NodeDataset(
      name: name, source: source, graph: graph, features: features, classes: classes,
      classCount: classCount, splits: splits, isSynthetic: isSynthetic)
  }

  /// The same data under another name.
  func renamed(_ name: String) throws -> NodeDataset {
    try NodeDataset(
      name: name, source: source, graph: graph, features: features, classes: classes,
      classCount: classCount, splits: splits, isSynthetic: isSynthetic)
  }

  /// The same data in another precision.
  ///
  /// - Throws: ``DataError`` (malformed) for a feature that is too large for it.
  public func converted<T: Scalar>(to type: T.Type = T.self) throws -> NodeDataset<T> {
    do {
      return try NodeDataset<T>(
        name: name, source: source, graph: graph, features: features.converted(),
        classes: classes, classCount: classCount, splits: splits, isSynthetic: isSynthetic)
    } catch let error as CSRMatrixError {
      throw DataError.malformed(source, "the features of \(name): \(error)")
    }
  }

  /// A random split with the same numbers of nodes of each class
  /// (``NodeSplit/randomPerClass(_:classCount:training:validation:seed:)``).
  public func randomPerClass(
    training: Int = 20, validation: Int = 30, seed: UInt64
  ) throws -> NodeSplit {
    try .randomPerClass(
      classes, classCount: classCount, training: training, validation: validation, seed: seed)
  }

  /// A random split by shares of the nodes
  /// (``NodeSplit/randomShares(_:training:validation:seed:)``).
  public func randomShares(
    training: Double, validation: Double, seed: UInt64
  ) throws -> NodeSplit {
    try .randomShares(classes, training: training, validation: validation, seed: seed)
  }
}
