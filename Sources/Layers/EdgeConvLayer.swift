import Graph
import Tensor

/// EdgeConv (Wang et al., Dynamic graph CNN for learning on point clouds, ACM TOG 2019):
///
///     y_i = max over j in N(i) of leaky(batchNorm([x_j - x_i, x_i] W))
///
/// over the edges j -> i of the graph on which x lives, n x d to n x c; batch normalisation is over all
/// edges. See ``edgeConvolution(_:_:_:slope:epsilon:running:)``. Parameters are "NAME.weight",
/// W, 2 d x c: the first d rows act on x_j - x_i, the others on x_i (the transpose of the published
/// code's convolution); "NAME.norm.gamma" and "NAME.norm.beta", 1 x c. State is
/// "NAME.norm.runningMean" and "NAME.norm.runningVariance", as in ``BatchNormLayer``.
public final class EdgeConvLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let weight: Parameter<S>
  private let norm: BatchNormWeights<S>
  private let slope: S

  /// d.
  public var inputWidth: Int { weight.value.rows / 2 }
  /// c.
  public var outputWidth: Int { weight.value.columns }
  /// W, gamma and beta.
  public var parameters: [Parameter<S>] { [weight] + norm.parameters }
  /// The running statistics.
  public var state: [LayerState<S>] { norm.state }

  /// A layer whose W is uniform within 1 / sqrt(2 d), as in PyTorch.
  ///
  /// - Parameter slope: Of the LeakyReLU below 0; at least 0.
  public init(name: String, inputWidth: Int, outputWidth: Int, slope: S = 0.2, seed: UInt64) {
    self.name = name
    self.slope = slope
    weight = Parameter(
      "\(name).weight",
      .uniform(
        2 * inputWidth, outputWidth, bound: 1 / Double(max(2 * inputWidth, 1)).squareRoot(),
        stream: RandomStream(seed: seed, purpose: "\(name).weight")))
    norm = BatchNormWeights(name: "\(name).norm", width: outputWidth)
  }

  /// Whether there can be two edges: each node of a neighbour graph has at least the one to itself.
  ///
  /// - Throws: ``GraphLayerError/tooFewRows(layer:rows:)``.
  public func checkTraining(rows: Int) throws {
    guard rows > 1 else { throw GraphLayerError.tooFewRows(layer: name, rows: rows) }
  }

  /// Y; in training over at least two edges.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let pass = edgeConvolution(
      graph, x.filled,
      EdgeConvolutionWeights(
        weight: weight.value, gamma: norm.gamma.value, beta: norm.beta.value), slope: slope,
      epsilon: norm.epsilon, running: context.isTraining ? nil : norm.running)
    let updates = pass.statistics.map(norm.updates) ?? []
    guard context.keepsBackward else {
      return LayerPass(output: pass.output, stateUpdates: updates) { _ in nil }
    }
    return LayerPass(output: pass.output, stateUpdates: updates) { [weight, norm] dOutput in
      let (gradients, dx) = edgeConvolutionBackward(
        pass, dOutput: dOutput, needsInputGradient: needsInputGradient)
      weight.accumulate(gradients.weight)
      norm.gamma.accumulate(gradients.gamma)
      norm.beta.accumulate(gradients.beta)
      return dx
    }
  }
}
