import Graph
import Tensor

/// Batch normalisation (Ioffe & Szegedy, ICML 2015) of each column c of X, n x d:
///
///     y_c = gamma_c (x_c - m_c) / sqrt(v_c + epsilon) + beta_c
///
/// In training m and v are the mean and the biased variance over all rows of the batch, whatever
/// their graph and whether or not their labels are known. Each committed training pass moves the
/// running statistics,
///
///     running = (1 - momentum) running + momentum batch,
///
/// the variance by its unbiased estimate, n / (n - 1) v; these are m and v in evaluation. Backward,
/// with xhat = (x - m) / sqrt(v + epsilon):
///
///     dgamma = column sums of xhat dY,   dbeta = column sums of dY
///     training:    dX = gamma / sqrt(v + epsilon) (dY - mean of dY - xhat mean of (xhat dY))
///     evaluation:  dX = gamma / sqrt(v + epsilon) dY
///
/// Momentum, epsilon and the two estimates are those of PyTorch's `BatchNorm1d`. Statistics hold in
/// Float where a mean is a thousand deviations: it is taken out twice.
public final class BatchNormLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let gamma: Parameter<S>
  private let beta: Parameter<S>
  private let runningMean: LayerState<S>
  private let runningVariance: LayerState<S>
  private let momentum: S
  private let epsilon: S

  /// The number of input columns.
  public var inputWidth: Int { gamma.value.columns }
  /// As many.
  public var outputWidth: Int { inputWidth }
  /// gamma and beta, both 1 x d.
  public var parameters: [Parameter<S>] { [gamma, beta] }
  /// The running mean and variance, both 1 x d.
  public var state: [LayerState<S>] { [runningMean, runningVariance] }
  /// It ignores the graph.
  public var readsEdges: Bool { false }

  /// A layer with gamma and running variance 1, beta and running mean 0.
  public init(name: String, width: Int, momentum: S = 0.1, epsilon: S = 1e-5) {
    self.name = name
    self.momentum = momentum
    self.epsilon = epsilon
    gamma = Parameter("\(name).gamma", Matrix(repeating: 1, 1, width))
    beta = Parameter("\(name).beta", Matrix(zeros: 1, width))
    runningMean = LayerState("\(name).runningMean", Matrix(zeros: 1, width))
    runningVariance = LayerState("\(name).runningVariance", Matrix(repeating: 1, 1, width))
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
    let x = x.filled
    precondition(x.columns == inputWidth, "\(name) has \(inputWidth) columns, not \(x.columns)")
    return context.isTraining
      ? trainingPass(x, needsInputGradient) : evaluationPass(x, needsInputGradient)
  }

  private func trainingPass(_ x: Matrix<S>, _ needsInputGradient: Bool) -> LayerPass<S> {
    precondition(
      x.rows > 1, GraphLayerError.tooFewRows(layer: name, rows: x.rows).description)
    let standardized = StandardizedColumns(x, epsilon: epsilon, centrings: 2)
    let unbiased = S(x.rows) / S(x.rows - 1)
    let updates = [
      moving(runningMean, towards: standardized.mean),
      moving(runningVariance, towards: standardized.variance.mapped { $0 * unbiased }),
    ]
    let output = standardized.output.mixedColumns(scale: gamma.value, offset: beta.value)
    return LayerPass(output: output, stateUpdates: updates) { [gamma, beta] dOutput in
      gamma.accumulate(standardized.output.columnDots(dOutput))
      beta.accumulate(dOutput.columnSums())
      guard needsInputGradient else { return nil }
      return standardized.backward(dOutput.mixedColumns(scale: gamma.value))
    }
  }

  private func moving(_ state: LayerState<S>, towards batch: Matrix<S>) -> StateUpdate<S> {
    StateUpdate(of: state) { [momentum] running in
      var moved = running
      moved.multiply(by: 1 - momentum)
      moved.add(batch, scale: momentum)
      return moved
    }
  }

  private func evaluationPass(_ x: Matrix<S>, _ needsInputGradient: Bool) -> LayerPass<S> {
    let inverse = runningVariance.value.mapped { 1 / ($0 + epsilon).squareRoot() }
    var standardized = x
    standardized.addToRows(runningMean.value.mapped { -$0 })
    standardized = standardized.mixedColumns(scale: inverse)
    let output = standardized.mixedColumns(scale: gamma.value, offset: beta.value)
    return LayerPass(output: output) { [gamma, beta] dOutput in
      gamma.accumulate(standardized.columnDots(dOutput))
      beta.accumulate(dOutput.columnSums())
      guard needsInputGradient else { return nil }
      return dOutput.mixedColumns(scale: gamma.value.multipliedElementwise(by: inverse))
    }
  }
}

/// Layer normalisation (Ba, Kiros & Hinton 2016) of each row i of X, n x d:
///
///     y_i = gamma (x_i - m_i) / sqrt(v_i + epsilon) + beta
///
/// with the mean m_i and the biased variance v_i over the columns of the row, in training and in
/// evaluation alike. Backward, with xhat = (x - m) / sqrt(v + epsilon) and d = gamma dY:
///
///     dgamma = column sums of xhat dY,   dbeta = column sums of dY
///     dx_i = (d_i - mean of d_i - xhat_i mean of (xhat_i d_i)) / sqrt(v_i + epsilon)
///
/// As PyTorch's `LayerNorm` over the last dimension.
public final class LayerNormLayer<S: Scalar>: GraphLayer {
  private let gamma: Parameter<S>
  private let beta: Parameter<S>
  private let epsilon: S

  /// The number of input columns.
  public var inputWidth: Int { gamma.value.columns }
  /// As many.
  public var outputWidth: Int { inputWidth }
  /// gamma and beta, both 1 x d.
  public var parameters: [Parameter<S>] { [gamma, beta] }
  /// It ignores the graph.
  public var readsEdges: Bool { false }

  /// A layer with gamma 1 and beta 0.
  public init(name: String, width: Int, epsilon: S = 1e-5) {
    self.epsilon = epsilon
    gamma = Parameter("\(name).gamma", Matrix(repeating: 1, 1, width))
    beta = Parameter("\(name).beta", Matrix(zeros: 1, width))
  }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let standardized = StandardizedRows(x.filled, epsilon: epsilon)
    let output = standardized.output.mixedColumns(scale: gamma.value, offset: beta.value)
    return LayerPass(output: output) { [gamma, beta] dOutput in
      gamma.accumulate(standardized.output.columnDots(dOutput))
      beta.accumulate(dOutput.columnSums())
      guard needsInputGradient else { return nil }
      return standardized.backward(dOutput.mixedColumns(scale: gamma.value))
    }
  }
}
