import Graph
import Layers
import Tensor
import Testing

@testable import Distill

@Suite struct FrameletFeatureDistillationTests {
  /// Two undirected graphs: with a self loop, a parallel edge and an isolated node; and a triangle.
  private let graphs: [CSRGraph] = [
    (7, [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (0, 1), (4, 5)], [2]),
    (3, [(0, 1), (1, 2), (2, 0)], []),
  ].map { (nodes: Int, pairs: [(Int32, Int32)], loops: [Int32]) in
    let graph = try? CSRGraph(
      nodeCount: nodes, sources: pairs.map { $0.0 } + pairs.map { $0.1 } + loops,
      destinations: pairs.map { $0.1 } + pairs.map { $0.0 } + loops)
    guard let graph else { preconditionFailure("no graph") }
    return graph
  }

  private let framelets: [FrameletOptions] = [
    FrameletOptions(), FrameletOptions(bank: .linear, levels: 2, route: .exact),
    FrameletOptions(bank: .quadratic, levels: 2, dilation: 1.5, route: .chebyshev(terms: 4)),
  ]

  private func batch(_ members: [Int]) -> GraphBatch<Double> {
    GraphBatch(
      graphs.map { graph in
        let n = graph.nodeCount
        return GraphSample(
          graph: graph, features: Matrix(zeros: n, 1), labels: Matrix(zeros: n, 1),
          known: [Bool](repeating: true, count: n))
      }, members: members)
  }

  private typealias Options = FrameletFeatureDistillation<Double>.Options

  private func options(
    _ framelets: FrameletOptions, weights: [Double]? = nil, normalizes: Bool = false,
    projection: FitNetProjection = .whereWidthsDiffer
  ) -> Options {
    var options = Options()
    options.framelets = framelets
    options.bandWeights = weights
    options.normalizes = normalizes
    options.projection = projection
    return options
  }

  private func objective(
    _ options: Options, teacher: Matrix<Double>, studentWidth: Int
  ) throws -> FrameletFeatureDistillation<Double> {
    try FrameletFeatureDistillation(
      name: "framelet", tap: .hidden(0), studentWidth: studentWidth, teacherWidth: teacher.columns,
      options: options, seed: 1, graphs: graphs, reference: { $1.rows(of: teacher) })
  }

  private func value(
    _ objective: any Objective<Double>, at features: Matrix<Double>, _ members: [Int]
  ) throws -> (loss: Double, gradient: Matrix<Double>) {
    for parameter in objective.parameters { parameter.clearGradient() }
    let value = try objective.evaluate(
      ObjectiveInput(
        batch: batch(members), taps: [.hidden(0): features], context: .evaluation))
    for parameter in objective.parameters {
      if let gradient = value.parameterGradients[parameter.name] { parameter.accumulate(gradient) }
    }
    return (value.loss, value.gradients[.hidden(0)]!)
  }

  private func weights(_ framelets: FrameletOptions) -> [Double] {
    framelets.bands.indices.map { $0 == 2 ? 0 : 0.3 + Double($0) }
  }

