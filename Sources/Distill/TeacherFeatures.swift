import Graph
import Layers
import Tensor

/// A teacher's features for the chosen nodes (or graphs) of a batch, one row each.
public typealias TeacherReference<S: Scalar> = (GraphBatch<S>, NodeSample) -> Matrix<S>

/// The local structure of a teacher's features for a student whose features live on the given graph.
public typealias TeacherStructure<S: Scalar> = (
  GraphBatch<S>, _ student: CSRGraph
) throws -> EdgeDistributions<S>

/// A distribution over the edges into each node.
public struct EdgeDistributions<S: Scalar> {
  /// The edges: those on which the student's features live, or their union with the teacher's.
  public let graph: CSRGraph
  /// log LS of every edge in its order, m x 1.
  public let logProbabilities: Matrix<S>

  /// Distributions from their parts.
  public init(on graph: CSRGraph, logProbabilities: Matrix<S>) {
    self.graph = graph
    self.logProbabilities = logProbabilities
  }
}

/// What others read of a network that teaches: a trained teacher, or a student of a group, which
/// teaches the others as it stands.
///
/// Who teaches has no dropout, so its features are constants of each graph until the network
/// changes. The first use of a graph takes one forward pass for all taps that are read, no further
/// than the last of them; a run that never asks computes nothing. Passes are over single graphs and
/// not over batches, so what they give does not depend on who asked first.
///
/// Where the network builds its own graphs, or the batch was changed by an augmentation, nothing is a
/// constant: the network then passes once over the very batch that the student sees, and what it gives
/// is kept for that batch alone.
public final class TeacherFeatures<S: Scalar> {
  private let teacher: Network<S>
  private let graphs: [GraphSample<S>]
  private let inputs: [GraphSample<S>]
  private var taps: Set<Tap> = []
  private var structures: [StructureKey] = []
  private var byGraph: [Int: Features] = [:]
  private var latest: (batch: BatchIdentity, taps: [Tap: TapFeatures<S>])?

  /// Which structure of a graph is kept.
  private struct StructureKey: Equatable {
    let tap: Tap
    let kernel: SimilarityKernel
    /// Whether over the graph with self loops added, as some networks see it.
    let isSelfLooped: Bool
  }

  /// What is kept of one graph.
  private struct Features {
    let taps: [Tap: Matrix<S>]
    /// In the order of `structures`.
    let structures: [Matrix<S>]
  }

  /// - Parameters:
  ///   - teacher: The network.
  ///   - graphs: What the members of batches count.
  ///   - inputs: What the network is applied to in the place of each of them, where it was trained on
  ///     other edges between the same nodes; the graphs themselves if nil. Local structures are those
  ///     of `graphs` even so.
  public init(
    teacher: Network<S>, graphs: [GraphSample<S>], inputs: [GraphSample<S>]? = nil
  ) {
    precondition(
      inputs?.map(\.graph.nodeCount) ?? graphs.map(\.graph.nodeCount)
        == graphs.map(\.graph.nodeCount), "inputs of other nodes")
    self.teacher = teacher
    self.graphs = graphs
    self.inputs = inputs ?? graphs
  }

  /// Forgets what was computed; to be called after each step of the network's optimiser.
  public func networkChanged() {
    byGraph.removeAll(keepingCapacity: true)
    latest = nil
  }

  /// The number of columns at a tap of the network, or nil where there is no such tap.
  public func width(at tap: Tap) -> Int? { teacher.width(at: tap) }

  /// The number of the network's hidden layers.
  public var hiddenCount: Int { teacher.hiddenCount }

  /// What an objective reads the features at `tap` with. Reads that are announced before the first
  /// use share their forward passes.
  public func reference(at tap: Tap) -> TeacherReference<S> {
    announce(tap)
    return { [self] batch, nodes in
      if isFreshFor(batch) { return nodes.rows(of: features(of: batch)[tap]!.matrix) }
      let parts = batch.members.map { features(ofGraph: $0).taps[tap]! }
      guard let indices = nodes.indices else {
        return parts.count == 1 ? parts[0] : .stacked(parts)
      }
      // Chosen nodes ascend, as the graphs of a batch do: one run of them belongs to each graph.
      var first = 0
      var rest = indices[...]
      return .stacked(
        parts.map { part in
          let run = rest.prefix { $0 < first + part.rows }
          defer {
            rest = rest.dropFirst(run.count)
            first += part.rows
          }
          return part.gatheredRows(run.map { $0 - first })
        })
    }
  }

