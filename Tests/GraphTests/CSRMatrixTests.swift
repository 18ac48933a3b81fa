import Tensor
import Testing

@testable import Graph
@testable import TestSupport

/// The matrix written out, entries at the same place added up.
private func dense<S: Scalar>(_ a: CSRMatrix<S>) -> Matrix<Double> {
  var out = Matrix<Double>(zeros: a.rows, a.columns)
  for i in 0..<a.rows {
    for e in Int(a.rowStart[i])..<Int(a.rowStart[i + 1]) {
      out[i, Int(a.column[e])] += Double(a.value[e])
    }
  }
  return out
}

/// a b by three loops.
private func naiveProduct(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  var out = Matrix<Double>(zeros: a.rows, b.columns)
  for i in 0..<a.rows {
    for k in 0..<a.columns where a[i, k] != 0 {
      for j in 0..<b.columns { out[i, j] += a[i, k] * b[k, j] }
    }
  }
  return out
}

/// A random matrix with unsorted and repeated columns and, every fifth row, no entries.
private func scattered<S: Scalar>(_ rows: Int, _ columns: Int, perRow: Int) throws -> CSRMatrix<S> {
  var random = RandomStream(seed: 3, purpose: "sparse").generator()
  var start: [Int32] = [0]
  var column: [Int32] = []
  for i in 0..<rows {
    for _ in 0..<(i % 5 == 0 ? 0 : perRow) {
      column.append(Int32(Int(random.uniform() * Double(columns))))
    }
    start.append(Int32(column.count))
  }
  return try CSRMatrix(
    rows: rows, columns: columns, rowStart: start, column: column,
    value: column.map { _ in S(random.normal()) })
}

@Suite struct CSRMatrixTests {
  func checkProducts<S: Scalar>(_: S.Type) throws {
    for (rows, columns, perRow, width) in [(7, 5, 3, 1), (83, 41, 6, 17), (40, 90, 2, 64)] {
      let a: CSRMatrix<S> = try scattered(rows, columns, perRow: perRow)
      let x: Matrix<S> = random(columns, width, "x")
      let y: Matrix<S> = random(rows, width, "y")
      #expect(
        deviation(a.product(x), from: naiveProduct(dense(a), inDouble(x))) < S.tolerance)
      #expect(
        deviation(
          a.transposedProduct(y), from: naiveProduct(dense(a).transposed(), inDouble(y)))
          < S.tolerance)
    }
  }

  @Test func productsAreThoseOfTheDenseMatrix() throws {
    try checkProducts(Float.self)
    try checkProducts(Double.self)
  }

  @Test func productsDoNotDependOnTheNumberOfThreads() throws {
    let a: CSRMatrix<Float> = try scattered(3_000, 500, perRow: 12)
    let (x, y): (Matrix<Float>, Matrix<Float>) = (random(500, 72, "x"), random(3_000, 72, "y"))
    let all = (1...3).map { threads in
      Parallel.withThreads(threads) { [a.product(x), a.transposedProduct(y)] }
    }
    #expect(all[1] == all[0] && all[2] == all[0])
  }

  @Test func theTransposeIsMadeOnceAndSorted() throws {
    let a: CSRMatrix<Double> = try scattered(30, 20, perRow: 4)
    let t = a.transposed
    #expect(dense(t) == dense(a).transposed())
    for j in 0..<t.rows {
      let rows = t.column[Int(t.rowStart[j])..<Int(t.rowStart[j + 1])]
      #expect(rows.sorted() == Array(rows))
    }
    let copy = a
    let same = copy.transposed.value.withUnsafeBufferPointer { copied in
      t.value.withUnsafeBufferPointer { copied.baseAddress == $0.baseAddress }
    }
    #expect(same)
  }

  @Test func rowsSumToOne() throws {
    let a = try CSRMatrix<Double>(
      rows: 4, columns: 3, rowStart: [0, 2, 2, 3, 5], column: [2, 0, 1, 0, 1],
      value: [1, 3, 0, -1, 1])
    #expect(a.rowNormalized().value == [0.25, 0.75, 0, -0.5, 0.5])
    #expect(a.rowNormalized().column == a.column)
  }

  @Test func fromDenseAndBetweenPrecisions() throws {
    let a = try CSRMatrix(nonZerosOf: Matrix<Double>(2, 3, [0, 1.5, 0, -2, 0, 1e300]))
    #expect((a.rowStart, a.column) == ([0, 1, 3], [1, 0, 2]))
    #expect(a.value == [1.5, -2, 1e300])
    #expect(throws: CSRMatrixError.notFinite(entry: 2, value: .infinity)) {
      _ = try a.converted(to: Float.self)
    }
    let b = try CSRMatrix(nonZerosOf: Matrix<Double>(1, 2, [0.1, 0]))
    #expect(try b.converted(to: Float.self).value == [0.1 as Float])
  }

  @Test func emptyMatrices() throws {
    let none = try CSRMatrix<Float>(rows: 0, columns: 4, rowStart: [0], column: [], value: [])
    #expect(none.product(Matrix(zeros: 4, 2)).rows == 0)
    #expect(none.transposedProduct(Matrix(zeros: 0, 2)) == Matrix(zeros: 4, 2))
    let zero = try CSRMatrix<Float>(
      rows: 2, columns: 0, rowStart: [0, 0, 0], column: [], value: [])
    #expect(zero.product(Matrix(zeros: 0, 3)) == Matrix(zeros: 2, 3))
  }

  @Test(
    arguments: [
      (2, 2, [0, 1], [0], [1.0], "2 row starts"), (1, 2, [0, 2], [0], [1], "from 0 to 2"),
      (2, 2, [0, 2, 1], [0], [1], "row 1"), (1, 2, [0, 1], [2], [1], "column 2"),
      (1, 2, [0, 1], [-1], [1], "column -1"), (1, 2, [0, 1], [0], [.nan], "is nan"),
      (1, 2, [0, 1], [0, 1], [1], "2 column numbers and 1 values"), (-1, 2, [], [], [], "-1 x 2"),
      (1, 2, [1, 1], [0], [1], "from 1 to 1"),
    ] as [(Int, Int, [Int32], [Int32], [Double], String)])
  func arraysThatAreNoMatrix(
    rows: Int, columns: Int, start: [Int32], column: [Int32], value: [Double], fragment: String
  ) {
    do {
      _ = try CSRMatrix(
        rows: rows, columns: columns, rowStart: start, column: column, value: value)
      Issue.record("no error was thrown")
    } catch {
      #expect("\(error)".contains(fragment), "\(error)")
    }
  }

  @Test func undirectedGraphsAreSimple() throws {
    let graph = try CSRGraph(
      undirected: 5, first: [3, 0, 1, 2, 0, 0], second: [0, 1, 0, 2, 1, 2])
    #expect(graph.inStart == [0, 3, 4, 5, 6, 6])
    #expect(graph.source == [1, 2, 3, 0, 0, 0])
    #expect(throws: GraphError.self) { try CSRGraph(undirected: 2, first: [0], second: [2]) }
  }
}
