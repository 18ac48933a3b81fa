import Graph
import Tensor

/// Puts features on the graph of their k nearest neighbours within each cloud, the point itself among
/// them; see ``kNearestNeighbors(_:_:k:)``. The features stay as they are, and so does their
/// gradient: which points are neighbours is a constant.
public final class NearestNeighborLayer<S: Scalar>: GraphLayer {
  private let name: String
  private let k: Int

  /// The number of columns.
  public let inputWidth: Int
  /// As many.
  public var outputWidth: Int { inputWidth }
  /// None.
  public var parameters: [Parameter<S>] { [] }
  /// The graph of the input is not read.
  public var readsEdges: Bool { false }
  /// It makes its own.
  public var graphEffect: GraphEffect { .builds }

  /// A layer for features of the given width; k is at least 1.
  public init(name: String, width: Int, k: Int) {
    precondition(k > 0, "\(name): \(k) neighbours")
    (self.name, inputWidth, self.k) = (name, width, k)
  }

  /// Whether every cloud has k points.
  ///
  /// - Throws: ``GraphLayerError/tooFewNodes(layer:neighbors:nodes:)``.
  public func prepare(on graph: CSRGraph) throws {
    for member in 0..<graph.memberCount {
      let nodes = graph.nodes(ofMember: member).count
      guard nodes >= k else {
        throw GraphLayerError.tooFewNodes(layer: name, neighbors: k, nodes: nodes)
      }
    }
  }

  /// The input, on its own graph.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, needsInputGradient: Bool
  ) -> LayerPass<S> {
    let x = x.filled
    return LayerPass(output: x, graph: .built(nearestNeighborGraph(graph, x, k: k))) {
      needsInputGradient ? $0 : nil
    }
  }
}
