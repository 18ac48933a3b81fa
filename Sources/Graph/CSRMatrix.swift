import Foundation
import Tensor

/// A sparse matrix in compressed sparse rows: row i holds value[e] in column column[e] for e in
/// rowStart[i] ..< rowStart[i + 1]. Everything else is 0. It is never made dense.
///
/// The columns of a row may be in any order; entries at the same place add up. Immutable, so its
/// transpose is made once, when it is first needed, and shared by all copies.
public struct CSRMatrix<S: Scalar>: Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// Where the entries of each row start; rows + 1 numbers.
  public let rowStart: [Int32]
  /// The column of each entry.
  public let column: [Int32]
  /// The number at each entry; all are finite.
  public let value: [S]
  /// Where each entry is in the transpose; shared by all matrices with these places.
  private let pattern: Once<TransposedPattern>
  private let transpose = Once<CSRMatrix>()

  /// The number of stored entries.
  public var count: Int { value.count }

  /// A matrix from its arrays.
  ///
  /// - Throws: ``CSRMatrixError`` for arrays that do not describe a rows x columns matrix, and for
  ///   numbers that are not finite.
  public init(
    rows: Int, columns: Int, rowStart: [Int32], column: [Int32], value: [S]
  ) throws {
    let limit = Int(Int32.max)
    guard (0..<limit).contains(rows), (0...limit).contains(columns), value.count <= limit else {
      throw CSRMatrixError.sizeOutOfRange(rows: rows, columns: columns, entries: value.count)
    }
    guard rowStart.count == rows + 1, column.count == value.count else {
      throw CSRMatrixError.lengthMismatch(
        rows: rows, rowStarts: rowStart.count, columns: column.count, values: value.count)
    }
    guard rowStart[0] == 0, Int(rowStart[rows]) == value.count else {
      throw CSRMatrixError.wrongRange(
        first: Int(rowStart[0]), last: Int(rowStart[rows]), entries: value.count)
    }
    if let row = (0..<rows).first(where: { rowStart[$0] > rowStart[$0 + 1] }) {
      throw CSRMatrixError.decreasingRowStart(row: row)
    }
    if let entry = column.firstIndex(where: { $0 < 0 || Int($0) >= columns }) {
      throw CSRMatrixError.columnOutOfRange(
        entry: entry, column: Int(column[entry]), columns: columns)
    }
    if let entry = value.firstIndex(where: { !$0.isFinite }) {
      throw CSRMatrixError.notFinite(entry: entry, value: Double(value[entry]))
    }
    self.init(validRows: rows, columns, rowStart, column, value)
  }

  /// A matrix from arrays that are known to be valid.
  private init(
    validRows rows: Int, _ columns: Int, _ rowStart: [Int32], _ column: [Int32], _ value: [S],
    pattern: Once<TransposedPattern> = Once()
  ) {
    self.pattern = pattern
    self.rows = rows
    self.columns = columns
    self.rowStart = rowStart
    self.column = column
    self.value = value
  }

  /// The entries of a dense matrix that are not 0, row by row.
  ///
  /// - Throws: ``CSRMatrixError`` for numbers that are not finite.
  public init(nonZerosOf dense: Matrix<S>) throws {
    var rowStart: [Int32] = [0]
    var column: [Int32] = []
    var value: [S] = []
    rowStart.reserveCapacity(dense.rows + 1)
    let numbers = dense.pointer
    for i in 0..<dense.rows {
      for j in 0..<dense.columns where numbers[i * dense.columns + j] != 0 {
        column.append(Int32(j))
        value.append(numbers[i * dense.columns + j])
      }
      guard value.count <= Int(Int32.max) else {
        throw CSRMatrixError.sizeOutOfRange(
          rows: dense.rows, columns: dense.columns, entries: value.count)
      }
      rowStart.append(Int32(value.count))
    }
    withExtendedLifetime(dense) {}
    try self.init(
      rows: dense.rows, columns: dense.columns, rowStart: rowStart, column: column, value: value)
  }

  /// The transpose, columns x rows. Made once, whoever asks.
  public var transposed: CSRMatrix {
    transpose.value {
      let pattern = pattern.value { makePattern() }
      return CSRMatrix(
        validRows: columns, rows, pattern.rowStart, pattern.column, values(at: pattern.entry))
    }
  }

  /// A X, rows x d, for X of columns x d. The same bits whatever the number of threads.
  ///
  /// O(entries x d) operations and no memory beside the result.
  public func product(_ x: Matrix<S>) -> Matrix<S> {
    precondition(x.rows == columns, "a \(rows) x \(columns) matrix times one of \(x.rows) rows")
    var out = Matrix<S>(uninitialized: rows, x.columns)
    let target = out.mutablePointer
    let (input, width) = (x.pointer, x.columns)
    let run = runLength(rows: rows, entries: count, width: width)
    Parallel.ranges(rows, of: run) { r in
      S.kernels.spmmRows(
        r.lowerBound, r.upperBound, rowStart, column, value, input, width, 1, 0, target)
    }
    return out
  }

  /// A^T Y, columns x d, for Y of rows x d: the gradient of X where Y is that of A X.
  ///
  /// A gather over the cached transpose, so it too is the same whatever the number of threads.
  public func transposedProduct(_ y: Matrix<S>) -> Matrix<S> { transposed.product(y) }

  /// Every row divided by the sum of its absolute values; rows of zeros stay as they are.
  ///
  /// The features of Kipf & Welling (ICLR 2017), where no number is negative.
  public func rowNormalized() -> CSRMatrix {
    var scaled = value
    for i in 0..<rows {
      let entries = Int(rowStart[i])..<Int(rowStart[i + 1])
      // In double precision, so that a long row loses no digits.
      let sum = entries.reduce(0.0) { $0 + abs(Double(value[$1])) }
      guard sum > 0 else { continue }
      for e in entries { scaled[e] = S(Double(value[e]) / sum) }
    }
    return replacingValues(with: scaled)
  }

  /// This matrix, if so many of its columns are used that it can be meant: a row of a weight matrix,
  /// and of what an optimiser remembers, belongs to each, and a damaged number of columns would ask
  /// for all memory.
  ///
  /// - Throws: ``CSRMatrixError/unusedColumns(columns:used:limit:)`` for more than 16 columns for
  ///   each that has an entry, and 1,000.
  package func requiringUsedColumns() throws -> CSRMatrix {
    if columns <= 1_000 { return self }
    let used = Set(column).count
    let limit = 16 * used + 1_000
    guard columns <= limit else {
      throw CSRMatrixError.unusedColumns(columns: columns, used: used, limit: limit)
    }
    return self
  }

  /// The same numbers in another precision.
  ///
  /// - Throws: ``CSRMatrixError`` for a number that is too large for it.
  public func converted<T: Scalar>(to type: T.Type = T.self) throws -> CSRMatrix<T> {
    if let same = self as? CSRMatrix<T> { return same }
    return try CSRMatrix<T>(
      rows: rows, columns: columns, rowStart: rowStart, column: column, value: value.map { T($0) })
  }

  /// Other numbers in the same places, in the order of ``value``. How to transpose them is worked
  /// out once for all of them, so new numbers in every step cost little.
  package func replacingValues(with value: [S]) -> CSRMatrix {
    precondition(value.count == count, "\(value.count) numbers for \(count) places")
    return CSRMatrix(validRows: rows, columns, rowStart, column, value, pattern: pattern)
  }

  /// The matrix with its zeros filled in.
  public func filled() -> Matrix<S> {
    var dense = Matrix<S>(zeros: rows, columns)
    for i in 0..<rows {
      for e in Int(rowStart[i])..<Int(rowStart[i + 1]) { dense[i, Int(column[e])] += value[e] }
    }
    return dense
  }

  /// The rows of the given numbers, in that order.
  package func gatheredRows(_ indices: [Int]) -> CSRMatrix {
    var start: [Int32] = [0]
    var (columns, values): ([Int32], [S]) = ([], [])
    start.reserveCapacity(indices.count + 1)
    for row in indices {
      let entries = Int(rowStart[row])..<Int(rowStart[row + 1])
      columns += column[entries]
      values += value[entries]
      start.append(Int32(columns.count))
    }
    return CSRMatrix(validRows: indices.count, self.columns, start, columns, values)
  }

  /// Matrices of one width, one below the other.
  static func stacked(_ parts: [CSRMatrix]) -> CSRMatrix {
    precondition(parts.allSatisfy { $0.columns == parts[0].columns }, "widths differ")
    let (rows, entries) = parts.reduce((0, 0)) { ($0.0 + $1.rows, $0.1 + $1.count) }
    precondition(
      rows < Int(Int32.max) && entries <= Int(Int32.max),
      "\(parts.count) sparse matrices of \(rows) rows and \(entries) entries do not fit one")
    var rowStart: [Int32] = [0]
    for part in parts {
      let first = rowStart.last!
      rowStart += part.rowStart.dropFirst().lazy.map { $0 + first }
    }
    return CSRMatrix(
      validRows: rowStart.count - 1, parts[0].columns, rowStart, parts.flatMap(\.column),
      parts.flatMap(\.value))
  }

  // Specialised: under dropout the values move in every step, 1.1 million of them on Physics.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func values(at entries: [Int32]) -> [S] {
    [S](unsafeUninitializedCapacity: entries.count) { target, count in
      value.withUnsafeBufferPointer { source in
        entries.withUnsafeBufferPointer { entries in
          Parallel.elements(entries.count) { run in
            for k in run { target[k] = source[Int(entries[k])] }
          }
        }
      }
      count = entries.count
    }
  }

  private func makePattern() -> TransposedPattern {
    var start = [Int32](repeating: 0, count: columns + 1)
    for j in column { start[Int(j) + 1] += 1 }
    for j in 0..<columns { start[j + 1] += start[j] }
    var next = start
    var row = [Int32](repeating: 0, count: count)
    var entry = [Int32](repeating: 0, count: count)
    for i in 0..<rows {
      for e in Int(rowStart[i])..<Int(rowStart[i + 1]) {
        let place = Int(next[Int(column[e])])
        next[Int(column[e])] += 1
        row[place] = Int32(i)
        entry[place] = Int32(e)
      }
    }
    return TransposedPattern(rowStart: start, column: row, entry: entry)
  }
}

