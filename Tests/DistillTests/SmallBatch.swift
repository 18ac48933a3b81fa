import Foundation
import Graph
import Layers
import Tensor

@testable import Distill

/// Two small graphs with all that is awkward: a self loop, parallel edges, uneven degrees, a node
/// without edges in, one without any edge, and a node whose label is unknown.
func smallSamples<S: Scalar>() -> [GraphSample<S>] {
  let lists: [(nodes: Int, edges: [(Int32, Int32)])] = [
    (
      7,
      [
        (0, 1), (1, 0), (0, 1), (2, 2), (3, 2), (0, 2), (1, 2), (4, 2), (2, 4), (3, 4), (2, 3),
        (5, 0), (5, 2), (4, 0),
      ]
    ), (3, [(0, 1), (2, 1), (1, 0), (1, 2), (0, 2)]),
  ]
  return lists.enumerated().map { k, list in
    let graph = try? CSRGraph(
      nodeCount: list.nodes, sources: list.edges.map { $0.0 },
      destinations: list.edges.map { $0.1 })
    guard let graph else { preconditionFailure("a small graph is no graph") }
    let n = list.nodes
    return GraphSample(
      graph: graph, features: random(n, 4, "features \(k)"),
      labels: Matrix(n, 3, (0..<3 * n).map { $0 * 7 % 5 < 2 ? 1 : 0 }),
      known: (0..<n).map { $0 != 1 })
  }
}

/// Both graphs as one batch.
func smallBatch<S: Scalar>() -> GraphBatch<S> { GraphBatch(smallSamples(), members: [0, 1]) }

/// Normal random numbers, other ones for each name.
func random<S: Scalar>(
  _ rows: Int, _ columns: Int, _ name: String, deviation: Double = 1
) -> Matrix<S> {
  .normal(rows, columns, deviation: deviation, stream: RandomStream(seed: 7, purpose: name))
}

/// The five kernels of local structure preserving.
let similarityKernels: [SimilarityKernel] = [
  .l2, .linear, .poly(degree: 2, offset: 0.5), .poly(degree: 3, offset: -0.3), .rbf(sigma: 1.5),
  .laplacian(scale: 2), .function(AnyKernelFunction(Quadric(scale: 0.7))),
  .function(AnyKernelFunction(SigmoidOfProduct())),
]

/// A kernel from outside: the rational quadratic 1 / (1 + ||x - y||^2 / scale).
struct Quadric: KernelFunction {
  var scale: Double
  var argument: KernelArgument { .squaredDistance }
  func value(_ u: Double) -> Double { 1 / (1 + u / scale) }
  func slope(_ u: Double) -> Double { -1 / (scale * (1 + u / scale) * (1 + u / scale)) }
}

/// Another one: tanh(x . y / 2).
struct SigmoidOfProduct: KernelFunction {
  var argument: KernelArgument { .innerProduct }
  func value(_ u: Double) -> Double { tanh(u / 2) }
  func slope(_ u: Double) -> Double { (1 - tanh(u / 2) * tanh(u / 2)) / 2 }
}

/// What either is from the two vectors, by their formulas.
func naiveFunction(_ kernel: AnyKernelFunction, _ a: [Double], _ b: [Double]) -> Double {
  if kernel == AnyKernelFunction(SigmoidOfProduct()) {
    let z = exp(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 })
    return (z - 1) / (z + 1)
  }
  let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  for scale in [0.7, 2] where kernel == AnyKernelFunction(Quadric(scale: scale)) {
    return scale / (scale + distance)
  }
  preconditionFailure("no kernel of these tests")
}
