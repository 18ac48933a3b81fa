import Layers
import Tensor

/// What a projection head computes.
public enum ProjectionHeadKind: String, Sendable, CaseIterable {
  /// X W + b.
  case linear
  /// max(0, gamma standardised(X W) + beta), with each column standardised over the nodes of the
  /// batch: linear, batch normalisation and ReLU, as in the code of the authors of G-CRD. (Their
  /// linear map has a bias, which the normalisation takes out again.)
  case linearBatchNormReLU
}

/// A learnt map of features into another width, trained with the student that an objective teaches
/// and forgotten afterwards.
public final class ProjectionHead<S: Scalar> {
  private let kind: ProjectionHeadKind
  private let weight: Parameter<S>
  private let scale: Parameter<S>?
  private let offset: Parameter<S>

  /// The weight, then the bias; or the weight, gamma and beta.
  public var parameters: [Parameter<S>] { [weight] + (scale.map { [$0] } ?? []) + [offset] }

  /// A head with a Xavier-uniform weight, inputWidth x outputWidth, gamma 1 and zero bias or beta.
  ///
  /// - Parameter name: What parameters' names begin with; unique in a model.
  public init(
    name: String, inputWidth: Int, outputWidth: Int, kind: ProjectionHeadKind, seed: UInt64
  ) {
    self.kind = kind
    let purpose = "\(name).weight"
    weight = Parameter(
      purpose,
      Initialization.xavierUniform.values(
        inputWidth, outputWidth, stream: RandomStream(seed: seed, purpose: purpose)))
    let zeros = Matrix<S>(zeros: 1, outputWidth)
    switch kind {
    case .linear:
      scale = nil
      offset = Parameter("\(name).bias", zeros)
    case .linearBatchNormReLU:
      scale = Parameter("\(name).gamma", Matrix(repeating: 1, 1, outputWidth))
      offset = Parameter("\(name).beta", zeros)
    }
  }

  /// One forward call with its backward pass.
  public struct Pass {
    /// The projected features of the chosen nodes, count x outputWidth.
    public let output: Matrix<S>
    /// From the gradient of the output those of the parameters, set by their names, and that of the
    /// features of all nodes, or nil if not needed.
    public let backward:
      (
        _ dOutput: Matrix<S>, _ ofParameters: inout [String: Matrix<S>],
        _ needsInputGradient: Bool
      ) -> Matrix<S>?
  }

  /// The projected features of the chosen nodes.
  ///
  /// A linear head sees these alone; batch normalisation sees all nodes of the batch, whatever is
  /// chosen.
  ///
  /// - Parameter features: The features of the nodes that it is given.
  public func forward(_ nodes: NodeSample, features: (NodeSample) -> Matrix<S>) -> Pass {
    let all = NodeSample.all(nodes.nodeCount)
    guard let gamma = scale else {
      let x = features(nodes)
      var output = Matrix.product(x, weight.value)
      output.addToRows(offset.value)
      return Pass(output: output) { [self] dOutput, ofParameters, needsInputGradient in
        ofParameters[offset.name] = dOutput.columnSums()
        return linearBackward(x, nodes, dOutput, &ofParameters, needsInputGradient)
      }
    }
    let x = features(all)
    let standardized = StandardizedColumns(Matrix.product(x, weight.value))
    let rectified = leakyReLU(
      standardized.output.mixedColumns(scale: gamma.value, offset: offset.value), slope: 0)
    return Pass(output: nodes.rows(of: rectified)) {
      [self] dOutput, ofParameters, needsInputGradient in
      let d = leakyReLUBackward(
        input: rectified, dOutput: nodes.rowsBackward(dOutput), slope: 0)
      ofParameters[gamma.name] = standardized.output.columnDots(d)
      ofParameters[offset.name] = d.columnSums()
      let dLinear = standardized.backward(d.mixedColumns(scale: gamma.value))
      return linearBackward(x, all, dLinear, &ofParameters, needsInputGradient)
    }
  }

  /// The backward pass of X W, where row k of X belongs to the k-th of `nodes`.
  private func linearBackward(
    _ x: Matrix<S>, _ nodes: NodeSample, _ dOutput: Matrix<S>,
    _ ofParameters: inout [String: Matrix<S>], _ needsInputGradient: Bool
  ) -> Matrix<S>? {
    ofParameters[weight.name] = .product(x, dOutput, transposing: .left)
    guard needsInputGradient else { return nil }
    return nodes.rowsBackward(.product(dOutput, weight.value, transposing: .right))
  }
}
