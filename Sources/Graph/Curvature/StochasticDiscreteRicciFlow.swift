import Foundation
import Tensor

/// Curvature-based rewiring against over-squashing: stochastic discrete Ricci flow, SDRF (J. Topping
/// et al., "Understanding over-squashing and bottlenecks on graphs via curvature", ICLR 2022,
/// algorithm 1).
///
/// Each loop takes the edge {i, j} of lowest ``BalancedFormanCurvature`` and adds one of the pairs
/// {k, l} that are not adjacent, k in S(i) or k = i, l in S(j) or l = j, drawn with probabilities
///
///     softmax(tau x),  x_kl = what {k, l} would add to Ric(i, j).
///
/// Then it removes the edge of highest curvature, if that is above ``removalBound``; not the one just
/// added, which would undo the loop. Of equal curvatures the lowest edge is taken. It ends early
/// where no x_kl is positive and no edge is to be removed.
///
/// Each pair is drawn once, though {k, l} and {l, k} are both there when both are common neighbours.
/// The code released with the paper has its own formula, which ``variant`` can choose, no candidates
/// with l = j, degrees that carry over from one candidate to the next, and removes by the curvatures
/// before the addition.
///
/// A loop looks at all d_i d_j pairs, keeps none of them, and computes only those curvatures again
/// that can have changed. Memory is a few numbers an edge. By the definition a pair takes a few
/// operations; by another variant the curvature of {i, j} is computed for each, with the pair added.
public struct StochasticDiscreteRicciFlow: Sendable, Equatable {
  /// The largest number of loops, each of which adds at most one edge and removes at most one.
  public var loops: Int
  /// How strongly better candidates are preferred: 0 draws from all alike, infinity takes the best
  /// one, and the lowest of equally good ones.
  public var tau: Double
  /// The curvature above which the edge that has most is removed; nil to remove none.
  public var removalBound: Double?
  /// How curvatures are computed.
  public var variant: BalancedFormanVariant

  /// A flow; the settings of its authors unless given otherwise.
  public init(
    loops: Int = 10, tau: Double = 1, removalBound: Double? = 0.5,
    variant: BalancedFormanVariant = .definition
  ) {
    self.loops = loops
    self.tau = tau
    self.removalBound = removalBound
    self.variant = variant
  }

  /// Rewires a graph in which every edge is there in both directions. Self loops are dropped and
  /// parallel edges count once. The same for the same seed, on any number of threads.
  ///
  /// - Parameter check: Called before every loop; what it throws ends the rewiring.
  /// - Throws: ``CurvatureError``, and what `check` throws.
  public func rewire(
    _ undirected: CSRGraph, seed: UInt64, check: () throws -> Void = {}
  ) throws -> RewiredGraph {
    try CurvatureError.require(
      loops >= 0, "the number of loops of the Ricci flow", Double(loops), "0 or more")
    try CurvatureError.require(tau >= 0, "tau of the Ricci flow", tau, "0 or more, or infinity")
    if let removalBound {
      try CurvatureError.require(
        removalBound.isFinite, "the removal bound of the Ricci flow", removalBound,
        "a finite number")
    }
    let neighbors = try NeighborLists(of: undirected)
    let before = BalancedFormanCurvature(of: neighbors, variant: variant)
    var tracker = CurvatureTracker(neighbors, before)
    var steps: [RewiredGraph.Step] = []
    var end = RewiredGraph.End.loopsDone
    for loop in 0..<loops {
      try check()
      guard let lowest = tracker.lowest else {
        end = .noEdges
        break
      }
      var step = RewiredGraph.Step(bottleneck: lowest.edge, curvature: lowest.curvature)
      step.added = choice(
        around: lowest.edge, in: tracker.neighbors,
        stream: RandomStream(seed: seed, purpose: "discrete Ricci flow", step: loop))
      if let edge = step.added { tracker.add(edge) }
      if let removalBound, let highest = tracker.highest(except: step.added),
        highest.curvature > removalBound
      {
        tracker.remove(highest.edge)
        step.removed = highest.edge
      }
      guard step.added != nil || step.removed != nil else {
        end = .noImprovement(lowest.edge)
        break
      }
      steps.append(step)
    }
    return RewiredGraph(
      graph: tracker.neighbors.graph, steps: steps, end: end, before: before,
      after: tracker.curvature)
  }

  /// The candidate to add; nil where none is an improvement.
  ///
  /// The largest of tau x + g with independent standard Gumbel numbers g is a draw from
  /// softmax(tau x), and needs no second look at the candidates.
  func choice(
    around edge: UndirectedEdge, in neighbors: NeighborLists, stream: RandomStream
  ) -> UndirectedEdge? {
    var generator = stream.generator()
    var best: (key: Double, candidate: UndirectedEdge)?
    var improves = false
    EdgeCandidates(around: edge, in: neighbors, variant).forEach { candidate, improvement in
      improves = improves || improvement > 0
      var key = improvement
      if tau.isFinite {
        let gumbel = -log(-log(generator.uniform()))
        // Divided by tau where that is large, so that nothing overflows.
        key = tau > 1 ? improvement + gumbel / tau : tau * improvement + gumbel
      }
      if let best, key < best.key || (key == best.key && best.candidate < candidate) { return }
      best = (key, candidate)
    }
    return improves ? best?.candidate : nil
  }
}
