import Distill
import Graph
import Layers
import Tensor
import Testing

/// FitNet, attention transfer, MMD, global structure and G-CRD against their formulas and against
/// central differences.
@Suite struct FeatureObjectiveTests {
  /// Nodes, student width, teacher width.
  static let shapes = [(1, 1, 1), (1, 3, 63), (2, 64, 65), (9, 5, 130), (65, 17, 16), (530, 3, 4)]

  static let kernels: [DiscrepancyKernel] = [
    .linear, .poly(degree: 2, offset: 0), .poly(degree: 3, offset: 0.5), .rbf(.variance(0.8)),
    .rbf(.meanSquaredDistance), .function(AnyKernelFunction(Quadric(scale: 2))),
    .function(AnyKernelFunction(SigmoidOfProduct())),
  ]
  /// Those without what is held constant in the backward pass.
  static let differentiableKernels = kernels.filter { $0 != .rbf(.meanSquaredDistance) }
  static let similarities: [GlobalSimilarity] = [
    .cosine, .poly(degree: 2, offset: 0), .poly(degree: 3, offset: 1), .l2, .rbf(sigma: 2),
    .function(AnyKernelFunction(Quadric(scale: 2)), ofDirections: false),
    .function(AnyKernelFunction(Quadric(scale: 2)), ofDirections: true),
    .function(AnyKernelFunction(SigmoidOfProduct()), ofDirections: true),
  ]
  static let projections: [FitNetProjection] = [
    .whereWidthsDiffer, .student, .both(width: 7, head: .linear),
    .both(width: 7, head: .linearBatchNormReLU),
  ]

  private func fitNet<S: Scalar>(
    _ s: Matrix<S>, _ t: Matrix<S>, _ projection: FitNetProjection
  ) -> FitNet<S> {
    FitNet(
      name: "fitnet", tap: .hidden(0), studentWidth: s.columns, teacherWidth: t.columns,
      projection: projection, seed: 1, reference: constant(t))
  }

  private func mmd<S: Scalar>(
    _ t: Matrix<S>, _ kernel: DiscrepancyKernel, maxSamples: Int? = nil
  ) -> MaximumMeanDiscrepancy<S> {
    MaximumMeanDiscrepancy(
      name: "mmd", tap: .hidden(0), kernel: kernel, maxSamples: maxSamples, reference: constant(t))
  }

  private func gsp<S: Scalar>(
    _ t: Matrix<S>, _ similarity: GlobalSimilarity, maxSamples: Int? = nil
  ) -> GlobalStructurePreserving<S> {
    GlobalStructurePreserving(
      name: "gsp", tap: .hidden(0), similarity: similarity, maxSamples: maxSamples,
      reference: constant(t))
  }

  private func gcrd<S: Scalar>(
    _ s: Matrix<S>, _ t: Matrix<S>, head: ProjectionHeadKind = .linear, maxSamples: Int? = nil
  ) -> ContrastiveDistillation<S> {
    var options = ContrastiveDistillation<S>.Options()
    options.width = 7
    options.temperature = 0.3
    options.head = head
    options.maxSamples = maxSamples
    return ContrastiveDistillation(
      name: "gcrd", tap: .hidden(0), studentWidth: s.columns, teacherWidth: t.columns,
      options: options, seed: 1, reference: constant(t))
  }

  /// The features of both sides behind the heads that the parameters make up.
  private func projected<S: Scalar>(
    _ x: Matrix<S>, _ parameters: ArraySlice<Parameter<S>>
  ) -> Matrix<Double> {
    let values = parameters.map { $0.value.converted(to: Double.self) }
    return Naive.projected(
      x.converted(), weight: values[0], scale: values.count == 3 ? values[1] : nil,
      offset: values[values.count - 1])
  }