/// The places of a transposed sparse matrix, and which entry of the original is at each.
private struct TransposedPattern {
  let rowStart: [Int32]
  let column: [Int32]
  let entry: [Int32]
}

extension CSRMatrix: Equatable {
  /// Whether shapes and stored entries are equal, in the same order.
  public static func == (a: CSRMatrix, b: CSRMatrix) -> Bool {
    a.rows == b.rows && a.columns == b.columns && a.rowStart == b.rowStart && a.column == b.column
      && a.value == b.value
  }
}

/// A value that is made when it is first asked for.
private final class Once<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var made: Value?

  func value(_ make: () -> Value) -> Value {
    lock.withLock {
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }
}

/// Why a sparse matrix could not be made.
public enum CSRMatrixError: Error, Equatable, CustomStringConvertible {
  /// A size is negative or does not fit 32 bits.
  case sizeOutOfRange(rows: Int, columns: Int, entries: Int)
  /// The arrays' lengths do not fit each other.
  case lengthMismatch(rows: Int, rowStarts: Int, columns: Int, values: Int)
  /// The rows do not cover all entries.
  case wrongRange(first: Int, last: Int, entries: Int)
  /// A row ends before it starts.
  case decreasingRowStart(row: Int)
  /// An entry is in a column that is not there.
  case columnOutOfRange(entry: Int, column: Int, columns: Int)
  /// A number is infinite or no number.
  case notFinite(entry: Int, value: Double)
  /// Far more columns are declared than have entries.
  case unusedColumns(columns: Int, used: Int, limit: Int)

