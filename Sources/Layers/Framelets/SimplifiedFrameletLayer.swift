import Graph
import Tensor

/// A simplified framelet convolution, linear and alone a whole network, with the bands W_b and
/// operators A_b of a ``FrameletPropagation``:
///
///     Y = sum over bands b of P_b^power dropout(X) Theta_b + bias,   P_b = W_b^T A_b W_b
///
/// X is n x in, each Theta_b in x out, the bias 1 x out. The powers are chains of sparse products
/// on the narrower side: P_b^power (X Theta_b) where out <= in or X is sparse, (P_b^power X) Theta_b
/// otherwise.
/// Backward, P_b being symmetric: dTheta_b = X^T P_b^power dY, dX = sum over b of
/// P_b^power dY Theta_b^T, dBias = column sums of dY.
///
/// Source: D. Shi et al., "Frameless graph knowledge distillation", TNNLS 2025.
public final class SimplifiedFrameletLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let options: FrameletPropagationOptions
  private let power: Int
  private let learnt: FrameletParameters<S>
  private let dropoutProbability: S

  /// The number of input columns.
  public var inputWidth: Int { learnt.weights[0].value.rows }
  /// The number of output columns.
  public var outputWidth: Int { learnt.weights[0].value.columns }
  /// A weight for each band, in the order of ``FrameletOptions/bands``, then the bias where there is
  /// one.
  public var parameters: [Parameter<S>] { learnt.all }

  /// A layer with Xavier-uniform weights unless told otherwise, and zero bias.
  ///
  /// - Parameter power: The power of the operators, at least 1.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, options: FrameletPropagationOptions,
    power: Int, bias: Bool, dropout: S = 0, initialization: Initialization = .xavierUniform,
    seed: UInt64
  ) {
    precondition(power >= 1, "a power of operators is at least 1")
    self.name = name
    self.options = options
    self.power = power
    dropoutProbability = dropout
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
    let (input, throughDropout) = droppedInput(
      x, context.dropout(dropoutProbability, purpose: name))
    let projectsFirst = learnt.projectsFirst(x)
    func filtered(_ b: Int, _ x: Matrix<S>) -> Matrix<S> {
      operators.filter([learnt.bands[b]], power: power, x)
    }
    // The left factors of the products with the weights.
    let factors = learnt.bands.indices.map {
      projectsFirst ? input : .dense(filtered($0, input.filled))
    }
    var output = Matrix<S>(zeros: x.rows, outputWidth)
    for (b, weight) in learnt.weights.enumerated() {
      let product = factors[b].product(weight.value)
      output.add(projectsFirst ? filtered(b, product) : product)
    }
    if let bias = learnt.bias { output.addToRows(bias.value) }
    return LayerPass(output: output) { [learnt] dOutput in
      learnt.bias?.accumulate(dOutput.columnSums())
      var dInput = needsInputGradient ? Matrix<S>(zeros: x.rows, x.columns) : nil
      for (b, weight) in learnt.weights.enumerated() {
        let dProduct = projectsFirst ? filtered(b, dOutput) : dOutput
        weight.accumulate(factors[b].transposedProduct(dProduct))
        guard needsInputGradient else { continue }
        let dFactor = Matrix.product(dProduct, weight.value, transposing: .right)
        dInput!.add(projectsFirst ? dFactor : filtered(b, dFactor))
      }
      return dInput.map(throughDropout)
    }
  }
}
