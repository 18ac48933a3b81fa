import Testing

@testable import Tensor

@Suite struct ProductTests {
  /// A product's shape, with the rows of the result that are looked at (all where nil).
  struct Shape: CustomTestStringConvertible, Sendable {
    let m, n, k: Int
    var rows: [Int]?
    var testDescription: String { "\(m) x \(n), inner \(k)" }
  }

  static let shapes = [
    // One call of OpenBLAS.
    Shape(m: 1, n: 1, k: 1), Shape(m: 1, n: 7, k: 5), Shape(m: 6, n: 1, k: 4),
    Shape(m: 5, n: 6, k: 1), Shape(m: 13, n: 17, k: 9), Shape(m: 64, n: 33, k: 65),
    // No result, or an empty sum.
    Shape(m: 0, n: 5, k: 3), Shape(m: 4, n: 0, k: 3), Shape(m: 4, n: 5, k: 0),
    Shape(m: 0, n: 0, k: 0),
    // Few results, long sums: runs of the inner dimension; one of them exact.
    Shape(m: 21, n: 41, k: 2_601), Shape(m: 7, n: 150, k: 2_048),
    // More results and sums still longer: eight runs.
    Shape(m: 257, n: 257, k: 8_200, rows: [0, 100, 256]),
    // Large panels of rows.
    Shape(m: 1_100, n: 43, k: 43),
    // The smallest panels.
    Shape(m: 130, n: 709, k: 721, rows: [0, 63, 64, 127, 128, 129]),
  ]

  @Test(arguments: shapes, [Transposing.none, .left, .right, .both])
  func isTheNaiveProduct(_ shape: Shape, _ transposing: Transposing) {
    check(shape, transposing, Float.self)
    check(shape, transposing, Double.self)
  }

  private func check<S: Scalar>(_ shape: Shape, _ transposing: Transposing, _: S.Type) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let a: Matrix<S> =
      transposing == .left || transposing == .both ? random(k, m, "a") : random(m, k, "a")
    let b: Matrix<S> =
      transposing == .right || transposing == .both ? random(n, k, "b") : random(k, n, "b")
    let rows = shape.rows ?? Array(0..<m)
    let naive = naiveProduct(a, b, transposing, rows: rows)
    func picked(_ c: Matrix<S>) -> Matrix<S> {
      #expect(c.rows == m && c.columns == n)
      return rows.isEmpty ? Matrix(zeros: 0, n) : .stacked(rows.map { c.row($0) })
    }

    let plain = Matrix.product(a, b, transposing: transposing)
    #expect(deviation(picked(plain), from: naive) < S.tolerance)

    let scaled = Matrix.product(a, b, transposing: transposing, scale: -0.5)
    #expect(deviation(picked(scaled), from: naiveMap(naive) { -0.5 * $0 }) < S.tolerance)

    let before: Matrix<S> = random(m, n, "c")
    var sum = before
    sum.addProduct(a, b, transposing: transposing, scale: 3)
    let expected = naiveMap(picked(before).converted(), naive) { $0 + 3 * $1 }
    #expect(deviation(picked(sum), from: expected) < S.tolerance)
    #expect(before == random(m, n, "c"), "the copy that shared its memory has changed")
  }

  @Test func aProductCanBeAddedToOneOfItsFactors() {
    let a: Matrix<Double> = random(9, 9, "a")
    var sum = a
    sum.addProduct(sum, sum)
    let expected = naiveMap(a, naiveProduct(a, a, .none, rows: Array(0..<9)), +)
    #expect(deviation(sum, from: expected) < Double.tolerance)
  }

  @Test func aNewProductDoesNotReadWhatTheMemoryHeld() {
    // The pool hands the poisoned block to the result; beta 0 must not multiply it.
    for shape in [(3, 3, 3), (21, 41, 2_601), (1_100, 43, 43), (257, 257, 8_192)] {
      let (m, n, k) = shape
      for _ in 0..<4 { _ = Matrix<Float>(repeating: .nan, m, n) }
      #expect(Matrix<Float>.product(random(m, k, "a"), random(k, n, "b")).isFinite)
    }
  }
}