  @Test(arguments: Precision.allCases) func agreeWithTheFormulas(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      for (n, ds, dt) in Self.shapes {
        let (s, t): (Matrix<S>, Matrix<S>) = (
          features(n, ds, "student"), features(n, dt, "teacher")
        )
        let (wideS, wideT): (Matrix<Double>, Matrix<Double>) = (s.converted(), t.converted())
        for distance in AttentionDistance.allCases {
          let objective = AttentionTransfer(
            tap: .hidden(0), distance: distance, reference: constant(t))
          try expectLoss(
            evaluate(objective, at: s).loss, is: Naive.attention(wideS, wideT, distance),
            in: S.self)
        }
        for kernel in Self.kernels {
          try expectLoss(
            evaluate(mmd(t, kernel), at: s).loss, is: Naive.discrepancy(wideS, wideT, kernel),
            in: S.self, scale: 10)
        }
        for similarity in Self.similarities {
          try expectLoss(
            evaluate(gsp(t, similarity), at: s).loss,
            is: Naive.globalStructure(wideS, wideT, similarity), in: S.self, scale: 0.1)
        }
        for projection in Self.projections {
          let objective = fitNet(s, t, projection)
          let parameters = objective.parameters
          let expected: Double
          if parameters.count > 2 {
            let half = parameters.count / 2
            expected = Naive.normalizedError(
              projected(s, parameters[..<half]), projected(t, parameters[half...]))
          } else {
            expected = Naive.normalizedError(
              parameters.isEmpty ? wideS : projected(s, parameters[...]), wideT)
          }
          try expectLoss(evaluate(objective, at: s).loss, is: expected, in: S.self)
        }
        for head in ProjectionHeadKind.allCases {
          let objective = gcrd(s, t, head: head)
          let half = objective.parameters.count / 2
          let expected = Naive.contrast(
            projected(s, objective.parameters[..<half]),
            projected(t, objective.parameters[half...]),
            temperature: 0.3)
          try expectLoss(
            evaluate(objective, at: s).loss, is: expected, in: S.self, scale: 1)
        }
      }
    }
    try check(precision.scalar)
  }

  @Test(arguments: [(1, 4, 3), (2, 3, 3), (8, 4, 6)])
  func gradients(n: Int, ds: Int, dt: Int) throws {
    let (s, t): (Matrix<Double>, Matrix<Double>) = (
      features(n, ds, "student"), features(n, dt, "teacher")
    )
    // With one node directions and shares of it are constant: attention, cosines and contrast are.
    if n > 1 {
      for distance in AttentionDistance.allCases {
        try expectGradients(
          of: AttentionTransfer(tap: .hidden(0), distance: distance, reference: constant(t)), at: s)
      }
      for kernel in Self.differentiableKernels { try expectGradients(of: mmd(t, kernel), at: s) }
      for similarity in Self.similarities { try expectGradients(of: gsp(t, similarity), at: s) }
      try expectGradients(of: gcrd(s, t), at: s)
    }
    for projection in Self.projections.dropLast() {
      try expectGradients(of: fitNet(s, t, projection), at: s)
    }
    if n > 2 {
      try expectGradients(of: fitNet(s, t, Self.projections[3]), at: s)
      try expectGradients(of: gcrd(s, t, head: .linearBatchNormReLU), at: s)
    }
  }

  @Test func gradientsOfSamples() throws {
    let (s, t): (Matrix<Double>, Matrix<Double>) = (
      features(9, 4, "student"), features(9, 6, "teacher")
    )
    try expectGradients(of: mmd(t, .rbf(.variance(0.8)), maxSamples: 4), at: s)
    try expectGradients(of: gsp(t, .l2, maxSamples: 4), at: s)
    for head in ProjectionHeadKind.allCases {
      try expectGradients(of: gcrd(s, t, head: head, maxSamples: 6), at: s)
    }
  }

  /// More nodes than fit one panel of pairs, or one piece of any kernel.
  @Test func slopesOfLargeInputs() throws {
    let (s, t): (Matrix<Double>, Matrix<Double>) = (
      features(700, 9, "student"), features(700, 12, "teacher")
    )
    for similarity in Self.similarities { try expectSlope(of: gsp(t, similarity), at: s) }
    for kernel in Self.differentiableKernels { try expectSlope(of: mmd(t, kernel), at: s) }
    try expectSlope(of: gcrd(s, t), at: s)
    // Among thousands of rectified numbers some pass their kink within the step.
    try expectSlope(of: gcrd(s, t, head: .linearBatchNormReLU), at: s, tolerance: 1e-4)
    try expectSlope(of: fitNet(s, t, .student), at: s)
  }

  @Test func theMeanDistanceIsConstantInTheGradient() throws {
    let (s, t): (Matrix<Double>, Matrix<Double>) = (
      features(6, 3, "student"), features(6, 4, "teacher")
    )
    let columns = (0..<7).map { c in
      (0..<6).map { c < 3 ? s[$0, c] : t[$0, c - 3] }
    }.map { column in
      let norm = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return column.map { $0 / norm }
    }
    var sum = 0.0
    for a in columns {
      for b in columns { sum += zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    }
    let learnt = try evaluate(mmd(t, .rbf(.meanSquaredDistance)), at: s)
    let fixed = try evaluate(mmd(t, .rbf(.variance(sum / 42))), at: s)
    #expect(abs(learnt.loss - fixed.loss) < 1e-14)
    #expect(
      GradientCheck.compare(learnt.gradient, with: fixed.gradient, within: .share(1e-12)).agrees)
  }

  @Test(arguments: Precision.allCases) func aPerfectStudentHasNoLoss(in precision: Precision) throws
  {
    func check<S: Scalar>(_ type: S.Type) throws {
      let t: Matrix<S> = features(20, 6, "teacher")
      let tolerance = 100 * Double(S.ulpOfOne)
      var objectives: [any Objective<S>] = [fitNet(t, t, .whereWidthsDiffer)]
      objectives += AttentionDistance.allCases.map {
        AttentionTransfer(tap: .hidden(0), distance: $0, reference: constant(t))
      }
      objectives += Self.similarities.map { gsp(t, $0) }
      objectives += Self.kernels.map { mmd(t, $0) }
      for objective in objectives {
        let value = try evaluate(objective, at: t)
        #expect(abs(value.loss) <= tolerance)
        #expect(value.gradient.sumOfSquares.squareRoot() <= tolerance)
      }
    }
    try check(precision.scalar)
  }

  /// Dead channels, rows of zeros and equal rows: finite, and nothing that has no direction moves.
  @Test func zerosAndTies() throws {
    var s: Matrix<Float> = features(6, 4, "student")
    for i in 0..<6 { s[i, 2] = 0 }
    for c in 0..<4 {
      s[1, c] = 0
      s[4, c] = s[3, c]
    }
    let t: Matrix<Float> = features(6, 5, "teacher")
    let zeros = Matrix<Float>(zeros: 6, 4)
    var objectives: [any Objective<Float>] = [fitNet(s, t, .student), gcrd(s, t)]
    objectives += AttentionDistance.allCases.map {
      AttentionTransfer(tap: .hidden(0), distance: $0, reference: constant(t))
    }
    objectives += Self.similarities.map { gsp(t, $0) }
    objectives += Self.kernels.map { mmd(t, $0) }
    for objective in objectives {
      for x in [s, zeros] {
        let value = try evaluate(objective, at: x)
        #expect(value.loss.isFinite)
        #expect(value.gradient.isFinite)
      }
    }
    for kernel in Self.kernels {
      let wide: (Matrix<Double>, Matrix<Double>) = (s.converted(), t.converted())
      let value = try evaluate(mmd(t, kernel), at: s)
      expectLoss(
        value.loss, is: Naive.discrepancy(wide.0, wide.1, kernel), in: Float.self, scale: 10)
      for i in 0..<6 { #expect(value.gradient[i, 2] == 0) }
    }
    let cosine = try evaluate(gsp(t, .cosine), at: s).gradient
    for c in 0..<4 { #expect(cosine[1, c] == 0) }
  }

  @Test func noNodes() throws {
    let (s, t): (Matrix<Float>, Matrix<Float>) = (Matrix(zeros: 0, 3), Matrix(zeros: 0, 4))
    var objectives: [any Objective<Float>] = [fitNet(s, t, .student)]
    objectives += ProjectionHeadKind.allCases.map { gcrd(s, t, head: $0) }
    objectives += AttentionDistance.allCases.map {
      AttentionTransfer(tap: .hidden(0), distance: $0, reference: constant(t))
    }
    objectives += Self.similarities.map { gsp(t, $0) }
    for objective in objectives { #expect(try evaluate(objective, at: s).loss == 0) }
    for kernel in Self.kernels {
      #expect(abs(try evaluate(mmd(t, kernel), at: s).loss) < 1e-6)
    }
  }

  @Test func notANumberShows() throws {
    var s: Matrix<Float> = features(5, 3, "student")
    s[2, 1] = .nan
    let t: Matrix<Float> = features(5, 3, "teacher")
    var objectives: [any Objective<Float>] = [fitNet(s, t, .whereWidthsDiffer)]
    objectives += ProjectionHeadKind.allCases.map { gcrd(s, t, head: $0) }
    objectives += AttentionDistance.allCases.map {
      AttentionTransfer(tap: .hidden(0), distance: $0, reference: constant(t))
    }
    objectives += Self.similarities.map { gsp(t, $0) }
    objectives += Self.kernels.map { mmd(t, $0) }
    for objective in objectives { #expect(try !evaluate(objective, at: s).loss.isFinite) }
  }

  /// Pieces of work are cut by size, so two threads give the bits of one.
  @Test func bitsDoNotDependOnThreads() throws {
    let (s, t): (Matrix<Float>, Matrix<Float>) = (
      features(1_300, 40, "student"), features(1_300, 150, "teacher")
    )
    var objectives: [any Objective<Float>] = Self.similarities.map { gsp(t, $0) }
    objectives += Self.kernels.map { mmd(t, $0) }
    objectives += Self.projections.map { fitNet(s, t, $0) }
    objectives += ProjectionHeadKind.allCases.map { gcrd(s, t, head: $0, maxSamples: 1_100) }
    for objective in objectives {
      let seen = try [1, 2].map { threads in
        try Parallel.withThreads(threads) {
          let value = try evaluate(objective, at: s)
          return [value.gradient, Matrix(1, 1, [Float(value.loss)])]
            + objective.parameters.compactMap { $0.gradient }
        }
      }
      #expect(seen[0] == seen[1])
    }
  }
}
