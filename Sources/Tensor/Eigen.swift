import CLAPACKE

/// Why LAPACK gave no decomposition.
public struct LAPACKError: Error, CustomStringConvertible {
  /// The routine that failed.
  public let routine: String
  /// Its info code: positive where an algorithm did not converge.
  public let info: Int

  /// The message for a person.
  public var description: String {
    "\(routine) did not converge (info \(info)); the matrix may hold NaN or infinite numbers"
  }
}

/// The eigen-decomposition A = V diag(values) V^T of a real symmetric matrix, by LAPACK's divide
/// and conquer (`dsyevd`).
///
/// - Parameter a: n x n and symmetric; only its lower triangle is read.
/// - Returns: The eigenvalues in ascending order and the matrix V, n x n, whose column k is the unit
///   eigenvector of values[k].
/// - Throws: ``LAPACKError`` where it does not converge.
public func symmetricEigen(
  _ a: Matrix<Double>
) throws -> (values: [Double], vectors: Matrix<Double>) {
  precondition(a.rows == a.columns, "an eigen-decomposition needs a square matrix")
  guard a.rows > 0 else { return ([], a) }
  OpenBLAS.useOneThread()
  let n = Int32(a.rows)
  var vectors = a
  var values = [Double](repeating: 0, count: a.rows)
  let info = LAPACKE_dsyevd(
    LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), n,
    vectors.mutablePointer, n, &values)
  guard info == 0 else { throw LAPACKError(routine: "dsyevd", info: Int(info)) }
  return (values, vectors)
}
