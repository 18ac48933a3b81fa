import Foundation
import Tensor

/// The largest eigenvalue of a normalised Laplacian, by the Lanczos iteration.
public struct LargestEigenvalue: Sendable, Equatable {
  /// The largest Ritz value: never above the largest eigenvalue but for rounding.
  public let estimate: Double
  /// |L v - estimate v| of its unit Ritz vector v: some eigenvalue is this near.
  public let residual: Double
  /// Whether the residual came below the tolerance.
  public let converged: Bool
  /// The number of products with L.
  public let steps: Int

  /// A bound for the spectrum, in no case more than 2, which no eigenvalue exceeds.
  ///
  /// Where the iteration converged it is estimate + residual. Otherwise it is
  /// estimate / (1 - epsilon), where epsilon after k steps is such that a random start leaves the
  /// largest eigenvalue above it with a probability of at most
  /// 1.648 sqrt(n) exp(-sqrt(epsilon) (2 k - 1)) = 1e-10 (J. Kuczynski and H. Wozniakowski,
  /// "Estimating the largest eigenvalue by the power and Lanczos algorithms with a random start",
  /// 1992).
  public let upperBound: Double

  /// The three-term Lanczos recurrence from a random start, without reorthogonalisation: rounding
  /// then repeats Ritz values that have converged and leaves the largest as it is (C. C. Paige, "The
  /// computation of eigenvalues and eigenvectors of very large sparse matrices", 1971). It needs
  /// three vectors; the same bits on any number of threads.
  ///
  /// A graph without nodes has the estimate 1.
  ///
  /// - Parameters:
  ///   - tolerance: The residual to stop at.
  ///   - maximumSteps: When to stop at the latest.
  /// - Throws: ``FrameletError/badParameter(name:value:expected:)``, `LAPACKError`.
  public init(
    of laplacian: NormalizedLaplacian, tolerance: Double = 1e-8, maximumSteps: Int = 200
  ) throws {
    try FrameletError.require(
      tolerance > 0, "the tolerance of the largest eigenvalue", tolerance, "a number above 0")
    try FrameletError.require(
      maximumSteps >= 1, "the number of Lanczos steps", Double(maximumSteps), "at least 1")
    let n = laplacian.graph.nodeCount
    guard n > 0 else {
      (estimate, residual, converged, steps, upperBound) = (1, 0, true, 0, 2)
      return
    }
    let weights: Matrix<Double> = laplacian.edgeWeights()
    var current = Matrix<Double>.normal(
      n, 1, stream: RandomStream(seed: 0, purpose: "largest eigenvalue"))
    current.multiply(by: 1 / current.sumOfSquares.squareRoot())
    var previous = Matrix<Double>(zeros: n, 1)
    var (diagonal, offDiagonal) = ([Double](), [Double]())
    var nextLook = min(8, maximumSteps)
    while true {
      var next = spmm(laplacian.graph, current, weights: weights)
      let alpha = next.columnDots(current)[0, 0]
      next.add(current, scale: -alpha)
      next.add(previous, scale: -(offDiagonal.last ?? 0))
      let beta = next.sumOfSquares.squareRoot()
      diagonal.append(alpha)
      // The vectors so far span an invariant space to rounding: there is no next one.
      let exhausted = beta < 1e-14
      if exhausted || diagonal.count >= nextLook {
        let (ritz, share) = try Self.largestRitzPair(diagonal, offDiagonal)
        let residual = beta * share
        let converged = exhausted || residual <= tolerance
        if converged || diagonal.count >= maximumSteps {
          self.estimate = ritz
          self.residual = residual
          self.converged = converged
          self.steps = diagonal.count
          let bound =
            converged
            ? ritz + residual + 1e-14
            : Self.boundWithoutConvergence(ritz, steps: diagonal.count, nodes: n)
          self.upperBound = min(2, bound)
          return
        }
        nextLook = min(maximumSteps, nextLook * 4 / 3)
      }
      offDiagonal.append(beta)
      next.multiply(by: 1 / beta)
      (previous, current) = (current, next)
    }
  }

  private static func boundWithoutConvergence(
    _ estimate: Double, steps: Int, nodes: Int
  ) -> Double {
    let root = log(1.648 * Double(nodes).squareRoot() / 1e-10) / Double(2 * steps - 1)
    return root < 1 ? estimate / (1 - root * root) : 2
  }

  /// The largest eigenvalue of the tridiagonal matrix and the size of the last element of its unit
  /// eigenvector.
  private static func largestRitzPair(
    _ diagonal: [Double], _ offDiagonal: [Double]
  ) throws -> (value: Double, last: Double) {
    let k = diagonal.count
    var t = Matrix<Double>(zeros: k, k)
    for i in 0..<k { t[i, i] = diagonal[i] }
    for i in 1..<max(k, 1) { t[i, i - 1] = offDiagonal[i - 1] }
    let (values, vectors) = try symmetricEigen(t)
    return (values[k - 1], abs(vectors[k - 1, k - 1]))
  }
}
