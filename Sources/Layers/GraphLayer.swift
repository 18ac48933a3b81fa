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
  /// Whether the pass will be followed by a backward pass. Where not, a network lets go of what its
  /// layers save as soon as it is computed, and a layer may save nothing.
  public var keepsBackward: Bool

  /// A context from its parts.
  public init(isTraining: Bool, seed: UInt64, step: Int, keepsBackward: Bool = true) {
    self.isTraining = isTraining
    self.seed = seed
    self.step = step
    self.keepsBackward = keepsBackward
  }

  /// Training with the given seed at the given step.
  public static func training(seed: UInt64, step: Int) -> ForwardContext {
    ForwardContext(isTraining: true, seed: seed, step: step)
  }

  /// No dropout and running statistics, with a way back.
  public static let evaluation = ForwardContext(isTraining: false, seed: 0, step: 0)

  /// As ``evaluation``, without a way back.
  public static let prediction = ForwardContext(
    isTraining: false, seed: 0, step: 0, keepsBackward: false)

  /// A dropout probability with its random numbers, or nil where nothing is dropped.
  public func dropout<S: Scalar>(_ probability: S, purpose: String) -> (
    probability: S, stream: RandomStream
  )? {
    guard isTraining, probability > 0 else { return nil }
    return (probability, RandomStream(seed: seed, purpose: "dropout \(purpose)", step: step))
  }
}

/// The graph on which a layer's output lives.
public enum OutputGraph: Sendable {
  /// That of the input.
  case same
  /// One that the layer made, between the same nodes.
  case built(CSRGraph)
  /// None: the output has a row for each member graph, not for each node.
  case pooled
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
  /// The graph on which the output lives.
  public let graph: OutputGraph
  /// What the call changes of the layer's state, once it is committed.
  public let stateUpdates: [StateUpdate<S>]
  /// The backward pass.
  public let backward: (_ dOutput: Matrix<S>) -> Matrix<S>?
  /// The backward pass into a gradient of the input that has come from elsewhere, for layers whose own
  /// is 0 almost everywhere.
  public let addingBackward: ((_ dOutput: Matrix<S>, _ dInput: inout Matrix<S>) -> Void)?

  /// A pass from its parts.
  public init(
    output: Matrix<S>, graph: OutputGraph = .same, stateUpdates: [StateUpdate<S>] = [],
    addingBackward: ((_ dOutput: Matrix<S>, _ dInput: inout Matrix<S>) -> Void)? = nil,
    backward: @escaping (_ dOutput: Matrix<S>) -> Matrix<S>?
  ) {
    self.output = output
    self.graph = graph
    self.stateUpdates = stateUpdates
    self.addingBackward = addingBackward
    self.backward = backward
  }
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
  /// What the layer keeps besides its parameters, in a fixed order.
  var state: [LayerState<S>] { get }
  /// Whether the output depends on edges, which features of whole graphs do not have.
  var readsEdges: Bool { get }
  /// What the layer does to the graph on which features live.
  var graphEffect: GraphEffect { get }
  /// Makes what forward passes on `graph` need of it, which the graph then keeps. A layer that works
  /// on every graph needs nothing.
  ///
  /// - Throws: Where no forward pass on this graph is possible, an error that says why.
  func prepare(on graph: CSRGraph) throws
  /// Whether a training pass over so many rows is possible.
  ///
  /// - Throws: Where it is not, an error that says why.
  func checkTraining(rows: Int) throws
  /// The output for the features `x`, n x inputWidth, of the nodes of `graph`: n x outputWidth, or
  /// one row a member graph where the layer pools.
  ///
  /// - Parameter needsInputGradient: Whether the backward pass shall return the gradient of x, which
  ///   sparse features do not have.
  func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S>
}

/// What a layer does to the graph on which features live; what ``OutputGraph`` its passes have.
public enum GraphEffect: Sendable {
  /// Nothing.
  case keeps
  /// It makes another one from its input or output.
  case builds
  /// Its output has a row for each member graph.
  case pools
}

extension GraphLayer {
  /// No state.
  public var state: [LayerState<S>] { [] }

  /// Most layers look at neighbours.
  public var readsEdges: Bool { true }

  /// Most layers leave the graph as it is.
  public var graphEffect: GraphEffect { .keeps }

  /// Every number of rows will do.
  public func checkTraining(rows: Int) throws {}
  /// Nothing to make.
  public func prepare(on graph: CSRGraph) throws {}

  /// The output for dense features.
  public func forward(
    _ x: Matrix<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    forward(.dense(x), on: graph, context, needsInputGradient: needsInputGradient)
  }
}

/// Why a layer cannot work on a graph or a batch.
public enum GraphLayerError: Error, Equatable, CustomStringConvertible {
  /// The layer has learnt something for each node of one graph, and this is another.
  case otherNodeCount(layer: String, expected: Int, found: Int)
  /// Statistics of training need more rows.
  case tooFewRows(layer: String, rows: Int)
  /// A graph has fewer nodes than each shall have neighbours.
  case tooFewNodes(layer: String, neighbors: Int, nodes: Int)

  /// The message for a person.
  public var description: String {
    switch self {
    case .otherNodeCount(let layer, let expected, let found):
      "\(layer) has weights for each of \(expected) nodes and cannot be applied to a graph of "
        + "\(found); an FMLP works on the one graph that it was made for"
    case .tooFewRows(let layer, let rows):
      "\(layer) normalises over the rows of a batch and cannot train on \(rows): a variance takes "
        + "at least two; use larger batches, or layer norm"
    case .tooFewNodes(let layer, let neighbors, let nodes):
      "\(layer) takes the \(neighbors) nearest neighbours of each node, itself among them, but a graph "
        + "has \(nodes) nodes; take a smaller k, or data with more points"
    }
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
