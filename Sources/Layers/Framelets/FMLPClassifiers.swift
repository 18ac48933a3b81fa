import Tensor

/// Where the high branch of an FMLP step comes from.
public enum FMLPHighBranch: String, Sendable, CaseIterable {
  /// The high-pass operator, with an encoder and a classifier of its own.
  case own
  /// The high-pass operator with the low pass's encoder and classifier, as FMLP-S is published.
  case lowEncoder
  /// The low-pass operator with the low pass's encoder and classifier, as the output step of FMLP-O
  /// is published.
  case lowOperatorAndEncoder
}

/// The linear maps from the hidden width to classes that end an FMLP: c_s.
public struct FMLPClassifiers<S: Scalar> {
  /// Of the low branch.
  public let low: AffineMap<S>
  /// Of the high branch; nil where the low one's is used for both.
  public let high: AffineMap<S>?
  /// Of the nodes' features.
  public let features: AffineMap<S>

  /// Classifiers whose parameters' names begin with "NAME.".
  public init(
    name: String, inputWidth: Int, outputWidth: Int, hasHigh: Bool = true, bias: Bool,
    seed: UInt64
  ) {
    func map(_ part: String) -> AffineMap<S> {
      AffineMap(
        name: "\(name).\(part)", inputWidth: inputWidth, outputWidth: outputWidth, bias: bias,
        seed: seed)
    }
    low = map("low")
    high = hasHigh ? map("high") : nil
    features = map("features")
  }

  var parameters: [Parameter<S>] {
    low.parameters + (high?.parameters ?? []) + features.parameters
  }
}
