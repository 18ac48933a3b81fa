import Graph
import Tensor

/// Which high passes an FMLP student is given.
public enum HighPassChoice: String, Sendable, CaseIterable {
  /// The sum over all high passes of all levels. With the frame's low pass they cover the spectrum,
  /// whatever the bank and the levels; for two masks and one level it is the same as `first`.
  case all
  /// The first alone, mask 1 at level 1, as published.
  case first
}

/// The graph operators that an FMLP student is given ("graph knowledge"): powers of
///
///     P_low  = W_b^T A_b W_b for the low pass b,
///     P_high = sum over the chosen high passes b of W_b^T A_b W_b,
///
/// with W_b and A_b of a ``FrameletPropagation``. Both are n x n and symmetric, and never formed.
public struct GraphKnowledge: Sendable, Hashable {
  /// Transform and perturbation.
  public var propagation: FrameletPropagationOptions
  /// The high passes of P_high.
  public var highPass: HighPassChoice

  /// Knowledge; by default that of the published run for Cora.
  public init(
    propagation: FrameletPropagationOptions = FrameletPropagationOptions(),
    highPass: HighPassChoice = .all
  ) {
    self.propagation = propagation
    self.highPass = highPass
  }

  /// One of the two operators.
  enum Operator { case low, high }

  /// The bands of an operator.
  func bands(_ which: Operator) -> [FrameletBand] {
    let bands = propagation.framelets.bands
    switch (which, highPass) {
    case (.low, _): return [bands[0]]
    case (.high, .all): return Array(bands.dropFirst())
    case (.high, .first): return Array(bands[1..<2])
    }
  }
}
