import Foundation
import Tensor
import Testing

@testable import Graph

/// Curvatures, rewirings and energies against exact rational arithmetic and PyTorch.
@Suite struct CurvatureParityTests {
  private func fixture() throws -> (file: SafetensorsFile, graph: CSRGraph) {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/curvature.safetensors")
    let file = try SafetensorsFile(contentsOf: url)
    func ends(_ name: String) throws -> [Int32] { try file.integers(named: name).map { Int32($0) } }
    let graph = try CSRGraph(
      nodeCount: file.integers(named: "node_count")[0], sources: ends("sources"),
      destinations: ends("destinations"))
    return (file, graph)
  }

  @Test(arguments: BalancedFormanVariant.allCases)
  func curvatures(_ variant: BalancedFormanVariant) throws {
    let (file, graph) = try fixture()
    let curvature = try BalancedFormanCurvature(of: graph, variant: variant)
    #expect(
      curvature.edges.flatMap { [$0.first, $0.second] } == (try file.integers(named: "edges")))
    let expected: Matrix<Double> = try file.matrix(named: variant.rawValue)
    #expect(expected.count == curvature.values.count)
    for (ours, theirs) in zip(curvature.values, expected.elements) {
      #expect(abs(ours - theirs) < 1e-14)
    }
  }

  @Test(arguments: [("flow.adding", nil), ("flow.removing", 0.5 as Double?)])
  func flows(_ name: String, _ bound: Double?) throws {
    let (file, graph) = try fixture()
    let flow = StochasticDiscreteRicciFlow(loops: 8, tau: .infinity, removalBound: bound)
    let steps = try flow.rewire(graph, seed: 0).steps
    func ends(_ edge: UndirectedEdge?) -> [Int] { edge.map { [$0.first, $0.second] } ?? [-1, -1] }
    let rows = steps.flatMap { ends($0.bottleneck) + ends($0.added) + ends($0.removed) }
    #expect(rows == (try file.integers(named: name)))
  }

  @Test(arguments: DirichletNormalization.allCases)
  func energies(_ normalization: DirichletNormalization) throws {
    let (file, graph) = try fixture()
    let x: Matrix<Double> = try file.matrix(named: "features")
    let expected: Matrix<Double> = try file.matrix(named: "energy.\(normalization.rawValue)")
    let energy = try dirichletEnergy(graph, x, normalization: normalization)
    #expect(abs(energy - expected.elements[0]) < 1e-12)
  }
}
