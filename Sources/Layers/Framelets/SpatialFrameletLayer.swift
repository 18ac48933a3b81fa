import Graph
import Tensor

/// A spatial framelet convolution, with the bands W_b and operators A_b of a
/// ``FrameletPropagation``:
///
///     Y = sum over bands b of W_b relu(A_b W_b dropout(X) Theta_b) + bias
///
/// X is n x in, each Theta_b in x out, the bias 1 x out. Nothing follows it in the published
/// network: the nonlinearity is inside. A layer that does not rectify has the identity in its place:
/// as the last layer it cannot lose a class to a relu that is 0 at every node.
///
/// The weights are taken first where out <= in or X is sparse, A_b (W_b (X Theta_b)); otherwise last,
/// (A_b W_b X) Theta_b, with one decomposition for all bands.
/// Backward, with R_b the relu's output and all operators symmetric:
///
///     dZ_b = (W_b dY) where R_b > 0, else 0
///     dTheta_b = X^T W_b A_b dZ_b,   dX = sum over b of W_b A_b dZ_b Theta_b^T,
///     dBias = column sums of dY
///
/// Source: D. Shi et al., "Frameless graph knowledge distillation", TNNLS 2025.
public final class SpatialFrameletLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let options: FrameletPropagationOptions
  private let learnt: FrameletParameters<S>
  private let dropoutProbability: S
  /// What stands inside: a relu, or a leaky one whose negative slope of 1 makes it the identity.
  private let negativeSlope: S

  /// The number of input columns.
  public var inputWidth: Int { learnt.weights[0].value.rows }
  /// The number of output columns.
  public var outputWidth: Int { learnt.weights[0].value.columns }
  /// A weight for each band, in the order of ``FrameletOptions/bands``, then the bias where there is
  /// one.
  public var parameters: [Parameter<S>] { learnt.all }

  /// A layer with Xavier-uniform weights unless told otherwise, and zero bias.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, options: FrameletPropagationOptions,
    bias: Bool, rectifies: Bool = true, dropout: S = 0,
    initialization: Initialization = .xavierUniform, seed: UInt64
  ) {
    self.name = name
    self.options = options
    dropoutProbability = dropout
    negativeSlope = rectifies ? 0 : 1
    learnt = FrameletParameters(
      name: name, inputWidth: inputWidth, outputWidth: outputWidth, bands: options.framelets.bands,
      bias: bias, initialization: initialization, seed: seed)
  }

  /// Makes the operators of a graph.
  ///
  /// - Throws: As ``CSRGraph/frameletPropagation(_:as:)``.
  public func prepare(on graph: CSRGraph) throws {
    _ = try graph.frameletPropagation(options, as: S.self)
  }

  /// Y, on a graph for which ``prepare(on:)`` does not throw.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let operators: FrameletPropagation<S> = graph.preparedPropagation(options, for: name)
    let transform = operators.transform
    let (input, throughDropout) = droppedInput(
      x, context.dropout(dropoutProbability, purpose: name))
    let projectsFirst = learnt.projectsFirst(x)
    // The left factors of the products with the weights, where these come last.
    let factors =
      projectsFirst
      ? []
      : zip(learnt.bands, transform.decompose(input.filled)).map { operators.propagate($0, $1) }
    let rectified = learnt.bands.indices.map { b -> Matrix<S> in
      let (band, weight) = (learnt.bands[b], learnt.weights[b].value)
      return leakyReLU(
        projectsFirst
          ? operators.propagate(band, transform.apply(band, to: input.product(weight)))
          : .product(factors[b], weight), slope: negativeSlope)
    }
    var output = transform.reconstruct(rectified)
    if let bias = learnt.bias { output.addToRows(bias.value) }
    return LayerPass(output: output) { [learnt, negativeSlope] dOutput in
      learnt.bias?.accumulate(dOutput.columnSums())
      let dProducts = zip(rectified, transform.reconstructBackward(dOutput)).map {
        leakyReLUBackward(input: $0, dOutput: $1, slope: negativeSlope)
      }
      if !projectsFirst {
        for (b, d) in dProducts.enumerated() {
          learnt.weights[b].accumulate(.product(factors[b], d, transposing: .left))
        }
        guard needsInputGradient else { return nil }
        return throughDropout(
          transform.decomposeBackward(
            dProducts.enumerated().map { b, d in
              operators.propagate(
                learnt.bands[b], .product(d, learnt.weights[b].value, transposing: .right))
            }))
      }
      var dInput = needsInputGradient ? Matrix<S>(zeros: x.rows, x.columns) : nil
      for (b, d) in dProducts.enumerated() {
        let band = learnt.bands[b]
        let dProjected = transform.apply(band, to: operators.propagate(band, d))
        learnt.weights[b].accumulate(input.transposedProduct(dProjected))
        dInput?.addProduct(dProjected, learnt.weights[b].value, transposing: .right)
      }
      return dInput.map(throughDropout)
    }
  }
}
