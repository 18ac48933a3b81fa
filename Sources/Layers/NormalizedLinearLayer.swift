import Graph
import Tensor

/// A linear map with batch normalisation and a LeakyReLU behind it, n x d to n x c:
///
///     Y = leaky(batchNorm(dropout(X) W + b))
///
/// See ``NormalizedLeakyReLU``; one pass over the n x c numbers each way where three layers
/// would take many. Parameters are "NAME.weight", W, d x c; "NAME.bias", b, 1 x c, where there is one
/// (training statistics take it out again: it counts in evaluation through the running mean alone);
/// "NAME.norm.gamma" and "NAME.norm.beta". State is that of a ``BatchNormLayer`` "NAME.norm".
public final class NormalizedLinearLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let map: AffineMap<S>
  private let norm: BatchNormWeights<S>
  private let slope: S
  private let dropout: S

  /// d.
  public var inputWidth: Int { map.inputWidth }
  /// c.
  public var outputWidth: Int { map.outputWidth }
  /// W, b where there is one, gamma and beta.
  public var parameters: [Parameter<S>] { map.parameters + norm.parameters }
  /// The running statistics.
  public var state: [LayerState<S>] { norm.state }
  /// It ignores the graph.
  public var readsEdges: Bool { false }

  /// A layer whose W and b are uniform within 1 / sqrt(d), as in PyTorch.
  ///
  /// - Parameters:
  ///   - slope: Of the LeakyReLU below 0.
  ///   - dropout: On the input.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, bias: Bool, slope: S = 0.2, dropout: S = 0,
    seed: UInt64
  ) {
    self.name = name
    self.slope = slope
    self.dropout = dropout
    map = AffineMap(
      name: name, inputWidth: inputWidth, outputWidth: outputWidth, bias: bias, seed: seed)
    norm = BatchNormWeights(name: "\(name).norm", width: outputWidth)
  }

  /// Whether there are rows enough for a variance.
  ///
  /// - Throws: ``GraphLayerError/tooFewRows(layer:rows:)``.
  public func checkTraining(rows: Int) throws {
    guard rows > 1 else { throw GraphLayerError.tooFewRows(layer: name, rows: rows) }
  }

  /// Y; in training of at least two rows.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(x, context.dropout(dropout, purpose: name))
    let mapped = map(input)
    let statistics = context.isTraining ? ColumnStatistics(of: mapped) : nil
    let normalization = NormalizedLeakyReLU(
      statistics ?? norm.running, gamma: norm.gamma.value, beta: norm.beta.value, slope: slope,
      epsilon: norm.epsilon)
    let output = normalization.output(mapped)
    let updates = statistics.map(norm.updates) ?? []
    guard context.keepsBackward else {
      return LayerPass(output: output, stateUpdates: updates) { _ in nil }
    }
    return LayerPass(output: output, stateUpdates: updates) { [map, norm] dOutput in
      let (_, sums, dots) = normalization.sums(input: mapped, dOutput: dOutput)
      norm.gamma.accumulate(Matrix(1, dots.count, dots.map { S($0) }))
      norm.beta.accumulate(Matrix(1, sums.count, sums.map { S($0) }))
      let dMapped = normalization.inputGradient(
        input: mapped, dOutput: dOutput, means: statistics == nil ? nil : (sums, dots))
      map.accumulate(input: input, dOutput: dMapped)
      return needsInputGradient ? throughDropout(map.inputGradient(dMapped)) : nil
    }
  }
}
