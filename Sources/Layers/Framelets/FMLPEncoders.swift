import Tensor

/// What the steps of an FMLP student may share: the encoders of the graph's structure, and the
/// vector that scores are made with.
///
/// An encoder is a linear map of the n-wide rows of an operator P^k, that is P^k Theta + b with
/// Theta of n x h and b of 1 x h. A score compares the encoded structure H of a node with its encoded
/// features X: sigmoid(a . [H, X] + c), a of 2 h x 1.
public final class FMLPEncoders<S: Scalar> {
  /// Of the low pass.
  public let low: AffineMap<S>
  /// Of the high pass; nil where the low pass's is used for both.
  public let high: AffineMap<S>?
  /// a and c.
  public let attention: AffineMap<S>

  /// The number of nodes of the graph, n.
  public var nodeCount: Int { low.inputWidth }
  /// The width of encoded structure, h.
  public var width: Int { low.outputWidth }
  /// The encoders, then the scores' vector.
  public var parameters: [Parameter<S>] {
    low.parameters + (high?.parameters ?? []) + attention.parameters
  }

  /// Encoders whose parameters' names begin with "NAME.".
  public init(
    name: String, nodeCount: Int, width: Int, hasHigh: Bool = true, bias: Bool, seed: UInt64
  ) {
    func encoder(_ part: String) -> AffineMap<S> {
      AffineMap(
        name: "\(name).\(part)", inputWidth: nodeCount, outputWidth: width, bias: bias, seed: seed)
    }
    low = encoder("low")
    high = hasHigh ? encoder("high") : nil
    attention = AffineMap(
      name: "\(name).attention", inputWidth: 2 * width, outputWidth: 1, bias: bias, seed: seed)
  }

  /// The part of a that meets the structure, h x 1.
  var structureAttention: Matrix<S> { attention.weight.value.slice(rows: 0..<width) }
  /// The part of a that meets the features, h x 1.
  var featureAttention: Matrix<S> { attention.weight.value.slice(rows: width..<2 * width) }
}
