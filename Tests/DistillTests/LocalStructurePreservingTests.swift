import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Distill

@Suite struct LocalStructurePreservingTests {
  private func objective<S: Scalar>(
    _ kernel: SimilarityKernel, _ direction: LSPDirection, teacher: Matrix<S>
  ) -> LocalStructurePreserving<S> {
    LocalStructurePreserving(tap: .hidden(0), kernel: kernel, direction: direction) {
      EdgeDistributions(
        on: $1, logProbabilities: localStructure($0.graph, features: teacher, kernel: kernel))
    }
  }

  private func value<S: Scalar>(
    _ objective: LocalStructurePreserving<S>, _ batch: GraphBatch<S>, _ z: Matrix<S>
  ) throws -> ObjectiveValue<S> {
    try objective.evaluate(
      ObjectiveInput(batch: batch, taps: [.hidden(0): z], context: .evaluation))
  }

  /// The similarity of two rows, from the formulas.
  private func similarity(_ kernel: SimilarityKernel, _ a: [Double], _ b: [Double]) -> Double {
    let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    let l2 = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let l1 = zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) }
    switch kernel {
    case .l2: return l2
    case .linear: return dot
    case .poly(let degree, let offset): return pow(dot + offset, Double(degree))
    case .rbf(let sigma): return exp(-l2 / (2 * sigma * sigma))
    case .laplacian(let scale): return exp(-l1 / scale)
    case .function(let function): return naiveFunction(function, a, b)
    }
  }

  /// The loss from the paper's formulas, node by node.
  private func naiveLoss(
    _ graph: CSRGraph, _ kernel: SimilarityKernel, _ direction: LSPDirection,
    student: Matrix<Double>, teacher: Matrix<Double>
  ) -> Double {
    var total = 0.0
    for i in 0..<graph.nodeCount {
      let sources = graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])].map { Int($0) }
      func distribution(_ z: Matrix<Double>) -> [Double] {
        let exponentials = sources.map {
          exp(similarity(kernel, z.row(i).elements, z.row($0).elements))
        }
        return exponentials.map { $0 / exponentials.reduce(0, +) }
      }
      let (s, t) = (distribution(student), distribution(teacher))
      let (p, q) = direction == .teacherToStudent ? (t, s) : (s, t)
      total += zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    }
    return total / Double(graph.nodeCount)
  }

  @Test(arguments: similarityKernels, LSPDirection.allCases)
  func theLossIsThatOfThePaper(_ kernel: SimilarityKernel, _ direction: LSPDirection) throws {
    let batch: GraphBatch<Double> = smallBatch()
    // Teacher and student differ in width.
    let teacher: Matrix<Double> = random(10, 8, "teacher", deviation: 0.6)
    let student: Matrix<Double> = random(10, 5, "student", deviation: 0.6)
    let loss = try value(objective(kernel, direction, teacher: teacher), batch, student).loss
    let naive = naiveLoss(batch.graph, kernel, direction, student: student, teacher: teacher)
    #expect(abs(loss - naive) < 1e-12 * naive && naive > 0)
  }

  @Test(arguments: similarityKernels, LSPDirection.allCases)
  func theGradientIsThatOfTheLoss(_ kernel: SimilarityKernel, _ direction: LSPDirection) throws {
    let batch: GraphBatch<Double> = smallBatch()
    let objective = objective(
      kernel, direction, teacher: random(10, 8, "teacher", deviation: 0.6) as Matrix<Double>)
    let student: Matrix<Double> = random(10, 5, "student", deviation: 0.6)
    #expect(objective.taps == [.hidden(0)])
    let result = try value(objective, batch, student)
    #expect(Set(result.gradients.keys) == [.hidden(0)])
    let gradient = try #require(result.gradients[.hidden(0)])
    let numerical = try GradientCheck.numericalGradient(at: student) {
      try value(objective, batch, $0).loss
    }
    #expect(GradientCheck.compare(gradient, with: numerical).agrees)
  }

  @Test(arguments: similarityKernels) func similaritiesHaveTheirGradients(
    _ kernel: SimilarityKernel
  ) {
    let graph = (smallBatch() as GraphBatch<Double>).graph
    let z: Matrix<Double> = random(10, 5, "z", deviation: 0.6)
    let (similarities, backward) = kernel.forward(graph, z)
    let cotangent: Matrix<Double> = random(graph.edgeCount, 1, "cotangent")
    let numerical = GradientCheck.numericalGradient(at: z) {
      GradientCheck.projection(kernel.forward(graph, $0).similarities, on: cotangent)
    }
    #expect(GradientCheck.compare(backward(cotangent), with: numerical).agrees)
    for i in 0..<graph.nodeCount {
      for e in graph.inStart[i]..<graph.inStart[i + 1] {
        let exact = similarity(
          kernel, z.row(i).elements, z.row(Int(graph.source[Int(e)])).elements)
        #expect(abs(similarities[Int(e), 0] - exact) < 1e-13 * max(1, abs(exact)))
      }
    }
  }

  @Test(arguments: LSPDirection.allCases) func aStudentLikeItsTeacherHasNoLoss(
    _ direction: LSPDirection
  ) throws {
    for kernel in similarityKernels {
      let batch: GraphBatch<Float> = smallBatch()
      let z: Matrix<Float> = random(10, 8, "z", deviation: 0.6)
      let result = try value(objective(kernel, direction, teacher: z), batch, z)
      #expect(result.loss == 0 && result.gradients[.hidden(0)] == Matrix(zeros: 10, 8))
    }
  }

  private func expectFinite<S: Scalar>(_: S.Type, _ direction: LSPDirection) throws {
    let batch: GraphBatch<S> = smallBatch()
    for kernel in similarityKernels {
      for (own, other) in [(100.0, 0.1), (0.1, 100), (100, 100), (1e4, 1), (1, 1e4)] {
        let objective = objective(
          kernel, direction, teacher: random(10, 8, "teacher", deviation: other) as Matrix<S>)
        let result = try value(objective, batch, random(10, 5, "student", deviation: own))
        #expect(result.loss.isFinite && result.loss >= 0, "\(kernel), \(own) against \(other)")
        let gradient = try #require(result.gradients[.hidden(0)])
        #expect(gradient.isFinite, "\(kernel), \(own) against \(other)")
      }
    }
  }

  /// At such distances probabilities of one side or of both underflow to 0.
  @Test(arguments: LSPDirection.allCases) func hugeDistancesStayFinite(
    _ direction: LSPDirection
  ) throws {
    try expectFinite(Float.self, direction)
    try expectFinite(Double.self, direction)
  }
}
