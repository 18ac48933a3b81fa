import Graph
import Tensor

/// What a layer of h attention heads of width d adds to the features that they gather: a residual
/// connection and a bias,
///
///     X' R + b,  X' + b (added to every head where in = d, head by head where in = h d), or b,
///
/// with X' of n x in, R of in x (h d) and b of 1 x (h d). Where heads are averaged, what is added is n x d,
/// the mean over heads, and a linear residual is one thin product with the mean of the heads' weights.
struct HeadOffset<S: Scalar> {
  /// The residual connection.
  private enum Residual {
    case none
    /// X' R, for each head its own map.
    case linear(Parameter<S>)
    /// X' added to every head; in = d.
    case everyHead
    /// X', head by head; in = h d.
    case identity
  }

  private let heads: Int
  private let headWidth: Int
  private let averagesHeads: Bool
  private let residual: Residual
  private let bias: Parameter<S>?

  private var outputWidth: Int { averagesHeads ? headWidth : heads * headWidth }

  /// R and b, where there are.
  var parameters: [Parameter<S>] {
    var list: [Parameter<S>] = []
    if case .linear(let map) = residual { list.append(map) }
    if let bias { list.append(bias) }
    return list
  }

  /// The offset of the layer `name`.
  ///
  /// - Parameter weight: Makes R, where there is one.
  init(
    name: String, inputWidth: Int, heads: Int, headWidth: Int, averagesHeads: Bool,
    residual: GATResidual, bias: Bool, weight: () -> Parameter<S>
  ) {
    self.heads = heads
    self.headWidth = headWidth
    self.averagesHeads = averagesHeads
    switch residual {
    case .none: self.residual = .none
    case .perHead where inputWidth == headWidth: self.residual = .everyHead
    case .current where inputWidth == heads * headWidth: self.residual = .identity
    case .perHead, .current: self.residual = .linear(weight())
    }
    self.bias = bias ? Parameter("\(name).bias", Matrix(zeros: 1, heads * headWidth)) : nil
  }

  /// The number that scales a sum over heads: 1 / h for an average.
  private var headShare: S { 1 / S(heads) }

  /// residual(X') + b, in the shape of the layer's output; nil for zero.
  func output(_ input: NodeFeatures<S>) -> Matrix<S>? {
    var sum: Matrix<S>?
    switch residual {
    case .none: break
    case .linear(let map):
      sum = input.product(averagesHeads ? meanOverHeads(map.value) : map.value)
    case .everyHead where averagesHeads: sum = input.filled
    case .identity where !averagesHeads: sum = input.filled
    case .everyHead:
      sum = Matrix(zeros: input.rows, outputWidth)
      sum!.addToBlocks(input.filled, blocks: heads, scale: 1)
    case .identity: sum = meanOverHeads(input.filled)
    }
    if let bias {
      if sum == nil { sum = Matrix(zeros: input.rows, outputWidth) }
      sum!.addToRows(averagesHeads ? meanOverHeads(bias.value) : bias.value)
    }
    return sum
  }

  /// Adds to the gradients of R and b.
  func accumulate(input: NodeFeatures<S>, dOutput: Matrix<S>) {
    if case .linear(let map) = residual {
      map.accumulate(perHead(input.transposedProduct(dOutput)))
    }
    bias?.accumulate(perHead(dOutput.columnSums()))
  }

  /// Adds the gradient of X'.
  func addInputGradient(of dOutput: Matrix<S>, to dInput: inout Matrix<S>) {
    switch residual {
    case .none: break
    case .linear(let map):
      let weights = averagesHeads ? meanOverHeads(map.value) : map.value
      dInput.addProduct(dOutput, weights, transposing: .right)
    case .everyHead where averagesHeads: dInput.add(dOutput)
    case .identity where !averagesHeads: dInput.add(dOutput)
    case .everyHead: dInput.addBlockSums(of: dOutput, blocks: heads, scale: 1)
    case .identity: dInput.addToBlocks(dOutput, blocks: heads, scale: headShare)
    }
  }

  /// r x (h d) to r x d.
  private func meanOverHeads(_ wide: Matrix<S>) -> Matrix<S> {
    var mean = Matrix<S>(zeros: wide.rows, headWidth)
    mean.addBlockSums(of: wide, blocks: heads, scale: headShare)
    return mean
  }

  /// The gradient of a per-head parameter from that of what the heads' mean or concatenation gave.
  private func perHead(_ gradient: Matrix<S>) -> Matrix<S> {
    guard averagesHeads else { return gradient }
    var wide = Matrix<S>(zeros: gradient.rows, heads * headWidth)
    wide.addToBlocks(gradient, blocks: heads, scale: headShare)
    return wide
  }
}
