/// How the balanced Forman curvature is computed: by its definition, or as code that was published
/// with papers computes it.
public enum BalancedFormanVariant: String, Sendable, CaseIterable {
  /// The definition; see ``BalancedFormanCurvature``.
  case definition
  /// The formula of the code released with Topping et al. (the CUDA version, where no loop ends
  /// early): with A2 = A A,
  ///
  ///     2/d_i + 2/d_j - 2 + (2 / max(d_i, d_j) + 1 / min(d_i, d_j)) A2_ij
  ///       + sharp / (lambda max(d_i, d_j)),
  ///
  /// where sharp counts the k in S(i) with A2_kj - A_kj > 0 and the k in S(j) with
  /// A2_ik - A_ik > 0, and lambda is the largest of these numbers. That counts paths that go back
  /// and forth, and diagonals, so that all neighbours but some in triangles count as on a 4-cycle
  /// (every cycle of at least 5 nodes has 1, not 0, and a triangle 2, not 3/2), and edges of nodes
  /// of degree 1 are not set to 0.
  case releasedCode
  /// The same with the early exit of the Numba version of that code, which the code of frameless
  /// distillation took over: the loop over the columns of a row ends at the row's first zero.
  ///
  /// The diagonal is zero, so an entry (i, j) with i < j is never reached, and (j, i) only if j is a
  /// neighbour of all of 0 ... i. All other curvatures stay 0. Depends on the numbers of the nodes.
  case asPublished
}
