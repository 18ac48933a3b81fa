import Graph
import Layers
import Tensor

/// Undirected graphs that are awkward for framelet networks.
struct UndirectedExample: Sendable, CustomStringConvertible {
  let description: String
  let graph: CSRGraph

  init(_ description: String, nodes: Int, pairs: [(Int32, Int32)], loops: [Int32] = []) {
    let first = pairs.map { $0.0 } + pairs.map { $0.1 } + loops
    let second = pairs.map { $0.1 } + pairs.map { $0.0 } + loops
    let graph = try? CSRGraph(nodeCount: nodes, sources: first, destinations: second)
    guard let graph else { preconditionFailure("the example is no graph") }
    self.description = description
    self.graph = graph
  }

  /// Two components, a parallel edge, self loops and an isolated node.
  static let awkward = UndirectedExample(
    "two components", nodes: 9,
    pairs: [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (0, 1), (4, 5), (5, 6), (6, 4), (6, 7)],
    loops: [0, 5, 5])

  static let all = [
    awkward, UndirectedExample("no nodes", nodes: 0, pairs: []),
    UndirectedExample("one node", nodes: 1, pairs: []),
    UndirectedExample("one node with a self loop", nodes: 1, pairs: [], loops: [0]),
    UndirectedExample("no edges", nodes: 4, pairs: []),
    UndirectedExample("one pair", nodes: 2, pairs: [(0, 1)]),
  ]
}

/// Transforms that differ in everything: the published one, exact operators, several levels.
let frameletExamples: [FrameletOptions] = [
  FrameletOptions(), FrameletOptions(bank: .linear, levels: 2, route: .exact),
  FrameletOptions(bank: .quadratic, levels: 2, dilation: 1.5, route: .chebyshev(terms: 4)),
]

/// The operators of a transform as dense matrices.
struct DenseOperators {
  /// W_b.
  let bands: [Matrix<Double>]
  /// A_b.
  let adjacency: [Matrix<Double>]

  init(_ graph: CSRGraph, _ options: FrameletPropagationOptions) throws {
    let n = graph.nodeCount
    var unit = Matrix<Double>(zeros: n, n)
    for i in 0..<n { unit[i, i] = 1 }
    bands = try graph.framelets(options.framelets).decompose(unit)
    var a = unit
    for i in 0..<n {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) where graph.source[e] != i {
        a[i, Int(graph.source[e])] += 1
      }
    }
    let degrees = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i, $1] } }
    adjacency = bands.indices.map { b in
      var result = a
      for i in 0..<n {
        for j in 0..<n { result[i, j] /= (degrees[i] * degrees[j]).squareRoot() }
        result[i, i] += (b == 0 ? -1 : 1) * options.perturbation / degrees[i]
      }
      return result
    }
  }

  /// (sum over the chosen bands of W^T A W)^power.
  func filter(_ chosen: Range<Int>, power: Int) -> Matrix<Double> {
    var p = Matrix<Double>(zeros: bands[0].rows, bands[0].rows)
    for b in chosen {
      p.add(.product(bands[b], .product(adjacency[b], bands[b]), transposing: .left))
    }
    return (1..<power).reduce(p) { result, _ in .product(p, result) }
  }
}

/// Gives every parameter random values: biases may start as zeros, where a test would not see them.
func randomize<S: Scalar>(_ parameters: [Parameter<S>], deviation: Double = 0.7) {
  for parameter in parameters {
    parameter.value = random(
      parameter.value.rows, parameter.value.columns, parameter.name, deviation: deviation)
  }
}

/// All gradients of a network whose every tap receives one, against central differences, by parameter.
func compareGradients(
  of network: Network<Double>, input x: Matrix<Double>, on graph: CSRGraph,
  _ context: ForwardContext
) -> [String: GradientCheck.Comparison] {
  let cotangents = Dictionary(
    uniqueKeysWithValues: network.taps.map { tap -> (Tap, Matrix<Double>) in
      (tap, random(x.rows, network.width(at: tap)!, "cotangent \(tap)"))
    })
  for parameter in network.parameters { parameter.clearGradient() }
  network.forward(x, on: graph, context).backward(cotangents)
  return GradientCheck.compare(network.parameters) {
    let pass = network.forward(x, on: graph, context)
    return network.taps.reduce(0) {
      $0 + GradientCheck.projection(pass.taps[$1]!.matrix, on: cotangents[$1]!)
    }
  }
}
