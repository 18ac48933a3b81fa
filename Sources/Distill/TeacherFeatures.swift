import Graph
import Layers
import Tensor

/// A teacher's features for the chosen nodes of a batch, one row a chosen node.
public typealias TeacherReference<S: Scalar> = (GraphBatch<S>, NodeSample) -> Matrix<S>

/// The local structure of a teacher's features, log LS of every edge of a batch in its order, m x 1.
public typealias TeacherStructure<S: Scalar> = (GraphBatch<S>) -> Matrix<S>

/// What others read of a network that teaches: a trained teacher, or a student of a group, which
/// teaches the others as it stands.
///
/// Who teaches has no dropout, so its features are constants of each graph until the network
/// changes. The first use of a graph takes one forward pass for all taps that are read, no further
/// than the last of them; a run that never asks computes nothing. Passes are over single graphs and
/// not over batches, so what they give does not depend on who asked first.
public final class TeacherFeatures<S: Scalar> {
  private let teacher: Network<S>
  private let graphs: [GraphSample<S>]
  private let inputs: [GraphSample<S>]
  private var taps: Set<Tap> = []
  private var structures: [(tap: Tap, kernel: SimilarityKernel)] = []
  private var byGraph: [Int: Features] = [:]

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
  ///     of ``graphs`` even so.
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
  public func networkChanged() { byGraph.removeAll(keepingCapacity: true) }

  /// The number of columns at a tap of the network, or nil where there is no such tap.
  public func width(at tap: Tap) -> Int? { teacher.width(at: tap) }

  /// The number of the network's hidden layers.
  public var hiddenCount: Int { teacher.layers.count - 1 }

  /// What an objective reads the features at `tap` with. Reads that are announced before the first
  /// use share their forward passes.
  public func reference(at tap: Tap) -> TeacherReference<S> {
    check(tap)
    if taps.insert(tap).inserted { networkChanged() }
    return { [self] batch, nodes in
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

  /// What an objective reads the local structure of the features at `tap` with: one number an edge
  /// is kept, not the features.
  public func structure(at tap: Tap, _ kernel: SimilarityKernel) -> TeacherStructure<S> {
    check(tap)
    var place = structures.firstIndex { $0.tap == tap && $0.kernel == kernel }
    if place == nil {
      place = structures.count
      structures.append((tap, kernel))
      networkChanged()
    }
    return { [self, place = place!] batch in
      let parts = batch.members.map { features(ofGraph: $0).structures[place] }
      return parts.count == 1 ? parts[0] : .stacked(parts)
    }
  }

  private func check(_ tap: Tap) {
    precondition(teacher.taps.contains(tap), "the teacher has the taps \(teacher.taps), not \(tap)")
  }

  private func features(ofGraph member: Int) -> Features {
    if let known = byGraph[member] { return known }
    let (sample, graph) = (inputs[member], graphs[member].graph)
    let read = taps.union(structures.map(\.tap))
    guard let last = teacher.taps.last(where: read.contains) else {
      preconditionFailure("nobody said what would be read")
    }
    let pass = teacher.forward(sample.features, on: sample.graph, .evaluation, through: last)
    let features = Features(
      taps: pass.taps.filter { taps.contains($0.key) },
      structures: structures.map { tap, kernel in
        localStructure(graph, features: pass.taps[tap]!, kernel: kernel)
      })
    byGraph[member] = features
    return features
  }
}