  /// What an objective reads the local structure of the features at `tap` with. Where the edges are
  /// the batch's own, one number an edge is kept, not the features.
  ///
  /// The structure throws an ``ObjectiveError`` where the teacher's features are pooled.
  public func structure(at tap: Tap, _ kernel: SimilarityKernel) -> TeacherStructure<S> {
    check(tap)
    announce(StructureKey(tap: tap, kernel: kernel, isSelfLooped: teacher.addsSelfLoops))
    return { [self] batch, student in
      guard teacher.isPooled(at: tap) == false else {
        throw ObjectiveError(
          "compares edges, and the teacher's features at \(tap) have none: they are pooled")
      }
      func compared(_ features: Matrix<S>, on graph: CSRGraph) -> EdgeDistributions<S> {
        let union = student.union(graph)
        return EdgeDistributions(
          on: union, logProbabilities: localStructure(union, features: features, kernel: kernel))
      }
      if isFreshFor(batch) {
        let features = features(of: batch)[tap]!
        return compared(features.matrix, on: features.graph ?? batch.graph)
      }
      let isOwn = student === batch.graph
      let studentIsSelfLooped = !isOwn && student === batch.graph.selfLooped
      let isSelfLooped = teacher.addsSelfLoops || studentIsSelfLooped
      let own = isSelfLooped ? batch.graph.selfLooped : batch.graph
      guard isOwn || studentIsSelfLooped else {
        // A student that builds its own graph learns from features that are constants.
        announce(tap)
        let parts = batch.members.map { features(ofGraph: $0).taps[tap]! }
        return compared(parts.count == 1 ? parts[0] : .stacked(parts), on: own)
      }
      let place = announce(
        StructureKey(tap: tap, kernel: kernel, isSelfLooped: isSelfLooped))
      let parts = batch.members.map { features(ofGraph: $0).structures[place] }
      return EdgeDistributions(
        on: own, logProbabilities: parts.count == 1 ? parts[0] : .stacked(parts))
    }
  }

  // MARK: What is read

  private func check(_ tap: Tap) {
    precondition(teacher.taps.contains(tap), "the teacher has the taps \(teacher.taps), not \(tap)")
  }

  private func announce(_ tap: Tap) {
    check(tap)
    if taps.insert(tap).inserted { networkChanged() }
  }

  @discardableResult private func announce(_ key: StructureKey) -> Int {
    if let known = structures.firstIndex(of: key) { return known }
    structures.append(key)
    networkChanged()
    return structures.count - 1
  }

  /// The taps that are read, and the last of them.
  private var read: (taps: Set<Tap>, last: Tap) {
    let read = taps.union(structures.map(\.tap))
    guard let last = teacher.taps.last(where: read.contains) else {
      preconditionFailure("nobody said what would be read")
    }
    return (read, last)
  }

  // MARK: Passes

  private func isFreshFor(_ batch: GraphBatch<S>) -> Bool {
    teacher.buildsGraphs || batch.isAugmented
  }

  /// The features of a batch that is none of the graphs as they are.
  private func features(of batch: GraphBatch<S>) -> [Tap: TapFeatures<S>] {
    if let latest, latest.batch === batch.identity { return latest.taps }
    let others = batch.members.map { inputs[$0].graph }
    // Other edges between the same nodes stay these where only features were changed.
    let isOwnGraph = zip(batch.members, others).allSatisfy { graphs[$0].graph === $1 }
    let graph = isOwnGraph ? batch.graph : CSRGraph(batching: others)
    let (read, last) = read
    let taps = teacher.forward(
      batch.features, on: graph, .prediction, through: last, keeping: read
    ).taps.mapValues { TapFeatures($0.matrix, on: $0.graph === graph ? batch.graph : $0.graph) }
    latest = (batch.identity, taps)
    return taps
  }

  private func features(ofGraph member: Int) -> Features {
    if let known = byGraph[member] { return known }
    let (sample, graph) = (inputs[member], graphs[member].graph)
    let (read, last) = read
    let pass = teacher.forward(
      sample.features, on: sample.graph, .prediction, through: last, keeping: read)
    let features = Features(
      taps: pass.taps.filter { taps.contains($0.key) }.mapValues(\.matrix),
      structures: structures.map { key in
        localStructure(
          key.isSelfLooped ? graph.selfLooped : graph, features: pass.taps[key.tap]!.matrix,
          kernel: key.kernel)
      })
    byGraph[member] = features
    return features
  }
}
