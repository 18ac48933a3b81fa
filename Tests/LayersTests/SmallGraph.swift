import Graph
import Tensor

/// A graph small enough for gradient checks with all that is awkward: a self loop, parallel edges,
/// uneven degrees, a node without edges in (5) and one without any (6).
let smallGraph: CSRGraph = {
  let edges: [(Int32, Int32)] = [
    (0, 1), (1, 0), (0, 1), (2, 2), (3, 2), (0, 2), (1, 2), (4, 2), (2, 4), (3, 4), (2, 3), (5, 0),
    (5, 2), (4, 0),
  ]
  let graph = try? CSRGraph(
    nodeCount: 7, sources: edges.map { $0.0 }, destinations: edges.map { $0.1 })
  guard let graph else { preconditionFailure("the small graph is no graph") }
  return graph
}()

/// Normal random numbers, other ones for each name.
func random<S: Scalar>(
  _ rows: Int, _ columns: Int, _ name: String, deviation: Double = 1
) -> Matrix<S> {
  .normal(rows, columns, deviation: deviation, stream: RandomStream(seed: 7, purpose: name))
}
