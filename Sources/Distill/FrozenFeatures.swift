import Graph
import Layers
import Tensor

/// A teacher's features for the chosen nodes of a batch, one row a chosen node.
public typealias TeacherReference<S: Scalar> = (GraphBatch<S>, NodeSample) -> Matrix<S>

/// The features of a frozen teacher at its taps, computed once for each graph.
///
/// The teacher has no dropout when it teaches, so its features are constants of each graph. The
/// first use of a graph takes one forward pass, no further than the last tap that is needed; a run
/// that never asks computes nothing.
public final class FrozenFeatures<S: Scalar> {
  private let teacher: Network<S>
  private let taps: [Tap]
  private let graphs: [GraphSample<S>]
  private var byGraph: [Int: [Tap: Matrix<S>]] = [:]

  /// - Parameters:
  ///   - teacher: The trained teacher.
  ///   - taps: All taps that will be asked for.
  ///   - graphs: What the members of batches count.
  public init(teacher: Network<S>, taps: Set<Tap>, graphs: [GraphSample<S>]) {
    self.teacher = teacher
    self.taps = teacher.taps.filter(taps.contains)
    self.graphs = graphs
    precondition(
      self.taps.count == taps.count, "the teacher has the taps \(teacher.taps), not all of \(taps)")
  }

  /// The features at `tap` of the chosen nodes of a batch.
  public func callAsFunction(
    at tap: Tap, of batch: GraphBatch<S>, nodes: NodeSample
  ) -> Matrix<S> {
    let parts = batch.members.map { features(ofGraph: $0, at: tap) }
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

  /// What objectives read the features at `tap` with.
  public func reference(at tap: Tap) -> TeacherReference<S> {
    precondition(taps.contains(tap), "\(tap) is not among the taps \(taps)")
    return { self(at: tap, of: $0, nodes: $1) }
  }

  private func features(ofGraph member: Int, at tap: Tap) -> Matrix<S> {
    if byGraph[member] == nil {
      let sample = graphs[member]
      let pass = teacher.forward(
        sample.features, on: sample.graph, .evaluation, through: taps[taps.count - 1])
      byGraph[member] = pass.taps.filter { taps.contains($0.key) }
    }
    guard let features = byGraph[member]?[tap] else {
      preconditionFailure("\(tap) is not among the taps \(taps)")
    }
    return features
  }
}
