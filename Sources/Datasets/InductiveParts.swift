import Graph
import Tensor

/// Which of the test nodes a score is of, where some of them are unseen in training.
public enum TestPart: String, CaseIterable, Sendable {
  /// Those that are in the graph that models are trained on.
  case transductive
  /// Those that are absent from it.
  case inductive
}

extension NodeSplit {
  /// Test nodes that training is not to see, in rising order: round(share x test nodes) of them.
  ///
  /// - Parameters:
  ///   - share: Above 0 and below 1: 0.2 in GLNN's production setting (Zhang et al. 2022).
  ///   - seed: The same seed gives the same nodes.
  /// - Throws: ``DataError`` (malformed) where that is none of them, or all.
  public func unseen(share: Double, seed: UInt64) throws -> [Int] {
    let count = Int((share * Double(test.count)).rounded())
    guard count > 0, count < test.count else {
      throw DataError.malformed(
        "",
        "the split '\(name)': a share of \(share) of its \(test.count) test nodes leaves none to be "
          + "\(count == 0 ? "unseen" : "seen") in training; choose another inductiveShare")
    }
    var random = RandomStream(seed: seed, purpose: "unseen test nodes").generator()
    return Array(random.shuffled(test)[..<count]).sorted()
  }

  /// The same parts without the nodes that are not in a list, numbered by their place in it.
  ///
  /// - Parameter nodes: Nodes, each once.
  /// - Throws: ``DataError`` (malformed) where a part has no nodes left.
  public func restricted(to nodes: [Int]) throws -> NodeSplit {
    var place = [Int?](repeating: nil, count: nodeCount)
    for (k, node) in nodes.enumerated() { place[node] = k }
    func kept(_ part: [Int]) -> [Int] { part.compactMap { place[$0] } }
    return try NodeSplit(
      name: name, nodeCount: nodes.count, training: kept(training), validation: kept(validation),
      test: kept(test))
  }
}

extension NodeDataset {
  /// The data of some nodes and of the edges between them, numbered by their place in the list.
  ///
  /// - Throws: ``DataError`` (malformed) where a split has no nodes left in a part, or where no node's
  ///   class is known.
  public func restricted(to nodes: [Int]) throws -> NodeDataset {
    try NodeDataset(
      name: name, source: source, graph: graph.induced(on: nodes),
      features: features.gatheredRows(nodes), classes: nodes.map { classes[$0] },
      classCount: classCount, splits: splits.map { try $0.restricted(to: nodes) },
      isSynthetic: isSynthetic)
  }
}

extension TransductiveDataset {
  /// The parts of a split some of whose test nodes, and all edges at them, are absent while models
  /// train and are chosen. Test nodes are scored where they would be met: those that were there on the
  /// graph without the absent ones, and those that were absent on the whole graph.
  ///
  /// - Parameter unseen: Test nodes of the split, in rising order.
  public func parts(_ split: NodeSplit, unseen: [Int]) -> GraphDataset<S> {
    let absent = Set(unseen)
    let seen = (0..<graph.nodeCount).filter { !absent.contains($0) }
    let whole = parts(split).test[0]
    let observed = GraphSample(
      graph: graph.induced(on: seen), features: features.gatheredRows(seen),
      labels: whole.labels.gatheredRows(seen), known: [Bool](repeating: false, count: seen.count))
    func part(_ part: NodeSplit.Part) -> GraphSample<S> {
      let mask = split.mask(part)
      var sample = observed
      sample.known = seen.map { mask[$0] }
      return sample
    }
    var inductive = whole
    inductive.known = (0..<graph.nodeCount).map(absent.contains)
    return GraphDataset(
      name: source.name, source: source.source, isSynthetic: source.isSynthetic,
      train: [part(.training)], valid: [part(.validation)], test: [part(.test), inductive],
      testParts: [.transductive, .inductive])
  }
}

extension GraphDataset {
  /// Of one graph, whether training does not see each test node; nil where it sees all of them.
  package var unseen: [Bool]? { testParts.firstIndex(of: .inductive).map { test[$0].known } }

  /// The one graph with all its nodes.
  package var wholeGraph: GraphSample<S> { test[test.count - 1] }
}
