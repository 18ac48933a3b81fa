import Foundation
import Tensor
import Testing

@testable import Graph

/// Undirected graphs that are awkward for a Laplacian.
struct FrameletGraph: CustomTestStringConvertible, Sendable {
  let name: String
  let graph: CSRGraph
  var testDescription: String { name }

  init(_ name: String, nodes: Int, pairs: [(Int, Int)], loops: [Int] = []) {
    let both = pairs.flatMap { [$0, ($0.1, $0.0)] } + loops.map { ($0, $0) }
    self.name = name
    graph = AwkwardGraph(name, nodes: nodes, both).graph
  }

  static func random(nodes: Int, pairs: Int) -> FrameletGraph {
    var generator = RandomStream(seed: 5, purpose: "\(nodes) \(pairs)").generator()
    return FrameletGraph(
      "\(nodes) nodes and \(pairs) pairs at random", nodes: nodes,
      pairs: (0..<pairs).map { _ in
        let a = generator.below(nodes)
        return (a, (a + 1 + generator.below(nodes - 1)) % nodes)
      })
  }

  static let connected = random(nodes: 30, pairs: 90)

  static let all = [
    connected,
    random(nodes: 40, pairs: 25),
    FrameletGraph("one node", nodes: 1, pairs: []),
    FrameletGraph("one node with self loops", nodes: 1, pairs: [], loops: [0, 0]),
    FrameletGraph("no edges", nodes: 4, pairs: []),
    FrameletGraph("one pair", nodes: 2, pairs: [(0, 1)]),
    FrameletGraph(
      "two components, parallel edges, self loops and an isolated node", nodes: 9,
      pairs: [(0, 1), (1, 2), (2, 0), (0, 1), (3, 4), (4, 5), (5, 6), (6, 3), (6, 7)],
      loops: [0, 4, 4, 8]),
    FrameletGraph("a star", nodes: 20, pairs: (1..<20).map { (0, $0) }),
  ]
}

/// Each bank with the parameters of its authors and others.
let filterBanks: [FilterBank] = [
  .haar, .linear, .quadratic, .entropy(), .entropy(alpha: 1), .entropy(alpha: 0.2), .sigmoid(),
  .sigmoid(alpha: 3), .functions(AnyMaskFunctions(SmoothStepMasks(overshoot: 0))),
]

/// Masks from outside: cos and sin of (pi/2) s(x / pi), s(u) = u^2 (3 - 2 u), times 1 + overshoot, of
/// which 0 makes a tight frame.
struct SmoothStepMasks: MaskFunctions {
  var overshoot: Double
  var maskCount: Int { 2 }
  func masks(at x: Double) -> [Double] {
    let u = x / .pi
    let angle = .pi / 2 * u * u * (3 - 2 * u)
    return [cos(angle) * (1 + overshoot), sin(angle) * (1 + overshoot)]
  }
}

/// The largest difference of two matrices' elements.
func largestDifference<S: Scalar>(_ a: Matrix<S>, _ b: Matrix<S>) -> Double {
  precondition(a.rows == b.rows && a.columns == b.columns, "differences need equal shapes")
  return zip(a.elements, b.elements).reduce(0) {
    // A NaN on either side is as far as can be: max would drop it.
    let difference = Double(abs($1.0 - $1.1))
    return difference.isNaN ? .infinity : max($0, difference)
  }
}

/// The inner product of all elements.
func innerProduct<S: Scalar>(_ a: [Matrix<S>], _ b: [Matrix<S>]) -> Double {
  zip(a, b).reduce(0) { sum, pair in
    sum
      + zip(pair.0.elements, pair.1.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
