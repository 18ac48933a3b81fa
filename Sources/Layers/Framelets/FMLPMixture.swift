import Tensor

/// Which branch a score alpha multiplies in an FMLP step; 1 - alpha multiplies the other.
public enum FMLPScoredBranch: String, Sendable, CaseIterable {
  /// The encoded structure.
  case structure
  /// The node's features. As published in the output step of FMLP-O and in FMLP-S, while hidden
  /// steps score the structure.
  case features
}

/// The scores of one FMLP step, one number a node in (0, 1), and what they weigh.
public struct FMLPScores<S: Scalar>: Equatable {
  /// alpha_low, n x 1.
  public let low: Matrix<S>
  /// alpha_high, n x 1.
  public let high: Matrix<S>
  /// The branch that they multiply.
  public let scored: FMLPScoredBranch

  /// beta_low, n x 1: how much of the low pass a node takes against its own features.
  public var lowShare: Matrix<S> { scored == .structure ? low : complement(low, of: 1) }
  /// beta_high, n x 1: the same of the high pass.
  public var highShare: Matrix<S> { scored == .structure ? high : complement(high, of: 1) }
}

/// whole - x.
private func complement<S>(_ x: Matrix<S>, of whole: S) -> Matrix<S> {
  var rest = Matrix(repeating: whole, x.rows, x.columns)
  rest.add(x, scale: -1)
  return rest
}

/// The sum of an FMLP step, for branch values V of n x d:
///
///     Y = sum over s in (low, high) of beta_s V_s + (1 - beta_s) V_x
///
/// with beta_s = alpha_s where scores weigh the structure, 1 - alpha_s where they weigh features.
struct FMLPMixture<S: Scalar> {
  let scores: FMLPScores<S>
  /// beta_low, beta_high, and what is left for the features, 2 - beta_low - beta_high.
  private let shares: (low: Matrix<S>, high: Matrix<S>, features: Matrix<S>)

  /// The mixture for alpha_s = sigmoid(structure_s + features), all n x 1.
  init(
    low: Matrix<S>, high: Matrix<S>, features: Matrix<S>, scored: FMLPScoredBranch
  ) {
    func score(_ structure: Matrix<S>) -> Matrix<S> {
      var sum = structure
      sum.add(features)
      return sigmoid(sum)
    }
    let scores = FMLPScores(low: score(low), high: score(high), scored: scored)
    var both = scores.low
    both.add(scores.high)
    self.scores = scores
    shares = (
      scores.lowShare, scores.highShare, scored == .structure ? complement(both, of: 2) : both
    )
  }

  /// Y.
  func callAsFunction(
    low: Matrix<S>, high: Matrix<S>, features: Matrix<S>
  ) -> Matrix<S> {
    var y = low.scaledRows(by: shares.low)
    y.addScaledRows(of: high, by: shares.high)
    y.addScaledRows(of: features, by: shares.features)
    return y
  }

  /// The gradients of the values, dV_s = beta_s dY, and of the sums under the sigmoids,
  /// dz_s = +- (dY . (V_s - V_x)) alpha_s (1 - alpha_s), minus where scores weigh features.
  func backward(
    low: Matrix<S>, high: Matrix<S>, features: Matrix<S>, dOutput: Matrix<S>
  ) -> (
    dLow: Matrix<S>, dHigh: Matrix<S>, dFeatures: Matrix<S>, dLowSum: Matrix<S>,
    dHighSum: Matrix<S>
  ) {
    func dSum(_ value: Matrix<S>, _ score: Matrix<S>) -> Matrix<S> {
      var gap = value
      gap.add(features, scale: -1)
      var dShare = gap.multipliedElementwise(by: dOutput).rowSums()
      if scores.scored == .features { dShare.multiply(by: -1) }
      return sigmoidBackward(output: score, dOutput: dShare)
    }
    return (
      dOutput.scaledRows(by: shares.low), dOutput.scaledRows(by: shares.high),
      dOutput.scaledRows(by: shares.features), dSum(low, scores.low), dSum(high, scores.high)
    )
  }
}