  /// Bands of both sides one by one, as dense products, graph by graph.
  @Test(arguments: [[0], [1], [0, 1], [1, 0]]) func lossIsThatOfEachBand(_ members: [Int]) throws {
    let n = members.reduce(0) { $0 + graphs[$1].nodeCount }
    let (student, teacher): (Matrix<Double>, Matrix<Double>) = (
      random(n, 4, "s"), random(n, 4, "t")
    )
    for framelets in framelets {
      let weights = weights(framelets)
      let objective = try objective(
        options(framelets, weights: weights), teacher: teacher, studentWidth: 4)
      var (expected, first) = (0.0, 0)
      for member in members {
        let rows = first..<first + graphs[member].nodeCount
        first = rows.upperBound
        let transform: FrameletTransform<Double> = try graphs[member].framelets(framelets)
        let (s, t) = (student.slice(rows: rows), teacher.slice(rows: rows))
        for (weight, band) in zip(weights, transform.bands) {
          let (ws, wt) = (transform.apply(band, to: s), transform.apply(band, to: t))
          expected +=
            weight * zip(ws.elements, wt.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
      }
      expected /= Double(4 * n)
      let loss = try value(objective, at: student, members).loss
      #expect(abs(loss - expected) < 1e-13 && loss > 0.01)
    }
  }

  /// A tight frame with equal weights keeps lengths.
  @Test func equalWeightsOfATightFrameGiveFitNet() throws {
    let (student, teacher): (Matrix<Double>, Matrix<Double>) = (
      random(7, 4, "s"), random(7, 6, "t")
    )
    let fitNet = FitNet<Double>(
      name: "framelet", tap: .hidden(0), studentWidth: 4, teacherWidth: 6, seed: 1,
      reference: { $1.rows(of: teacher) })
    let same = try objective(
      options(framelets[1], normalizes: true), teacher: teacher, studentWidth: 4)
    let (a, b) = try (value(fitNet, at: student, [0]), value(same, at: student, [0]))
    #expect(abs(a.loss - b.loss) < 1e-14)
    #expect(GradientCheck.compare(a.gradient, with: b.gradient, within: .share(1e-12)).agrees)
    for (p, q) in zip(fitNet.parameters, same.parameters) {
      #expect(GradientCheck.compare(p.gradient!, with: q.gradient!, within: .share(1e-12)).agrees)
    }
    // With one band alone it is another loss.
    let low = try objective(
      options(framelets[1], weights: [1, 0, 0, 0, 0], normalizes: true), teacher: teacher,
      studentWidth: 4)
    #expect(try value(low, at: student, [0]).loss < 0.9 * a.loss)
  }

  @Test func equalFeaturesCostNothing() throws {
    let student: Matrix<Double> = random(7, 4, "s")
    let (loss, gradient) = try value(
      objective(options(framelets[0]), teacher: student, studentWidth: 4), at: student, [0])
    #expect(loss == 0 && gradient.sumOfSquares == 0)
  }

  @Test(arguments: [[0], [0, 1]]) func gradients(_ members: [Int]) throws {
    let n = members.reduce(0) { $0 + graphs[$1].nodeCount }
    let projections: [FitNetProjection] = [
      .whereWidthsDiffer, .student, .both(width: 3, head: .linear),
      .both(width: 3, head: .linearBatchNormReLU),
    ]
    for framelets in framelets {
      for projection in projections {
        for normalizes in [false, true] {
          for width in [4, 5] {
            let (student, teacher): (Matrix<Double>, Matrix<Double>) = (
              random(n, width, "s"), random(n, 4, "t")
            )
            let objective = try objective(
              options(
                framelets, weights: weights(framelets), normalizes: normalizes,
                projection: projection), teacher: teacher, studentWidth: width)
            let (_, gradient) = try value(objective, at: student, members)
            let held = objective.parameters.map { $0.gradient }
            let numerical = try GradientCheck.numericalGradient(at: student) {
              try value(objective, at: $0, members).loss
            }
            let what: Comment = "\(framelets.bank) \(projection) \(normalizes) \(width)"
            #expect(GradientCheck.compare(gradient, with: numerical).agrees, what)
            for (parameter, gradient) in zip(objective.parameters, held) {
              let original = parameter.value
              let numerical = try GradientCheck.numericalGradient(at: original) {
                parameter.value = $0
                return try value(objective, at: student, members).loss
              }
              parameter.value = original
              let error = GradientCheck.compare(try #require(gradient), with: numerical)
              #expect(error.agrees, what)
            }
          }
        }
      }
    }
  }

  @Test func directedGraphsAreRefused() {
    #expect(throws: FrameletError.self) {
      _ = try FrameletFeatureDistillation<Double>(
        name: "framelet", tap: .hidden(0), studentWidth: 4, teacherWidth: 4, seed: 1,
        graphs: smallSamples().map { (sample: GraphSample<Double>) in sample.graph },
        reference: { $1.rows(of: Matrix(zeros: 10, 4)) })
    }
  }

  @Test(arguments: Precision.allCases) func parity(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("framelet_distillation", as: S.self)
      let graph = try fixture.graph()
      let n = graph.nodeCount
      let sample = GraphSample<S>(
        graph: graph, features: Matrix(zeros: n, 1), labels: Matrix(zeros: n, 1),
        known: [Bool](repeating: true, count: n))
      let cases: [(String, FrameletOptions, [Double]?, Bool)] = [
        ("same", framelets[0], [1, 0.5], false),
        ("regressor", framelets[1], [0.3, 1, 2, 0, 0.7], true), ("plain", framelets[2], nil, true),
      ]
      for (name, framelets, weights, normalizes) in cases {
        var options = FrameletFeatureDistillation<S>.Options()
        options.framelets = framelets
        let top = try fixture["\(name).largest_eigenvalue"].elements[0]
        // Rounded to single precision it may be below the graph's.
        if S.self == Double.self { options.framelets.largestEigenvalue = Double(top) }
        options.bandWeights = weights
        options.normalizes = normalizes
        let teacher = try fixture[name == "regressor" ? "teacher" : "same.teacher"]
        let student = try fixture["student"]
        let objective = try FrameletFeatureDistillation<S>(
          name: "layer", tap: .hidden(0), studentWidth: 4, teacherWidth: teacher.columns,
          options: options, seed: 1, graphs: [graph], reference: { $1.rows(of: teacher) })
        try fixture.fill(objective.parameters, prefix: "\(name).")
        let value = try objective.evaluate(
          ObjectiveInput(
            batch: GraphBatch([sample], members: [0]), taps: [.hidden(0): student],
            context: .evaluation))
        for parameter in objective.parameters {
          parameter.accumulate(try #require(value.parameterGradients[parameter.name]))
        }
        try fixture.expect("\(name).loss", value.loss)
        try fixture.expect(
          "\(name).gradient.student", try #require(value.gradients[.hidden(0)]))
        try fixture.expectGradients(of: objective.parameters, prefix: "\(name).gradient.")
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }
}
