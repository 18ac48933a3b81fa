import Distill
import Graph
import Layers
import Tensor
import Testing

/// Divergences between distributions that are nearly the same, where single precision used to leave
/// nothing but rounding, and at temperatures so low that every distribution is sure.
@Suite struct HighTemperatureTests {
  static let temperatures = [1e-3, 1e-2, 0.1, 1, 10, 1e2, 1e3, 1e4, 1e5, 1e6]

  /// Widths below, at and above the blocks of the kernels.
  static let widths = [1, 2, 7, 8, 41, 64, 65, 121, 200]

  private func value<S: Scalar>(
    _ form: KnowledgeDistillation<S>.Form, _ temperature: Double, student: Matrix<S>,
    teacher: Matrix<S>
  ) throws -> (loss: Double, gradient: [Double]) {
    let value = try evaluate(
      KnowledgeDistillation(form: form, temperature: temperature, reference: constant(teacher)),
      at: student)
    return (value.loss, value.gradient.elements.map { Double($0) })
  }

  private func compare(
    _ temperature: Double, student: Matrix<Float>, teacher: Matrix<Float>, isSoftmax: Bool,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let single = try value(
      isSoftmax ? .softmax(.nodes) : .sigmoid, temperature, student: student, teacher: teacher)
    let double = try value(
      isSoftmax ? .softmax(.nodes) : .sigmoid, temperature,
      student: student.converted(to: Double.self), teacher: teacher.converted(to: Double.self))
    let place = "T = \(temperature), width \(student.columns), softmax \(isSoftmax)"
    #expect(single.loss >= 0 && double.loss >= 0, "\(place)", sourceLocation: sourceLocation)
    // Where T is small, probabilities are exponentials of numbers of up to 87 in single precision,
    // and those that the least of them would add are lost.
    let tolerance = temperature < 1 ? 2e-5 : 2e-6
    #expect(
      abs(single.loss - double.loss) <= tolerance * double.loss + 1e-24,
      "\(place): \(single.loss), \(double.loss)", sourceLocation: sourceLocation)
    let largest = double.gradient.map(abs).max() ?? 0
    for (a, b) in zip(single.gradient, double.gradient) {
      #expect(
        abs(a - b) <= tolerance * largest + 1e-20, "\(place): \(a), \(b)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: temperatures) func singleAgreesWithDouble(temperature: Double) throws {
    for width in Self.widths {
      for isSoftmax in [true, false] {
        for deviation in [0.1, 3.0, 30] {
          try compare(
            temperature, student: features(9, width, "student", deviation: deviation),
            teacher: features(9, width, "teacher", deviation: deviation), isSoftmax: isSoftmax)
        }
        // A student that is the teacher, but for a shift that no softmax sees and the last digits.
        let teacher: Matrix<Float> = features(9, width, "teacher", deviation: 3)
        let near = Matrix(9, width, teacher.elements.enumerated().map { $1 + Float($0 % 3) * 1e-6 })
        try compare(temperature, student: near, teacher: teacher, isSoftmax: isSoftmax)
        let shifted = Matrix(9, width, teacher.elements.map { $0 * 1.5 + 1_000 })
        try compare(temperature, student: shifted, teacher: teacher, isSoftmax: isSoftmax)
      }
    }
  }

  /// Double itself is held to the limit of high temperatures: T^2 KL is half the variance of the gap
  /// for a softmax, an eighth of its square for a sigmoid.
  @Test func theLimit() throws {
    for width in [2, 5, 121] {
      let (s, t): (Matrix<Double>, Matrix<Double>) = (
        features(4, width, "student", deviation: 3), features(4, width, "teacher", deviation: 3)
      )
      let gaps = zip(s.lists, t.lists).map { zip($0, $1).map { $0 - $1 } }
      let variances = gaps.map { gap -> Double in
        let mean = gap.reduce(0, +) / Double(width)
        return gap.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      }
      let squares = gaps.joined().reduce(0) { $0 + $1 * $1 } / Double(4 * width)
      let softmax = try value(.softmax(.nodes), 1e6, student: s, teacher: t)
      let sigmoid = try value(.sigmoid, 1e6, student: s, teacher: t)
      #expect(abs(softmax.loss / (variances.reduce(0, +) / 8) - 1) < 1e-4)
      #expect(abs(sigmoid.loss / (squares / 8) - 1) < 1e-4)
    }
  }

  @Test func mutualLearningIsNeverNegative() throws {
    let s: Matrix<Float> = features(20, 6, "student", deviation: 3)
    let nearly = Matrix(20, 6, s.elements.map { $0.nextUp })
    for temperature in Self.temperatures {
      for isSoftmax in [true, false] {
        try compare(temperature, student: s, teacher: nearly, isSoftmax: isSoftmax)
      }
    }
  }

  /// Distributions over edges that differ in their last digits.
  @Test(arguments: DivergenceDirection.allCases)
  func structuresThatAreNearlyTheSame(direction: DivergenceDirection) throws {
    let nodes: Int32 = 40
    var ends: (sources: [Int32], destinations: [Int32]) = ([], [])
    for i in 0..<nodes {
      for step in [1, 2, 5, 11] as [Int32] {
        ends.sources.append((i + step) % nodes)
        ends.destinations.append(i)
      }
    }
    let graph = try CSRGraph(
      nodeCount: Int(nodes), sources: ends.sources, destinations: ends.destinations)
    for scale in [1e-7, 1e-5, 1e-3, 0.1, 3, 300] as [Float] {
      let scores: Matrix<Float> = features(graph.edgeCount, 1, "scores", deviation: 2)
      var other = scores
      other.add(features(graph.edgeCount, 1, "noise"), scale: scale)
      let log = edgeLogSoftmax(graph, scores: other)
      let single = edgeDivergence(
        graph, scores: scores, logProbabilities: log, direction: direction)
      let double = edgeDivergence(
        graph, scores: scores.converted(to: Double.self),
        logProbabilities: edgeLogSoftmax(graph, scores: other.converted(to: Double.self)),
        direction: direction)
      #expect(single.loss >= 0 && double.loss >= 0)
      // Single precision has the scores to about 2e-7: a gap d gives d^2 / 2, and so d 2e-7 of error.
      #expect(
        abs(single.loss - double.loss)
          <= 2e-6 * double.loss.squareRoot() + 1e-5 * double.loss + 1e-12)
    }
  }

  @Test func channelsThatAreNearlyTheSame() throws {
    for (place, kernel) in [
      DiscrepancyKernel.linear, .poly(degree: 2, offset: 0), .rbf(.variance(1)),
    ]
    .enumerated() {
      for width in [1, 3, 64] {
        let t: Matrix<Float> = features(50, width, "teacher \(place)")
        let s = Matrix(50, width, t.elements.map { $0.nextUp })
        let value = try evaluate(
          MaximumMeanDiscrepancy(
            name: "mmd", tap: .logits, kernel: kernel, reference: constant(t)), at: s)
        #expect(value.loss >= 0 && value.loss < 1e-6)
      }
    }
  }
}
