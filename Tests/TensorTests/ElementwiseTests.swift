import Foundation
import Testing

@testable import Tensor

@Suite struct ElementwiseTests {
  /// Lengths around the groups of 4 of the random numbers, the vectors, and the pieces of a loop.
  static let counts = [0, 1, 3, 4, 5, 15, 16, 17, 1_001, 65_536, 65_537]

  /// Checks a function of one matrix in both precisions.
  private func check(
    _ count: Int, naive: (Double) -> Double, float: (Matrix<Float>) -> Matrix<Float>,
    double: (Matrix<Double>) -> Matrix<Double>
  ) {
    let x: Matrix<Float> = random(1, count)
    #expect(deviation(float(x), from: naiveMap(x, naive)) < Float.tolerance)
    let y: Matrix<Double> = random(1, count)
    #expect(deviation(double(y), from: naiveMap(y, naive)) < Double.tolerance)
  }

  /// Checks a function of two matrices in both precisions.
  private func check(
    _ count: Int, naive: (Double, Double) -> Double,
    float: (Matrix<Float>, Matrix<Float>) -> Matrix<Float>,
    double: (Matrix<Double>, Matrix<Double>) -> Matrix<Double>
  ) {
    let (a, b): (Matrix<Float>, Matrix<Float>) = (random(1, count, "a"), random(1, count, "b"))
    #expect(deviation(float(a, b), from: naiveMap(a, b, naive)) < Float.tolerance)
    let (c, d): (Matrix<Double>, Matrix<Double>) = (random(1, count, "a"), random(1, count, "b"))
    #expect(deviation(double(c, d), from: naiveMap(c, d, naive)) < Double.tolerance)
  }

  @Test(arguments: counts) func sumsAndProducts(_ n: Int) {
    check(
      n, naive: { $0 - 2.5 * $1 },
      float: {
        var y = $0
        y.add($1, scale: -2.5)
        return y
      },
      double: {
        var y = $0
        y.add($1, scale: -2.5)
        return y
      })
    check(
      n, naive: { -0.75 * $0 },
      float: {
        var y = $0
        y.multiply(by: -0.75)
        return y
      },
      double: {
        var y = $0
        y.multiply(by: -0.75)
        return y
      })
    check(
      n, naive: { $0 * $1 }, float: { $0.multipliedElementwise(by: $1) },
      double: { $0.multipliedElementwise(by: $1) })
  }

