import Graph
import Tensor

/// What a forward pass is told besides its input.
public struct ForwardContext: Sendable {
  /// Whether dropout is on.
  public var isTraining: Bool
  /// The seed of the run, for dropout.
  public var seed: UInt64
  /// The training step, for dropout: other steps have other masks.
  public var step: Int

  /// Training with the given seed at the given step.
  public static func training(seed: UInt64, step: Int) -> ForwardContext {
    ForwardContext(isTraining: true, seed: seed, step: step)
  }

  /// Prediction: no dropout.
  public static let evaluation = ForwardContext(isTraining: false, seed: 0, step: 0)

  /// A dropout probability with its random numbers, or nil where nothing is dropped.
  func dropout<S: Scalar>(_ probability: S, purpose: String) -> (
    probability: S, stream: RandomStream
  )? {
    guard isTraining, probability > 0 else { return nil }
    return (probability, RandomStream(seed: seed, purpose: "dropout \(purpose)", step: step))
  }
}

/// The output of one forward call with the backward pass that belongs to it.
///
/// The closure holds what the call saved. It takes the gradient of the output, adds to the
/// gradients of the parameters, and returns the gradient of the input, or nil where the forward call
/// was told that nobody needs it. Because it belongs to the call and not to the layer, a layer can
/// be applied several times in a step.
public struct LayerPass<S: Scalar> {
  /// The output.
  public let output: Matrix<S>
  /// The backward pass.
  public let backward: (_ dOutput: Matrix<S>) -> Matrix<S>?
}

/// A layer: parameters, options, and one operation with both of its passes.
public protocol GraphLayer<S>: AnyObject {
  /// The precision.
  associatedtype S: Scalar
  /// The number of input columns.
  var inputWidth: Int { get }
  /// The number of output columns.
  var outputWidth: Int { get }
  /// The parameters, in a fixed order.
  var parameters: [Parameter<S>] { get }
  /// Makes what forward passes on `graph` need of it, which the graph then keeps. A layer that works
  /// on every graph needs nothing.
  ///
  /// - Throws: Where no forward pass on this graph is possible, an error that says why.
  func prepare(on graph: CSRGraph) throws
  /// The output for the features `x`, n x inputWidth, of the nodes of `graph`: n x outputWidth.
  ///
  /// - Parameter needsInputGradient: Whether the backward pass shall return the gradient of x, which
  ///   sparse features do not have.
  func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S>
}

extension GraphLayer {
  /// Nothing to make.
  public func prepare(on graph: CSRGraph) throws {}

  /// The output for dense features.
  public func forward(
    _ x: Matrix<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    forward(.dense(x), on: graph, context, needsInputGradient: needsInputGradient)
  }
}

/// Dropout in front of a layer: the dropped input, and what turns the gradient of that into the
/// gradient of the input.
func droppedInput<S>(
  _ x: NodeFeatures<S>, _ dropoutOptions: (probability: S, stream: RandomStream)?
) -> (x: NodeFeatures<S>, backward: (Matrix<S>) -> Matrix<S>) {
  guard let (probability, stream) = dropoutOptions else { return (x, { $0 }) }
  return (
    x.dropped(probability: probability, stream: stream),
    { dropout($0, probability: probability, stream: stream) }
  )
}
