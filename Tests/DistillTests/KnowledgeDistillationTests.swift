import Distill
import Graph
import Layers
import Tensor
import Testing

@Suite struct KnowledgeDistillationTests {
  static let shapes = [(1, 1), (1, 5), (3, 15), (2, 16), (5, 17), (300, 33), (4, 121)]

  @Test(arguments: Precision.allCases) func agreesWithTheFormulas(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      for (n, c) in Self.shapes {
        let s: Matrix<S> = features(n, c, "student", deviation: 3)
        let t: Matrix<S> = features(n, c, "teacher", deviation: 3)
        let known = (0..<n).map { $0 % 3 != 1 }
        let rows = known.indices.filter { known[$0] }
        let (wideS, wideT) = (
          s.converted(to: Double.self).lists, t.converted(to: Double.self).lists
        )
        func sum(_ rows: [Int], _ loss: ([Double], [Double]) -> Double) -> Double {
          rows.reduce(0) { $0 + loss(wideS[$1], wideT[$1]) }
        }
        for temperature in [1.0, 2.5] {
          func softmax(_ rows: [Int]) -> Double {
            sum(rows) { Naive.softmaxDivergence($0, $1, temperature: temperature) }
              / Double(rows.count)
          }
          func sigmoid(_ rows: [Int]) -> Double {
            sum(rows) {
              zip($0, $1).reduce(0) {
                $0 + Naive.sigmoidDivergence($1.0, $1.1, temperature: temperature)
              }
            } / Double(rows.count * c)
          }
          func loss(_ form: KnowledgeDistillation<S>.Form, _ nodes: CountedNodes) throws -> Double {
            try evaluate(
              KnowledgeDistillation(
                form: form, temperature: temperature, nodes: nodes, reference: constant(t)),
              at: s, known: known
            ).loss
          }
          let all = Array(0..<n)
          try expectLoss(loss(.softmax(.nodes), .all), is: softmax(all), in: S.self, scale: 1)
          try expectLoss(
            loss(.softmax(.nodesAndClasses), .known), is: softmax(rows) / Double(c), in: S.self,
            scale: 1)
          try expectLoss(loss(.sigmoid, .all), is: sigmoid(all), in: S.self, scale: 1)
          try expectLoss(loss(.sigmoid, .known), is: sigmoid(rows), in: S.self, scale: 1)
        }
      }
    }
    try check(precision.scalar)
  }

  @Test(arguments: [1.0, 4]) func gradients(temperature: Double) throws {
    let (s, t): (Matrix<Double>, Matrix<Double>) = (
      features(6, 4, "student", deviation: 2), features(6, 4, "teacher", deviation: 2)
    )
    for form in [
      KnowledgeDistillation<Double>.Form.softmax(.nodes), .softmax(.nodesAndClasses), .sigmoid,
    ] {
      for nodes in CountedNodes.allCases {
        try expectGradients(
          of: KnowledgeDistillation(
            form: form, temperature: temperature, nodes: nodes, reference: constant(t)),
          at: s, known: [true, false, true, true, false, true])
      }
    }
  }

  @Test(arguments: Precision.allCases) func equalLogitsCostNothing(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let t: Matrix<S> = features(7, 19, "teacher", deviation: 20)
      for form in [KnowledgeDistillation<S>.Form.softmax(.nodes), .sigmoid] {
        let value = try evaluate(
          KnowledgeDistillation(form: form, temperature: 1, reference: constant(t)), at: t)
        #expect(value.loss == 0)
        #expect(value.gradient.sumOfSquares == 0)
      }
    }
    try check(precision.scalar)
  }

  /// Probabilities that underflow to 0 and logits that would overflow an exponential.
  @Test(arguments: Precision.allCases) func surePredictions(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let s = Matrix<S>(2, 2, [5_000, -5_000, 5_000, -5_000])
      let t = Matrix<S>(2, 2, [-5_000, 5_000, 5_000, -5_000])
      let softmax = try evaluate(
        KnowledgeDistillation(form: .softmax(.nodes), temperature: 1, reference: constant(t)),
        at: s)
      // One node is as wrong as can be: 10,000 nats; the other is right.
      expectLoss(softmax.loss, is: 5_000, in: S.self)
      #expect(softmax.gradient.elements == [0.5, -0.5, 0, 0])
      let sigmoid = try evaluate(
        KnowledgeDistillation(form: .sigmoid, temperature: 1, reference: constant(t)), at: s)
      expectLoss(sigmoid.loss, is: 2_500, in: S.self)
      #expect(sigmoid.gradient.elements == [0.25, -0.25, 0, 0])
    }
    try check(precision.scalar)
  }

  @Test func noCountedNode() throws {
    for n in [0, 3] {
      let s: Matrix<Float> = features(n, 2, "student")
      for form in [KnowledgeDistillation<Float>.Form.softmax(.nodes), .sigmoid] {
        let value = try evaluate(
          KnowledgeDistillation(
            form: form, temperature: 2, nodes: .known, reference: constant(features(n, 2, "t"))),
          at: s, known: [Bool](repeating: false, count: n))
        #expect(value.loss == 0)
        #expect(value.gradient == Matrix(zeros: n, 2))
      }
    }
  }

  @Test func notANumberShows() throws {
    let s = Matrix<Float>(1, 3, [0, .nan, 1])
    for form in [KnowledgeDistillation<Float>.Form.softmax(.nodes), .sigmoid] {
      let value = try evaluate(
        KnowledgeDistillation(form: form, temperature: 1, reference: constant(features(1, 3, "t"))),
        at: s)
      #expect(value.loss.isNaN)
    }
  }
}
