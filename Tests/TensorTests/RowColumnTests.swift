import Tensor
import Testing

/// Row, column and pair operations against loops, in both precisions, on awkward shapes.
@Suite struct RowColumnTests {
  static let shapes = [
    (0, 3), (1, 1), (1, 1_000), (7, 3), (5, 15), (5, 16), (9, 63), (4, 65), (530, 3), (70, 1_000),
  ]

  private func random<S: Scalar>(_ rows: Int, _ columns: Int, _ purpose: String) -> Matrix<S> {
    .normal(rows, columns, stream: RandomStream(seed: 1, purpose: purpose))
  }

  private func expectEqual<S: Scalar>(
    _ a: Matrix<S>, _ rows: Int, _ columns: Int, scale: Double = 1,
    sourceLocation: SourceLocation = #_sourceLocation, _ expected: (Int, Int) -> Double
  ) {
    #expect(a.rows == rows && a.columns == columns, sourceLocation: sourceLocation)
    let tolerance = 100 * Double(S.ulpOfOne) * scale
    for r in 0..<rows {
      for c in 0..<columns where abs(Double(a[r, c]) - expected(r, c)) > tolerance {
        Issue.record(
          "(\(r), \(c)): \(a[r, c]), not \(expected(r, c))", sourceLocation: sourceLocation)
        return
      }
    }
  }

  private func check(_ body: (any Scalar.Type) throws -> Void) rethrows {
    try body(Float.self)
    try body(Double.self)
  }

  @Test func sums() {
    func run<S: Scalar>(_ type: S.Type) {
      for (n, d) in Self.shapes {
        let x: Matrix<S> = random(n, d, "x")
        let y: Matrix<S> = random(n, d, "y")
        func at(_ r: Int, _ c: Int) -> Double { Double(x[r, c]) }
        func columnSum(_ body: (Int) -> Double) -> Double { (0..<n).reduce(0) { $0 + body($1) } }
        func rowSum(_ body: (Int) -> Double) -> Double { (0..<d).reduce(0) { $0 + body($1) } }
        expectEqual(x.rowSums(), n, 1, scale: 40) { r, _ in rowSum { at(r, $0) } }
        expectEqual(x.rowSquares(), n, 1, scale: 1_000) { r, _ in rowSum { at(r, $0) * at(r, $0) } }
        expectEqual(x.columnDots(y), 1, d, scale: 100) { _, c in
          columnSum { at($0, c) * Double(y[$0, c]) }
        }
        let total = columnSum { r in rowSum { at(r, $0) } }
        #expect(abs(x.sum - total) <= 1e-9)
      }
    }
    check { run($0) }
  }

  @Test func scaledAndMixed() {
    func run<S: Scalar>(_ type: S.Type) {
      for (n, d) in Self.shapes {
        let (x, z): (Matrix<S>, Matrix<S>) = (random(n, d, "x"), random(n, d, "z"))
        let f: Matrix<S> = random(n, 1, "f")
        let (a, b, c): (Matrix<S>, Matrix<S>, Matrix<S>) = (
          random(1, d, "a"), random(1, d, "b"), random(1, d, "c")
        )
        expectEqual(x.scaledRows(by: f, scale: 3), n, d, scale: 10) {
          3 * Double(f[$0, 0]) * Double(x[$0, $1])
        }
        var sum = z
        sum.addScaledRows(of: x, by: f, scale: -2)
        expectEqual(sum, n, d, scale: 10) {
          Double(z[$0, $1]) - 2 * Double(f[$0, 0]) * Double(x[$0, $1])
        }
        expectEqual(x.mixedColumns(scale: a), n, d, scale: 10) {
          Double(a[0, $1]) * Double(x[$0, $1])
        }
        expectEqual(x.mixedColumns(scale: a, adding: (z, b), offset: c), n, d, scale: 10) {
          Double(a[0, $1]) * Double(x[$0, $1]) + Double(b[0, $1]) * Double(z[$0, $1])
            + Double(c[0, $1])
        }
      }
    }
    check { run($0) }
  }

  @Test func gatheredAndScattered() {
    let x = Matrix<Float>(4, 2, [0, 1, 10, 11, 20, 21, 30, 31])
    #expect(x.gatheredRows([3, 1, 3]) == Matrix(3, 2, [30, 31, 10, 11, 30, 31]))
    #expect(x.gatheredRows([]) == Matrix(zeros: 0, 2))
    let y = Matrix<Float>(3, 2, [1, 2, 3, 4, 5, 6])
    #expect(y.scatteredRows([3, 1, 3], into: 4) == Matrix(4, 2, [0, 0, 3, 4, 0, 0, 6, 8]))
    var changed = x
    changed.replaceRows(from: 2, with: Matrix(2, 2, [7, 8, 9, 10]))
    #expect(changed == Matrix(4, 2, [0, 1, 10, 11, 7, 8, 9, 10]))
    #expect(x[2, 0] == 20)
  }