  @Test(arguments: counts) func activations(_ n: Int) {
    check(n, naive: { $0 > 0 ? $0 : expm1($0) }, float: { elu($0) }, double: { elu($0) })
    check(
      n, naive: { y, dy in y > 0 ? dy : dy * (y + 1) },
      float: { eluBackward(output: $0, dOutput: $1) },
      double: { eluBackward(output: $0, dOutput: $1) })
    func share(_ x: Double) -> Double { (1 + erf(x / 2.0.squareRoot())) / 2 }
    check(n, naive: { $0 * share($0) }, float: { gelu($0) }, double: { gelu($0) })
    check(
      n,
      naive: { x, dy in dy * (share(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()) },
      float: { geluBackward(input: $0, dOutput: $1) },
      double: { geluBackward(input: $0, dOutput: $1) })
    for slope in [0, 0.25] {
      check(
        n, naive: { $0 > 0 ? $0 : slope * $0 }, float: { leakyReLU($0, slope: Float(slope)) },
        double: { leakyReLU($0, slope: slope) })
      check(
        n, naive: { x, dy in x > 0 ? dy : slope * dy },
        float: { leakyReLUBackward(input: $0, dOutput: $1, slope: Float(slope)) },
        double: { leakyReLUBackward(input: $0, dOutput: $1, slope: slope) })
    }
  }

  @Test(arguments: counts) func sigmoids(_ n: Int) {
    check(
      n, naive: { 1 / (1 + exp(-$0)) }, float: { sigmoid($0) }, double: { sigmoid($0) })
    check(
      n, naive: { y, dy in dy * y * (1 - y) }, float: { sigmoidBackward(output: $0, dOutput: $1) },
      double: { sigmoidBackward(output: $0, dOutput: $1) })
  }

  @Test func sigmoidsSaturate() {
    func check<S: Scalar>(_: S.Type) {
      let y = sigmoid(Matrix<S>(1, 5, [-1e4, 0, 1e4, -.infinity, .nan])).elements
      #expect(y[0] >= 0 && y[0] < 1e-37 && y[1] == 0.5 && y[2] == 1)
      #expect(y[3] >= 0 && y[3] < 1e-37 && y[4].isNaN)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: counts) func exponentialsAndPowers(_ n: Int) {
    check(
      n, naive: { exp(-1.5 * $0) }, float: { exponential($0, factor: -1.5) },
      double: { exponential($0, factor: -1.5) })
    check(
      n, naive: { y, dy in -1.5 * y * dy },
      float: { exponentialBackward(output: $0, dOutput: $1, factor: -1.5) },
      double: { exponentialBackward(output: $0, dOutput: $1, factor: -1.5) })
    for degree in 1...4 {
      check(
        n, naive: { pow($0 + 0.5, Double(degree)) },
        float: { power($0, offset: 0.5, degree: degree) },
        double: { power($0, offset: 0.5, degree: degree) })
      check(
        n, naive: { x, dy in Double(degree) * pow(x + 0.5, Double(degree - 1)) * dy },
        float: { powerBackward(input: $0, dOutput: $1, offset: 0.5, degree: degree) },
        double: { powerBackward(input: $0, dOutput: $1, offset: 0.5, degree: degree) })
    }
  }

  @Test(arguments: counts) func sumOfSquares(_ n: Int) {
    func check<S: Scalar>(_: S.Type) {
      let x: Matrix<S> = random(1, n)
      let naive = x.elements.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(x.sumOfSquares - naive) <= 1e-12 * naive)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func oneNumberThatIsNotFiniteIsFound() {
    func check<S: Scalar>(_: S.Type) {
      for n in [1, 7, 16, 65, 40_000] {
        var x: Matrix<S> = random(1, n)
        x[0, 0] = S.greatestFiniteMagnitude
        #expect(x.isFinite)
        for bad in [S.nan, .infinity, -.infinity] {
          for place in [0, n / 2, n - 1] {
            var y = x
            y[0, place] = bad
            #expect(!y.isFinite, "\(bad) at \(place) of \(n)")
          }
        }
      }
      #expect(Matrix<S>(zeros: 0, 3).isFinite)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: [0, 1, 2, 511, 512, 513, 1_537], [1, 3, 16, 17, 121])
  func biasesAndColumnSums(_ rows: Int, _ columns: Int) {
    func check<S: Scalar>(_: S.Type) {
      let (x, bias): (Matrix<S>, Matrix<S>) = (random(rows, columns), random(1, columns, "bias"))
      var y = x
      y.addToRows(bias)
      let stretched = Matrix<S>.stacked(
        [Matrix(zeros: 0, columns)] + [Matrix](repeating: bias, count: rows))
      #expect(deviation(y, from: naiveMap(x, stretched, +)) < S.tolerance)
      #expect(deviation(x.columnSums(), from: naiveColumnSums(x)) < S.tolerance)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: [0, 1, 513], [1, 2, 6]) func sumsOfBlocks(_ rows: Int, _ blocks: Int) {
    func check<S: Scalar>(_: S.Type) {
      for d in [1, 3, 16, 121] {
        let narrow: Matrix<S> = random(rows, d, "narrow")
        let wide: Matrix<S> = random(rows, blocks * d, "wide")
        var sums = narrow
        sums.addBlockSums(of: wide, blocks: blocks, scale: 0.3)
        let scale = Double(0.3 as S)
        let expected = naiveBlockSums(narrow, wide, blocks: blocks, scale: scale)
        #expect(deviation(sums, from: expected) < S.tolerance)
        var spread = wide
        spread.addToBlocks(narrow, blocks: blocks, scale: 0.3)
        let alsoExpected = naiveSpread(wide, narrow, blocks: blocks, scale: scale)
        #expect(deviation(spread, from: alsoExpected) < S.tolerance)
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // MARK: Single precision against the mathematics

  /// The largest relative error of `f` over `points`, in units of 2^-24, half the distance from 1 to
  /// the next number.
  private func error(
    _ points: [Float], of f: (Matrix<Float>) -> Matrix<Float>, from exact: (Double) -> Double
  ) -> Double {
    let y = f(Matrix(1, points.count, points)).elements
    return zip(points, y).reduce(0) { worst, pair in
      let expected = exact(Double(pair.0))
      if expected == 0 { return pair.1 == 0 ? worst : .infinity }
      return max(worst, abs(Double(pair.1) / expected - 1) * 0x1p24)
    }
  }

  @Test func theExponentialIsGoodToAFewUnitsInTheLastPlace() {
    let points = stride(from: Float(-87.2), through: 88.2, by: 0.0101).map { $0 }
    #expect(error(points, of: { exponential($0, factor: 1) }, from: exp) < 3)
  }

  @Test func theExponentialSaturatesInsteadOfOverflowing() {
    let y = exponential(Matrix<Float>(1, 4, [-1e4, -.infinity, 1e4, .nan]), factor: 1).elements
    #expect(y[0] < 2e-38 && y[1] < 2e-38 && y[0] >= 0 && y[1] >= 0)
    #expect(y[2] > 1e38)
    #expect(y[3].isNaN)
  }

  @Test func theELUKeepsItsDigitsNearZeroAndFarFromIt() {
    // Near 0 exp(x) - 1 would lose all digits; -0.5 is where the two formulas meet.
    let near = (0...300).map { -Float(pow(10, Double($0) / 10 - 30)) }.filter { $0 > -1 }
    let middle = stride(from: Float(-0.6), through: -0.4, by: 0.0003).map { $0 }
    let far = stride(from: Float(-100), through: -0.5, by: 0.0123).map { $0 }
    for points in [near, middle, far, [0, -0.0]] {
      #expect(error(points, of: { elu($0) }, from: expm1) < 4)
    }
    #expect(elu(Matrix<Float>(1, 3, [1e-30, 3.5, 1e30])).elements == [1e-30, 3.5, 1e30])
    #expect(elu(Matrix<Float>(1, 1, [.nan]))[0, 0].isNaN)
    #expect(elu(Matrix<Float>(1, 1, [-.infinity]))[0, 0] == -1)
  }

  /// The exact form, not the one by tanh, which is 0.00047 off near 2.7; and far below 0, where
  /// 1 + erf(x) has no digits.
  @Test func theGELUKeepsItsDigitsFarBelowZero() {
    let y = gelu(Matrix<Double>(1, 5, [-10, -2.7, 0, 2.7, 40])).elements
    #expect(abs(y[0] / -7.619853024160527e-23 - 1) < 1e-12)
    #expect(abs(y[1] - -0.00936082927) < 1e-10 && abs(y[3] - 2.69063917073) < 1e-10)
    #expect(y[2] == 0 && y[4] == 40)
    #expect(gelu(Matrix<Float>(1, 3, [-1e30, 1e30, -50])).elements == [0, 1e30, 0])
    #expect(gelu(Matrix<Float>(1, 1, [.nan]))[0, 0].isNaN)
    let slopes = geluBackward(
      input: Matrix<Float>(1, 4, [-1e30, -40, 0, 1e30]), dOutput: Matrix(repeating: 2, 1, 4))
    #expect(slopes.elements == [0, 0, 1, 2])
  }

  @Test func theSlopeOfTheELUFollowsItsOutput() {
    let x = Matrix<Float>(1, 5, [-50, -3, -1e-6, 1e-6, 4])
    let slope = eluBackward(output: elu(x), dOutput: Matrix(repeating: 1, 1, 5))
    // y + 1 holds exp(x) to half a unit of 1.
    let expected = naiveMap(x) { $0 > 0 ? 1 : exp($0) }
    #expect(deviation(slope, from: expected) < 2e-7)
  }

  /// What a kink gives at the kink itself is a choice that is documented: the slope of the left side.
  @Test func slopesAtTheKink() {
    let zero = Matrix<Double>(1, 2, [0, -0.0])
    let dOutput = Matrix<Double>(1, 2, [3, 3])
    #expect(leakyReLUBackward(input: zero, dOutput: dOutput, slope: 0.5).elements == [1.5, 1.5])
    #expect(leakyReLUBackward(input: zero, dOutput: dOutput, slope: 0).elements == [0, 0])
    #expect(eluBackward(output: zero, dOutput: dOutput).elements == [3, 3])
  }

  /// The exponential in Float, right to about two units in the last place where its result is normal.
  @Test func exponentialsInFloatAreRightToTheirLastDigits() {
    let count = 200_001
    let x = Matrix<Float>(1, count, (0..<count).map { Float(-87 + 175 * Double($0) / 200_000) })
    let y = exponential(x, factor: 1).elements
    var worst = 0.0
    for (argument, value) in zip(x.elements, y) {
      let exact = exp(Double(argument))
      worst = max(worst, abs(Double(value) - exact) / exact)
    }
    #expect(worst < 2.5e-7, "\(worst)")
  }
}
