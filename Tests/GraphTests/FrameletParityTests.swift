import Foundation
import Tensor
import Testing

@testable import Graph
@testable import TestSupport

/// Operators and gradients against dense matrices and autograd in PyTorch.
@Suite struct FrameletParityTests {
  private static let cases: [(name: String, options: FrameletOptions)] = [
    ("haar", FrameletOptions(bank: .haar)),
    ("haar3", FrameletOptions(bank: .haar, levels: 3)),
    ("linear", FrameletOptions(bank: .linear, levels: 2)),
    ("quadratic", FrameletOptions(bank: .quadratic, levels: 3, dilation: 1.5)),
    ("entropy", FrameletOptions(bank: .entropy(), levels: 2, dilation: 1.7, order: .decreasing)),
    ("sigmoid", FrameletOptions(bank: .sigmoid(), levels: 2, dilation: 1.5, order: .decreasing)),
    (
      "functions",
      FrameletOptions(
        bank: .functions(AnyMaskFunctions(SmoothStepMasks(overshoot: 0))), levels: 2)
    ),
  ]

  private static let routes: [(name: String, route: FrameletRoute)] = [
    ("exact", .exact),
    ("published", .chebyshev(terms: 2, quadrature: .trapezoid(points: 500))),
    ("trapezoid", .chebyshev(terms: 5, quadrature: .trapezoid(points: 500))),
    ("gauss", .chebyshev(terms: 8)),
  ]

  private func check<S: Scalar>(_: S.Type, tolerance: Double) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/framelets.safetensors")
    let file = try SafetensorsFile(contentsOf: url)
    func ends(_ name: String) throws -> [Int32] { try file.integers(named: name).map { Int32($0) } }
    let graph = try CSRGraph(
      nodeCount: file.integers(named: "node_count")[0], sources: ends("sources"),
      destinations: ends("destinations"))
    let laplacian = try NormalizedLaplacian(of: graph)
    #expect(largestDifference(laplacian.dense(), try file.matrix(named: "laplacian")) < 1e-15)
    let top: Matrix<Double> = try file.matrix(named: "largest_eigenvalue")
    #expect(abs(try LargestEigenvalue(of: laplacian).estimate - top.elements[0]) < 1e-12)
    let x: Matrix<S> = try file.matrix(named: "input")

    var compared = 0
    for (name, base) in Self.cases {
      for (routeName, route) in Self.routes where (name, routeName) != ("entropy", "gauss") {
        let prefix = "\(name).\(routeName)."
        var options = base
        options.route = route
        options.largestEigenvalue = top.elements[0]
        let made = try FrameletTransform<S>(of: laplacian, options: options)
        let output = Matrix<S>.stacked(made.decompose(x))
        #expect(
          largestDifference(
            output.converted(to: Double.self), try file.matrix(named: prefix + "output"))
            < tolerance, "\(prefix)")
        let cotangent: Matrix<S> = try file.matrix(named: prefix + "cotangent")
        let n = graph.nodeCount
        let parts = made.bands.indices.map { cotangent.slice(rows: $0 * n..<($0 + 1) * n) }
        let gradient = made.decomposeBackward(parts)
        #expect(
          largestDifference(
            gradient.converted(to: Double.self), try file.matrix(named: prefix + "gradient.input"))
            < tolerance,
          "\(prefix)")
        compared += 3
      }
    }
    #expect(file.tensors.keys.filter { $0.contains(".") }.count == compared)
  }

  @Test func double() throws { try check(Double.self, tolerance: 1e-10) }

  @Test func float() throws { try check(Float.self, tolerance: 2e-5) }
}