  @Test func squaredDistancesOfPairs() {
    func run<S: Scalar>(_ type: S.Type) {
      for (n, m, d) in [(0, 2, 3), (1, 1, 1), (3, 5, 17), (70, 1_000, 4)] {
        let (a, b): (Matrix<S>, Matrix<S>) = (random(n, d, "a"), random(m, d, "b"))
        let distances = squaredDistances(
          inner: .product(a, b, transposing: .right), squares: a.rowSquares(),
          otherSquares: b.rowSquares(), own: nil)
        expectEqual(distances, n, m, scale: 100) { i, j in
          (0..<d).reduce(0) {
            let gap = Double(a[i, $1]) - Double(b[j, $1])
            return $0 + gap * gap
          }
        }
      }
      let a: Matrix<S> = random(300, 7, "a")
      let own = squaredDistances(
        inner: .product(a.slice(rows: 200..<300), a, transposing: .right),
        squares: a.slice(rows: 200..<300).rowSquares(), otherSquares: a.rowSquares(), own: 200)
      for i in 0..<100 { #expect(own[i, 200 + i] == 0) }
      #expect(own.elements.filter { $0 == 0 }.count == 100)
    }
    check { run($0) }
  }

  /// Rounding can bring a square below 0, where its root would be no number; what is no number already
  /// must stay so.
  @Test func squaredDistancesAreHeldToZero() {
    let d = squaredDistances(
      inner: Matrix<Float>(1, 3, [1.000_001, 0.5, .nan]), squares: Matrix(1, 1, [1]),
      otherSquares: Matrix(1, 3, [1, 1, 1]), own: nil)
    #expect(d[0, 0] == 0 && d[0, 1] == 1 && d[0, 2].isNaN)
  }

  @Test func squareRoots() {
    let x = Matrix<Float>(1, 4, [0, 4, 9, 0.25])
    let y = squareRoot(x)
    #expect(y.elements == [0, 2, 3, 0.5])
    let dx = squareRootBackward(output: y, dOutput: Matrix(repeating: 6, 1, 4))
    #expect(dx.elements == [0, 1.5, 1, 6])
  }

  /// Each forward pass has the properties that define it.
  @Test func normalized() {
    func run<S: Scalar>(_ type: S.Type) {
      for (n, d) in Self.shapes {
        let x: Matrix<S> = random(n, d, "x")
        let rows = NormalizedRows(x).output
        expectEqual(rows.rowSquares(), n, 1) { _, _ in 1 }
        let columns = NormalizedColumns(x).output
        expectEqual(columns.columnDots(columns), 1, d) { _, _ in n == 0 ? 0 : 1 }
        for (r, c) in [(0, 0), (n - 1, d - 1)] where n > 0 {
          #expect((rows[r, c] > 0) == (x[r, c] > 0) && (columns[r, c] > 0) == (x[r, c] > 0))
        }
        guard n > 2 else { continue }
        let standardized = StandardizedColumns(x).output
        expectEqual(standardized.columnSums(), 1, d, scale: 100) { _, _ in 0 }
        let variances = StandardizedColumns(x, epsilon: 0).output
        expectEqual(variances.columnDots(variances), 1, d, scale: Double(n)) { _, _ in Double(n) }
      }
    }
    check { run($0) }
  }

  @Test func withoutADirection() {
    let x = Matrix<Double>(2, 2, [0, 0, 3, 4])
    let rows = NormalizedRows(x)
    expectEqual(rows.output, 2, 2) { [[0, 0], [0.6, 0.8]][$0][$1] }
    let dx = rows.backward(Matrix(2, 2, [5, 5, 1, 0]))
    #expect(dx[0, 0] == 0 && dx[0, 1] == 0)
    #expect(abs(dx[1, 0] - 0.128) < 1e-15 && abs(dx[1, 1] + 0.096) < 1e-15)
    let columns = NormalizedColumns(Matrix<Double>(2, 2, [0, 3, 0, 4]))
    expectEqual(columns.output, 2, 2) { [[0, 0.6], [0, 0.8]][$0][$1] }
    let dColumns = columns.backward(Matrix(2, 2, [5, 1, 5, 0]))
    #expect(dColumns[0, 0] == 0 && dColumns[1, 0] == 0)
    #expect(abs(dColumns[0, 1] - 0.128) < 1e-15 && abs(dColumns[1, 1] + 0.096) < 1e-15)
  }

  /// Backward passes against central differences on a random cotangent.
  @Test(arguments: [(2, 3), (5, 4), (6, 17)]) func backward(n: Int, d: Int) {
    let (x, cotangent): (Matrix<Double>, Matrix<Double>) = (random(n, d, "x"), random(n, d, "dy"))
    let passes: [(Matrix<Double>) -> (output: Matrix<Double>, dx: Matrix<Double>)] = [
      { x in
        let pass = NormalizedRows(x)
        return (pass.output, pass.backward(cotangent))
      },
      { x in
        let pass = NormalizedColumns(x)
        return (pass.output, pass.backward(cotangent))
      },
      { x in
        let pass = StandardizedColumns(x)
        return (pass.output, pass.backward(cotangent))
      },
    ]
    for pass in passes {
      func value(_ x: Matrix<Double>) -> Double {
        zip(pass(x).output.elements, cotangent.elements).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let dx = pass(x).dx
      let h = 1e-5
      for r in 0..<n {
        for c in 0..<d {
          var (above, below) = (x, x)
          above[r, c] += h
          below[r, c] -= h
          #expect(abs(dx[r, c] - (value(above) - value(below)) / (2 * h)) < 1e-8)
        }
      }
    }
  }
}