  /// The message for a person.
  public var description: String {
    switch self {
    case .sizeOutOfRange(let rows, let columns, let entries):
      "a sparse matrix cannot be \(rows) x \(columns) with \(entries) entries: numbers from 0 to "
        + "\(Int32.max) were expected"
    case .lengthMismatch(let rows, let rowStarts, let columns, let values):
      "a sparse matrix of \(rows) rows has \(rowStarts) row starts (\(rows + 1) were expected), "
        + "\(columns) column numbers and \(values) values (as many of the one as of the other were "
        + "expected)"
    case .wrongRange(let first, let last, let entries):
      "the rows of a sparse matrix cover the entries from \(first) to \(last); they must cover "
        + "those from 0 to \(entries)"
    case .decreasingRowStart(let row):
      "row \(row) of a sparse matrix (counted from 0) ends before it starts"
    case .columnOutOfRange(let entry, let column, let columns):
      "entry \(entry) of a sparse matrix (counted from 0) is in column \(column), but columns are "
        + "0 to \(columns - 1)"
    case .notFinite(let entry, let value):
      "entry \(entry) of a sparse matrix (counted from 0) is \(value); finite numbers were expected"
    case .unusedColumns(let columns, let used, let limit):
      "a sparse matrix says that it has \(columns) columns, but only \(used) of them are used; at "
        + "most \(limit) were expected: the number is damaged, or columns without entries have to go"
    }
  }
}
