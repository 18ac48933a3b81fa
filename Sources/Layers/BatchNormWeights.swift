import Tensor

/// What batch normalisation inside a layer learns and keeps; PyTorch's momentum and epsilon.
final class BatchNormWeights<S: Scalar> {
  let gamma: Parameter<S>
  let beta: Parameter<S>
  let runningMean: LayerState<S>
  let runningVariance: LayerState<S>
  let momentum: S = 0.1
  let epsilon: S = 1e-5

  var parameters: [Parameter<S>] { [gamma, beta] }
  var state: [LayerState<S>] { [runningMean, runningVariance] }

  /// gamma and running variance 1, beta and running mean 0, named "NAME.gamma" and so on.
  init(name: String, width: Int) {
    gamma = Parameter("\(name).gamma", Matrix(repeating: 1, 1, width))
    beta = Parameter("\(name).beta", Matrix(zeros: 1, width))
    runningMean = LayerState("\(name).runningMean", Matrix(zeros: 1, width))
    runningVariance = LayerState("\(name).runningVariance", Matrix(repeating: 1, 1, width))
  }

  /// The statistics of evaluation.
  var running: ColumnStatistics {
    ColumnStatistics(
      mean: runningMean.value.elements.map { Double($0) },
      variance: runningVariance.value.elements.map { Double($0) }, count: 0)
  }

  /// What a training pass over a batch of these statistics changes: each running number becomes
  /// (1 - momentum) of itself and momentum of the batch's, the variance by its unbiased estimate.
  func updates(_ batch: ColumnStatistics) -> [StateUpdate<S>] {
    let unbiased = Double(batch.count) / Double(max(batch.count - 1, 1))
    return [
      update(runningMean, towards: batch.mean),
      update(runningVariance, towards: batch.variance.map { $0 * unbiased }),
    ]
  }

  private func update(_ state: LayerState<S>, towards batch: [Double]) -> StateUpdate<S> {
    StateUpdate(of: state) { [momentum] running in
      Matrix(
        1, running.columns,
        zip(running.elements, batch).map { (1 - momentum) * $0 + momentum * S($1) })
    }
  }
}
