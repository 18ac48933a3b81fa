import Graph
import Layers
import Tensor

/// A teacher's features for the chosen nodes of a batch, one row a chosen node.
public typealias TeacherReference<S: Scalar> = (GraphBatch<S>, NodeSample) -> Matrix<S>

/// The features of a frozen teacher at the taps that objectives read, computed once for each graph.
///
/// The teacher has no dropout when it teaches, so its features are constants of each graph. The
/// first use of a graph takes one forward pass for all taps, no further than the last of them; a run
/// that never asks computes nothing.
public final class FrozenFeatures<S: Scalar> {
  private let teacher: Network<S>
  private let graphs: [GraphSample<S>]
  private var taps: Set<Tap> = []
  private var byGraph: [Int: [Tap: Matrix<S>]] = [:]

  /// - Parameters:
  ///   - teacher: The trained teacher.
  ///   - graphs: What the members of batches count.
  public init(teacher: Network<S>, graphs: [GraphSample<S>]) {
    self.teacher = teacher
    self.graphs = graphs
  }

  /// What an objective reads the features at `tap` with. References that are made before the first
  /// is used share their forward passes.
  public func reference(at tap: Tap) -> TeacherReference<S> {
    precondition(teacher.taps.contains(tap), "the teacher has the taps \(teacher.taps), not \(tap)")
    taps.insert(tap)
    return { [self] batch, nodes in
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
  }

  private func features(ofGraph member: Int, at tap: Tap) -> Matrix<S> {
    if let known = byGraph[member]?[tap] { return known }
    let sample = graphs[member]
    let pass = teacher.forward(
      sample.features, on: sample.graph, .evaluation,
      through: teacher.taps.last(where: taps.contains) ?? tap)
    let kept = pass.taps.filter { taps.contains($0.key) }
    byGraph[member] = kept
    guard let features = kept[tap] else { preconditionFailure("the pass did not reach \(tap)") }
    return features
  }
}
