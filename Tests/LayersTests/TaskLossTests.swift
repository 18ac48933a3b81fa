import Foundation
import Tensor
import Testing

@testable import Layers

@Suite struct TaskLossTests {
  private static let counts: [UInt8] = [1, 0, 1, 1, 0, 1, 1]

  /// Loss and gradient from the definitions, in double precision.
  private func naiveBinary(
    _ logits: Matrix<Double>, _ labels: Matrix<Double>, _ counts: [UInt8]
  ) -> (loss: Double, gradient: Matrix<Double>) {
    let k = Double(counts.reduce(0) { $0 + Int($1) } * logits.columns)
    var (loss, gradient) = (0.0, Matrix<Double>(zeros: logits.rows, logits.columns))
    for r in 0..<logits.rows where counts[r] != 0 {
      for c in 0..<logits.columns {
        let (x, y) = (logits[r, c], labels[r, c])
        loss += (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))) - y * x
        gradient[r, c] = (1 / (1 + exp(-x)) - y) / k
      }
    }
    return (loss / k, gradient)
  }

  private func naiveSoftmax(
    _ logits: Matrix<Double>, _ target: Matrix<Double>, _ counts: [UInt8]
  ) -> (loss: Double, gradient: Matrix<Double>) {
    let k = Double(counts.reduce(0) { $0 + Int($1) })
    var (loss, gradient) = (0.0, Matrix<Double>(zeros: logits.rows, logits.columns))
    for r in 0..<logits.rows where counts[r] != 0 {
      let row = logits.row(r).elements
      let maximum = row.max() ?? 0
      let logSum = maximum + log(row.reduce(0) { $0 + exp($1 - maximum) })
      for c in 0..<logits.columns {
        loss += target[r, c] * (logSum - row[c])
        gradient[r, c] = (exp(row[c] - logSum) - target[r, c]) / k
      }
    }
    return (loss / k, gradient)
  }

  private func labels<S: Scalar>(_ rows: Int, _ columns: Int) -> Matrix<S> {
    Matrix(rows, columns, (0..<rows * columns).map { $0 * 7 % 5 < 2 ? 1 : 0 })
  }

  private func oneHot<S: Scalar>(_ rows: Int, _ columns: Int) -> Matrix<S> {
    var target = Matrix<S>(zeros: rows, columns)
    for r in 0..<rows { target[r, r * 3 % columns] = 1 }
    return target
  }

  /// Compares a loss and its gradient with the naive ones.
  private func expect<S: Scalar>(
    _ value: LossValue<S>, _ naive: (loss: Double, gradient: Matrix<Double>), _ what: Comment
  ) {
    let tolerance = S.self == Float.self ? 1e-6 : 1e-13
    #expect(abs(value.loss - naive.loss) <= tolerance * naive.loss, what)
    // Differences of probabilities: rounding is a share of the largest.
    let largest = naive.gradient.elements.reduce(1e-4) { max($0, abs($1)) }
    #expect(
      GradientCheck.compare(
        value.dLogits.converted(), with: naive.gradient,
        within: .init(absolute: tolerance * largest, relative: 0)
      ).agrees, what)
  }

  private func expectNaiveLosses<S: Scalar>(_: S.Type) {
    for (rows, columns) in [(7, 1), (7, 3), (7, 15), (7, 16), (7, 17), (7, 121), (700, 40)] {
      let counts = (0..<rows).map { Self.counts[$0 % 7] }
      let logits: Matrix<S> = random(rows, columns, "logits", deviation: 3)
      let labels: Matrix<S> = labels(rows, columns)
      expect(
        binaryCrossEntropy(logits: logits, labels: labels, counts: counts),
        naiveBinary(logits.converted(), labels.converted(), counts), "\(rows) x \(columns)")
      guard columns > 1 else { continue }
      for target in [
        oneHot(rows, columns), smoothed(oneHot(rows, columns), amount: 0.25 as S),
        smoothed(oneHot(rows, columns), amount: 0.25 as S, over: .others),
      ] {
        expect(
          crossEntropy(logits: logits, target: target, counts: counts),
          naiveSoftmax(logits.converted(), target.converted(), counts), "\(rows) x \(columns)")
      }
    }
  }

  @Test func lossesAreTheNaiveOnes() {
    expectNaiveLosses(Float.self)
    expectNaiveLosses(Double.self)
  }

  @Test func gradientsAreThoseOfTheLosses() {
    let logits: Matrix<Double> = random(7, 5, "logits")
    func error(_ loss: (Matrix<Double>) -> LossValue<Double>) -> GradientCheck.Comparison {
      GradientCheck.compare(
        loss(logits).dLogits, with: GradientCheck.numericalGradient(at: logits) { loss($0).loss })
    }
    let smooth: Matrix<Double> = smoothed(oneHot(7, 5), amount: 0.1)
    #expect(
      error { binaryCrossEntropy(logits: $0, labels: labels(7, 5), counts: Self.counts) }.agrees)
    #expect(
      error { crossEntropy(logits: $0, target: oneHot(7, 5), counts: Self.counts) }.agrees)
    let others: Matrix<Double> = smoothed(oneHot(7, 5), amount: 0.2, over: .others)
    #expect(
      error { crossEntropy(logits: $0, target: smooth, counts: Self.counts) }.agrees)
    #expect(
      error { crossEntropy(logits: $0, target: others, counts: Self.counts) }.agrees)
  }

  private func expectExtremesAreExact<S: Scalar>(_: S.Type) {
    for size in [50.0, 1e4] {
      // Every combination of a large logit and a label, and small ones between.
      let logits = Matrix<S>(4, 2, [size, size, -size, -size, 0, size, -size, 0].map { S($0) })
      let labels = Matrix<S>(4, 2, [1, 0, 1, 0, 1, 0, 0, 1])
      let all = [UInt8](repeating: 1, count: 4)
      let binary = binaryCrossEntropy(logits: logits, labels: labels, counts: all)
      expect(binary, naiveBinary(logits.converted(), labels.converted(), all), "\(size)")
      #expect(binary.loss.isFinite && binary.dLogits.isFinite)
      let target: Matrix<S> = Matrix(4, 2, [1, 0, 0, 1, 1, 0, 1, 0])
      let soft = crossEntropy(logits: logits, target: target, counts: all)
      expect(soft, naiveSoftmax(logits.converted(), target.converted(), all), "\(size)")
      #expect(soft.loss.isFinite && soft.dLogits.isFinite)
    }
  }

  @Test func extremeLogitsStayFinite() {
    expectExtremesAreExact(Float.self)
    expectExtremesAreExact(Double.self)
  }

  /// Small losses of confident predictions are where log(1 + exp(x)) loses its digits.
  @Test func aBinaryLossInSinglePrecisionIsGoodToAFewUnitsInTheLastPlace() {
    for x in stride(from: Float(-80), through: 80, by: 0.037) {
      let value = binaryCrossEntropy(
        logits: Matrix(1, 1, [x]), labels: Matrix(1, 1, [0]), counts: [1])
      let exact = Double(x) > 0 ? Double(x) + log1p(exp(-Double(x))) : log1p(exp(Double(x)))
      guard abs(value.loss / exact - 1) * 0x1p24 < 8 else {
        Issue.record("the loss at \(x) is \(value.loss), not \(exact)")
        return
      }
      let sigmoid = 1 / (1 + exp(-Double(x)))
      guard abs(Double(value.dLogits[0, 0]) / sigmoid - 1) * 0x1p24 < 8 else {
        Issue.record("the gradient at \(x) is \(value.dLogits[0, 0]), not \(sigmoid)")
        return
      }
    }
  }

  @Test func rowsThatDoNotCountChangeNothing() {
    let logits: Matrix<Double> = random(7, 3, "logits")
    var others = logits
    for r in 0..<7 where Self.counts[r] == 0 { for c in 0..<3 { others[r, c] = .nan } }
    let a = binaryCrossEntropy(logits: logits, labels: labels(7, 3), counts: Self.counts)
    let b = binaryCrossEntropy(logits: others, labels: labels(7, 3), counts: Self.counts)
    #expect(a.loss == b.loss && a.dLogits == b.dLogits)
    let c = crossEntropy(logits: logits, target: oneHot(7, 3), counts: Self.counts)
    let d = crossEntropy(logits: others, target: oneHot(7, 3), counts: Self.counts)
    #expect(c.loss == d.loss && c.dLogits == d.dLogits)
  }

  @Test func withoutACountedRowTheLossIsZero() {
    for rows in [0, 7] {
      let logits: Matrix<Float> = random(rows, 3, "logits")
      let none = [UInt8](repeating: 0, count: rows)
      for value in [
        binaryCrossEntropy(logits: logits, labels: labels(rows, 3), counts: none),
        crossEntropy(logits: logits, target: oneHot(rows, 3), counts: none),
      ] {
        #expect(value.loss == 0 && value.dLogits == Matrix(zeros: rows, 3))
      }
    }
  }

  @Test func labelSmoothingMixesWithTheUniformDistribution() {
    let smooth = smoothed(oneHot(4, 5) as Matrix<Double>, amount: 0.2)
    for r in 0..<4 {
      for c in 0..<5 {
        #expect(abs(smooth[r, c] - (c == r * 3 % 5 ? 0.84 : 0.04)) < 1e-15)
      }
    }
    #expect(smoothed(oneHot(4, 5) as Matrix<Double>, amount: 0) == oneHot(4, 5))
    #expect(smoothed(Matrix<Double>(zeros: 0, 5), amount: 0.2).count == 0)
  }

  @Test(arguments: [(2, 0.2), (10, 0.2), (40, 0.2), (5, 0.0), (3, 1.0)])
  func smoothingOverTheOtherClasses(classes: Int, amount: Double) {
    let target: Matrix<Double> = oneHot(7, classes)
    let result = smoothed(target, amount: amount, over: .others)
    for r in 0..<7 {
      for c in 0..<classes {
        let expected = target[r, c] == 1 ? 1 - amount : amount / Double(classes - 1)
        #expect(abs(result[r, c] - expected) < 1e-15)
      }
    }
  }

  @Test func oneClassIsNotSmoothed() {
    let target = Matrix<Double>(repeating: 1, 4, 1)
    for classes in SmoothedClasses.allCases {
      #expect(smoothed(target, amount: 0.2, over: classes) == target)
    }
  }

  /// No logits have a smaller loss than the logarithms of the targets; the published figures.
  @Test(arguments: [(10, 0.9398), (40, 1.2331)])
  func theLeastLossOfPublishedSmoothing(classes: Int, floor: Double) {
    let target: Matrix<Double> = smoothed(oneHot(7, classes), amount: 0.2, over: .others)
    let best = Matrix(7, classes, target.elements.map { log($0) })
    let counts = [UInt8](repeating: 1, count: 7)
    let value = crossEntropy(logits: best, target: target, counts: counts)
    #expect(abs(value.loss - floor) < 5e-5)
    #expect(value.dLogits.elements.allSatisfy { abs($0) < 1e-15 })
    var worse = best
    worse[2, 1] += 0.1
    #expect(crossEntropyLoss(logits: worse, target: target, counts: counts) > value.loss)
  }

  // MARK: Weights of classes, and the focal loss

  /// Loss and gradient from the definition, the gradient by the chain rule over softmax's Jacobian.
  private func naiveWeighted(
    _ logits: Matrix<Double>, _ target: Matrix<Double>, _ labels: Matrix<Double>,
    _ weighting: CrossEntropyWeighting
  ) -> (loss: Double, gradient: Matrix<Double>) {
    let width = logits.columns
    let w = weighting.classes ?? Array(repeating: 1, count: width)
    let f = weighting.focus
    var (loss, gradient, total) = (0.0, Matrix<Double>(zeros: logits.rows, width), 0.0)
    let counts = (0..<logits.rows).map { Self.counts[$0 % 7] }
    for r in 0..<logits.rows where counts[r] != 0 {
      let row = logits.row(r).elements
      let maximum = row.max() ?? 0
      let sum = row.reduce(0) { $0 + exp($1 - maximum) }
      let p = row.map { exp($0 - maximum) / sum }
      for c in 0..<width {
        total += w[c] * labels[r, c]
        let v = w[c] * target[r, c]
        loss += -v * pow(1 - p[c], f) * log(p[c])
        let dp =
          v * (f == 0 ? 0 : f * pow(1 - p[c], f - 1) * log(p[c])) - v * pow(1 - p[c], f) / p[c]
        for j in 0..<width { gradient[r, j] += dp * p[c] * ((c == j ? 1 : 0) - p[j]) }
      }
    }
    gradient.multiply(by: 1 / total)
    return (loss / total, gradient)
  }

  private static let weightings: [CrossEntropyWeighting] = [
    .init(), .init(focus: 2), .init(focus: 0.5), .init(classes: [0.5, 3, 1, 0, 2]),
    .init(classes: [0.5, 3, 1, 0.1, 2], focus: 1),
  ]

  @Test(arguments: weightings) func weightedLossesAreTheNaiveOnes(
    _ weighting: CrossEntropyWeighting
  ) {
    func check<S: Scalar>(_: S.Type) {
      for rows in [1, 7, 700] {
        let logits: Matrix<S> = random(rows, 5, "logits", deviation: 2)
        let labels: Matrix<S> = oneHot(rows, 5)
        for target in [labels, smoothed(labels, amount: 0.25 as S)] {
          let counts = (0..<rows).map { Self.counts[$0 % 7] }
          expect(
            weightedCrossEntropy(
              logits: logits, target: target, labels: labels, counts: counts, weighting),
            naiveWeighted(logits.converted(), target.converted(), labels.converted(), weighting),
            "\(rows) rows, \(weighting)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: weightings) func gradientsOfWeightedLosses(_ weighting: CrossEntropyWeighting) {
    let logits: Matrix<Double> = random(7, 5, "logits")
    let labels: Matrix<Double> = oneHot(7, 5)
    let target = smoothed(labels, amount: 0.1)
    func value(_ x: Matrix<Double>) -> LossValue<Double> {
      weightedCrossEntropy(
        logits: x, target: target, labels: labels, counts: Self.counts, weighting)
    }
    let numerical = GradientCheck.numericalGradient(at: logits) { value($0).loss }
    let comparison = GradientCheck.compare(value(logits).dLogits, with: numerical)
    #expect(comparison.agrees, "\(comparison)")
  }

  @Test func withoutWeightsItIsThePlainLoss() {
    let logits: Matrix<Double> = random(70, 5, "logits", deviation: 3)
    let labels: Matrix<Double> = oneHot(70, 5)
    let counts = (0..<70).map { Self.counts[$0 % 7] }
    let plain = crossEntropy(logits: logits, target: labels, counts: counts)
    for classes in [nil, [2.0, 2, 2, 2, 2]] {
      let value = weightedCrossEntropy(
        logits: logits, target: labels, labels: labels, counts: counts, .init(classes: classes))
      #expect(abs(value.loss - plain.loss) < 1e-13)
      #expect(
        GradientCheck.compare(value.dLogits, with: plain.dLogits, within: .share(1e-13)).agrees)
    }
  }

  /// Certain nodes have no weight, wrong ones their whole loss, and nothing overflows.
  @Test(arguments: [0.5, 1, 2, 5]) func focusedExtremesAreFinite(_ focus: Double) {
    func check<S: Scalar>(_: S.Type) {
      for size in [30.0, 1e4] {
        let logits = Matrix<S>(2, 3, [S(size), 0, 0, S(size), 0, 0])
        let labels = Matrix<S>(2, 3, [1, 0, 0, 0, 1, 0])
        func value(_ row: Int) -> LossValue<S> {
          weightedCrossEntropy(
            logits: logits, target: labels, labels: labels, counts: row == 0 ? [1, 0] : [0, 1],
            .init(focus: focus))
        }
        #expect(value(0).loss >= 0 && value(0).loss < 1e-6)
        #expect(value(0).dLogits.isFinite && value(1).dLogits.isFinite)
        #expect(abs(value(1).loss - size) <= 1e-3 * size)
        #expect(value(0).dLogits[1, 0] == 0 && value(1).dLogits[0, 0] == 0)
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func whereNothingCountsTheWeightedLossIsZero() {
    let logits: Matrix<Double> = random(3, 2, "logits")
    let labels = Matrix<Double>(3, 2, [1, 0, 1, 0, 1, 0])
    for (counts, classes) in [([0, 0, 0], [1.0, 1]), ([1, 1, 1], [0, 1])] as [([UInt8], [Double])] {
      let value = weightedCrossEntropy(
        logits: logits, target: labels, labels: labels, counts: counts, .init(classes: classes))
      #expect(value.loss == 0 && value.dLogits == Matrix(zeros: 3, 2))
    }
  }

  /// scikit-learn's `compute_class_weight("balanced", ...)`.
  @Test func balancedWeightsMakeClassesEqual() {
    #expect(CrossEntropyWeighting.balanced(classSizes: [1, 3]) == [2, 2.0 / 3])
    #expect(CrossEntropyWeighting.balanced(classSizes: [4, 4, 4]) == [1, 1, 1])
    #expect(CrossEntropyWeighting.balanced(classSizes: [4, 0]) == nil)
  }

  @Test func threadsDoNotChangeTheBitsOfWeightedLosses() {
    let logits: Matrix<Float> = random(3_001, 5, "logits", deviation: 2)
    let labels: Matrix<Float> = oneHot(3_001, 5)
    func run(_ threads: Int) -> (Double, Matrix<Float>) {
      Parallel.withThreads(threads) {
        let value = weightedCrossEntropy(
          logits: logits, target: labels, labels: labels,
          counts: [UInt8](repeating: 1, count: 3_001), .init(classes: [1, 2, 3, 4, 5], focus: 2))
        return (value.loss, value.dLogits)
      }
    }
    #expect(run(1) == run(3))
  }
}
