import Graph
import Tensor

/// A layer of a graph isomorphism network (Xu et al., How powerful are graph neural networks?, ICLR 2019):
/// a perceptron of two layers over the sum of a node and its neighbours. With A the sum over in-edges,
///
///     s = ((1 + epsilon) X' + A X') W + b,   X' = dropout(X)
///     Y = activation(norm(s)) V + c
///
/// X is n x in, W in x m, b 1 x m, V m x out, c 1 x out; `norm` is a batch normalisation or nothing. The
/// sums are over Z = X' W, the same numbers in narrower rows, and sparse features stay sparse.
///
/// Backward, with ds the gradient of s and dZ = (1 + epsilon) ds + A^T ds:
///
///     dW = X'^T dZ,  dX' = dZ W^T,  db = column sums of ds,  depsilon = sum of Z * ds
///
/// As PyTorch Geometric's `GINConv` with an `MLP` of two layers. Parameters are "NAME.first.weight",
/// "NAME.first.bias", "NAME.epsilon" where it is learnt, "NAME.norm.gamma" and "NAME.norm.beta",
/// "NAME.activation.slope" of a PReLU, "NAME.second.weight", "NAME.second.bias".
public final class GINLayer<S: Scalar>: GraphLayer {
  /// The options of a layer.
  public struct Options: Sendable {
    /// Columns between the two linear maps, m.
    public var innerWidth: Int
    /// What a node's own features weigh more than 1, or do at first.
    public var epsilon = 0.0
    /// Whether epsilon is learnt.
    public var learnsEpsilon = false
    /// Whether the perceptron has a batch normalisation.
    public var normalizes = true
    /// The activation of the perceptron.
    public var activation = Activation.relu
    /// Whether the linear maps have biases.
    public var bias = true
    /// Dropout on the input.
    public var dropout = 0.0

    /// All as published but for the width.
    public init(innerWidth: Int) { self.innerWidth = innerWidth }
  }

  private let name: String
  private let options: Options
  private let weight: Parameter<S>
  private let bias: Parameter<S>?
  private let epsilon: Parameter<S>?
  private let norm: BatchNormLayer<S>?
  private let slope: PReLULayer<S>?
  private let second: LinearLayer<S>

  /// The number of input columns.
  public var inputWidth: Int { weight.value.rows }
  /// The number of output columns.
  public var outputWidth: Int { second.outputWidth }
  /// In the order of the formulas.
  public var parameters: [Parameter<S>] {
    [weight, bias, epsilon].compactMap { $0 } + (norm?.parameters ?? [])
      + (slope?.parameters ?? []) + second.parameters
  }
  /// That of the normalisation.
  public var state: [LayerState<S>] { norm?.state ?? [] }

  /// A layer with Xavier-uniform weights and zero biases.
  public init(name: String, inputWidth: Int, outputWidth: Int, options: Options, seed: UInt64) {
    self.name = name
    self.options = options
    let m = options.innerWidth
    let purpose = "\(name).first.weight"
    weight = Parameter(
      purpose,
      Initialization.xavierUniform.values(
        inputWidth, m, stream: RandomStream(seed: seed, purpose: purpose)))
    bias = options.bias ? Parameter("\(name).first.bias", Matrix(zeros: 1, m)) : nil
    epsilon =
      options.learnsEpsilon
      ? Parameter("\(name).epsilon", Matrix(repeating: S(options.epsilon), 1, 1)) : nil
    norm = options.normalizes ? BatchNormLayer(name: "\(name).norm", width: m) : nil
    slope =
      options.activation == .prelu ? PReLULayer(name: "\(name).activation", width: m) : nil
    second = LinearLayer(
      name: "\(name).second", inputWidth: m, outputWidth: outputWidth, bias: options.bias,
      seed: seed)
  }

  /// Whether there are rows enough for the normalisation.
  ///
  /// - Throws: ``GraphLayerError/tooFewRows(layer:rows:)``.
  public func checkTraining(rows: Int) throws { try norm?.checkTraining(rows: rows) }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (input, throughDropout) = droppedInput(
      x, context.dropout(S(options.dropout), purpose: name))
    let own = 1 + (epsilon?.value[0, 0] ?? S(options.epsilon))
    let z = input.product(weight.value)
    var sums = spmm(graph, z)
    sums.add(z, scale: own)
    if let bias { sums.addToRows(bias.value) }

    var passes: [LayerPass<S>] = []
    var inner = sums
    func add(_ pass: LayerPass<S>) {
      passes.append(pass)
      inner = pass.output
    }
    if let norm { add(norm.forward(inner, on: graph, context, needsInputGradient: true)) }
    add(
      slope?.forward(inner, on: graph, context, needsInputGradient: true)
        ?? options.activation.forward(inner))
    add(second.forward(inner, on: graph, context, needsInputGradient: true))

    let (chain, projected) = (passes, epsilon == nil ? nil : z)
    return LayerPass(output: inner, stateUpdates: chain.flatMap { $0.stateUpdates }) {
      [weight, bias, epsilon] dOutput in
      let dSums = chain.reversed().reduce(dOutput) { gradient, pass in
        guard let next = pass.backward(gradient) else {
          preconditionFailure("a part that was asked for its input's gradient has one")
        }
        return next
      }
      bias?.accumulate(dSums.columnSums())
      if let epsilon, let projected {
        let dots = projected.columnDots(dSums)
        epsilon.accumulate(Matrix(1, 1, [S(dots.elements.reduce(0.0) { $0 + Double($1) })]))
      }
      var dz = spmmBackward(graph, dOutput: dSums)
      dz.add(dSums, scale: own)
      weight.accumulate(input.transposedProduct(dz))
      guard needsInputGradient else { return nil }
      return throughDropout(.product(dz, weight.value, transposing: .right))
    }
  }
}
