import Testing

@testable import Tensor

@Suite struct EigenTests {
  /// V diag(values) V^T.
  private func reconstructed(_ values: [Double], _ v: Matrix<Double>) -> Matrix<Double> {
    var scaled = v
    for r in 0..<v.rows { for c in 0..<v.columns { scaled[r, c] *= values[c] } }
    return .product(scaled, v, transposing: .right)
  }

  private func identity(_ n: Int) -> Matrix<Double> {
    var result = Matrix<Double>(zeros: n, n)
    for i in 0..<n { result[i, i] = 1 }
    return result
  }

  private func expectDecomposition(of a: Matrix<Double>) throws {
    let n = a.rows
    let (values, vectors) = try symmetricEigen(a)
    #expect(values.count == n && vectors.rows == n && vectors.columns == n)
    #expect(values == values.sorted())
    #expect(deviation(reconstructed(values, vectors), from: a) < 1e-12)
    #expect(
      deviation(.product(vectors, vectors, transposing: .left), from: identity(n)) < 1e-12)
  }

  @Test(arguments: [1, 2, 3, 10, 33, 100]) func putsASymmetricMatrixTogetherAgain(_ n: Int) throws {
    let x: Matrix<Double> = random(n, n)
    var a = x
    a.add(x.transposed())
    try expectDecomposition(of: a)
  }

  @Test func degenerateEigenvaluesHaveOrthogonalVectors() throws {
    try expectDecomposition(of: identity(8))
    // The Laplacian of a complete graph: 0 once, n otherwise.
    var laplacian = Matrix<Double>(repeating: -1, 12, 12)
    for i in 0..<12 { laplacian[i, i] = 11 }
    try expectDecomposition(of: laplacian)
    let values = try symmetricEigen(laplacian).values
    #expect(abs(values[0]) < 1e-12 && values.dropFirst().allSatisfy { abs($0 - 12) < 1e-12 })
    let zero = try symmetricEigen(Matrix(zeros: 4, 4))
    #expect(zero.values == [0, 0, 0, 0])
    #expect(
      deviation(.product(zero.vectors, zero.vectors, transposing: .left), from: identity(4))
        < 1e-12)
  }

  @Test func columnsAreTheEigenvectors() throws {
    // Eigenvalues 1 and 3 with (1, -1) and (1, 1); not symmetric in its vectors' rows and columns.
    let a = Matrix<Double>(3, 3, [2, 1, 0, 1, 2, 0, 0, 0, 7])
    let (values, v) = try symmetricEigen(a)
    #expect(zip(values, [1, 3, 7]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(v[0, 0] + v[1, 0]) < 1e-12 && abs(v[0, 1] - v[1, 1]) < 1e-12)
    #expect(abs(abs(v[2, 2]) - 1) < 1e-12)
  }

  @Test func onlyTheLowerTriangleIsRead() throws {
    let a = Matrix<Double>(2, 2, [2, 99, 1, 2])
    #expect(zip(try symmetricEigen(a).values, [1, 3]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func aMatrixOfNoRowsHasNoEigenvalues() throws {
    let (values, vectors) = try symmetricEigen(Matrix(zeros: 0, 0))
    #expect(values.isEmpty && vectors.count == 0)
    let one = try symmetricEigen(Matrix(1, 1, [-5]))
    #expect(one.values == [-5] && abs(one.vectors[0, 0]) == 1)
  }

  @Test func theInputStaysAsItIs() throws {
    let a = Matrix<Double>(2, 2, [2, 1, 1, 2])
    _ = try symmetricEigen(a)
    #expect(a.elements == [2, 1, 1, 2])
  }

  @Test func aMatrixWithNaNIsAnError() throws {
    var a: Matrix<Double> = identity(3)
    a[2, 0] = .nan
    let error = try #require(throws: LAPACKError.self) { _ = try symmetricEigen(a) }
    #expect(error.routine == "dsyevd" && error.info != 0)
    #expect(error.description.contains("NaN"))
  }
}
