import Graph
import Tensor

/// Features of whole graphs from those of their nodes, n x d to G x d for a batch of G graphs; see
/// ``readout(_:_:_:)``. What follows it has a row for each graph.
public final class ReadoutLayer<S: Scalar>: GraphLayer {
  private let kind: Readout

  /// The number of columns.
  public let inputWidth: Int
  /// As many.
  public var outputWidth: Int { inputWidth }
  /// None.
  public var parameters: [Parameter<S>] { [] }
  /// It looks at the nodes of each graph, not at their edges.
  public var readsEdges: Bool { false }
  /// A row a node becomes a row a graph.
  public var graphEffect: GraphEffect { .pools }

  /// A readout of features of the given width.
  public init(_ kind: Readout, width: Int) {
    self.kind = kind
    inputWidth = width
  }

  /// The sum, mean or maximum over the nodes of each graph.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let (output, sources) = readout(graph, x.filled, kind)
    let adding: ((Matrix<S>, inout Matrix<S>) -> Void)? =
      needsInputGradient && kind == .max
      ? { addReadoutBackward(graph, sources: sources, dOutput: $0, to: &$1) } : nil
    return LayerPass(output: output, graph: .pooled, addingBackward: adding) { [kind] dOutput in
      needsInputGradient
        ? readoutBackward(graph, sources: sources, dOutput: dOutput, kind) : nil
    }
  }
}
