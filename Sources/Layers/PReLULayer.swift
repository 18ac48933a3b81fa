import Graph
import Tensor

/// A ReLU whose slope below zero is learnt, one for all columns (He et al., Delving deep into rectifiers,
/// ICCV 2015), as PyTorch's `PReLU`:
///
///     y = x where positive, s x elsewhere
///     dx = dy where x is positive, s dy elsewhere;   ds = sum of x dy where x is not positive
///
/// X is n x d and s 1 x 1, "NAME.slope", 0.25 at first. Weight decay would pull the slope to 0, a ReLU.
public final class PReLULayer<S: Scalar>: GraphLayer {
  private let slope: Parameter<S>

  /// The number of columns.
  public let inputWidth: Int
  /// As many.
  public var outputWidth: Int { inputWidth }
  /// The slope.
  public var parameters: [Parameter<S>] { [slope] }
  /// It ignores the graph.
  public var readsEdges: Bool { false }

  /// A layer with the slope 0.25.
  public init(name: String, width: Int) {
    inputWidth = width
    slope = Parameter("\(name).slope", Matrix(repeating: 0.25, 1, 1))
  }

  /// Y.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let x = x.filled
    let s = slope.value[0, 0]
    return LayerPass(output: leakyReLU(x, slope: s)) { [slope] dOutput in
      var negative = x
      negative.add(leakyReLU(x, slope: 0), scale: -1)
      let sums = negative.columnDots(dOutput)
      slope.accumulate(Matrix(1, 1, [S(sums.elements.reduce(0.0) { $0 + Double($1) })]))
      guard needsInputGradient else { return nil }
      return leakyReLUBackward(input: x, dOutput: dOutput, slope: s)
    }
  }
}
