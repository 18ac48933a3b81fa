import Distill
import Graph
import Layers
import Tensor
import Testing

/// Local structure preserving against autograd.
@Suite struct LSPParityTests {
  static let kernels: [(name: String, kernel: SimilarityKernel)] = [
    ("l2", .l2), ("linear", .linear), ("poly", .poly(degree: 2, offset: 0)),
    ("rbf", .rbf(sigma: 2)), ("laplacian_3", .laplacian(scale: 3)),
    ("laplacian_100", .laplacian(scale: 100)),
  ]

  @Test(arguments: Precision.allCases) func localStructurePreserving(in precision: Precision) throws
  {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("lsp", as: S.self)
      for (name, kernel) in Self.kernels {
        try expectDivergences(name, kernel, features: "", fixture)
      }
      // Scores lie so far apart that probabilities underflow to 0.
      try expectDivergences("linear_far", .linear, features: "linear_far.", fixture)
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// Kernels that are given by their formulas.
  @Test(arguments: Precision.allCases) func kernelFunctions(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("lsp_functions", as: S.self)
      for (name, kernel) in [
        ("quadric", AnyKernelFunction(Quadric(scale: 0.7))),
        ("sigmoid", AnyKernelFunction(SigmoidOfProduct())),
      ] {
        try expectDivergences(name, .function(kernel), features: "", fixture)
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// Both distributions, and the loss and gradient of each direction that the file has.
  private func expectDivergences<S: Scalar>(
    _ name: String, _ kernel: SimilarityKernel, features: String, _ fixture: Fixture<S>
  ) throws {
    let graph = try fixture.graph()
    let (student, teacher) = try (fixture[features + "student"], fixture[features + "teacher"])
    let reference = localStructure(graph, features: teacher, kernel: kernel)
    let learnt = localStructure(graph, features: student, kernel: kernel)
    try fixture.expectEdges("\(name).teacher_distribution", exponential(reference, factor: 1))
    try fixture.expectEdges("\(name).student_distribution", exponential(learnt, factor: 1))

    let sample = GraphSample(
      graph: graph, features: student, labels: Matrix(zeros: graph.nodeCount, 1),
      known: [Bool](repeating: true, count: graph.nodeCount))
    let input = ObjectiveInput(
      batch: GraphBatch([sample], members: [0]), taps: [.hidden(0): student],
      context: .evaluation)
    for (direction, prefix) in [
      (LSPDirection.teacherToStudent, "\(name).teacher_student"),
      (.studentToTeacher, "\(name).student_teacher"),
    ] where fixture.contains("\(prefix).loss") {
      let objective = LocalStructurePreserving<S>(
        tap: .hidden(0), kernel: kernel, direction: direction,
        reference: { EdgeDistributions(on: $1, logProbabilities: reference) })
      let value = try objective.evaluate(input)
      try fixture.expect("\(prefix).loss", value.loss)
      try fixture.expect("\(prefix).gradient.student", #require(value.gradients[.hidden(0)]))
    }
  }
}
